"""The certificate that a site without one of its own makes for itself, and what can be said of any."""

from __future__ import annotations

import os
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from trialbook.errors import Place, Problem
from trialbook.web.accounts.policy import SiteFileError

CERTIFICATE, KEY = "tls.cert.pem", "tls.key.pem"
LASTS = timedelta(days=825)
"""The longest that tablets take."""

RENEWED = timedelta(days=30)
"""Before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path
    until: datetime
    fingerprint: str
    """SHA-256, as browsers show it."""
    names: frozenset[str]


def own_certificate(folder: Path, names: Collection[str], now: datetime) -> Certificate:
    """Return the certificate that the study's folder keeps; made anew where it ends soon or a name is not in it."""
    certificate, key = folder / CERTIFICATE, folder / KEY
    if certificate.is_file() and key.is_file():
        kept = read_certificate(certificate, key)
        if kept.until - now > RENEWED and kept.names >= set(names):
            return kept
    write_certificate(certificate, key, names, now)
    return read_certificate(certificate, key)


def read_certificate(certificate: Path, key: Path) -> Certificate:
    """Read a certificate; SiteFileError where it or its key cannot be used."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        values = {"reason": getattr(error, "strerror", None) or str(error)}
        raise SiteFileError([Problem(code="SERVE-08", place=Place(file=str(certificate)), values=values)]) from error
    return Certificate(
        certificate=certificate,
        key=key,
        until=found.not_valid_after_utc,
        fingerprint=found.fingerprint(hashes.SHA256()).hex(":").upper(),
        names=names_in(found),
    )


def names_in(found: x509.Certificate) -> frozenset[str]:
    """Return the names and addresses that a certificate is for."""
    try:
        told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses = (str(one) for one in told.get_values_for_type(x509.IPAddress))
    return frozenset([*told.get_values_for_type(x509.DNSName), *addresses])


def write_certificate(certificate: Path, key: Path, names: Collection[str], now: datetime) -> None:
    """Make a key (ECDSA, P-256) and a certificate that it signs itself, and write both.

    Tablets take only a certificate that may sign others as trusted: it is limited to the machine's own names.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    made = built(private, names, now).sign(private, hashes.SHA256())
    kind = serialization.PrivateFormat.PKCS8
    secret = private.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secret)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def built(private: ec.EllipticCurvePrivateKey, names: Collection[str], now: datetime) -> x509.CertificateBuilder:
    """Say what stands in the certificate."""
    told = [general_name(name) for name in sorted(names)]
    limits = [limit(name) for name in told]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trialbook on this machine")])
    started = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=private.public_key())
    dated = started.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        dated.not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(told), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=limits, excluded_subtrees=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )


def general_name(name: str) -> x509.DNSName | x509.IPAddress:
    """Return a name or an address as certificates write it."""
    address = address_in(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def limit(name: x509.DNSName | x509.IPAddress) -> x509.GeneralName:
    """Return the name as a limit: of an address, the network of that address alone."""
    return x509.IPAddress(ip_network(str(name.value))) if isinstance(name, x509.IPAddress) else name


def address_in(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is, None where it is a name."""
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None
