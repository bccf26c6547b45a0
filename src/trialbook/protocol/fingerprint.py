"""The fingerprint of a study file: the same for two files that say the same in other layout, order and comments."""

from __future__ import annotations

import hashlib
import json

from trialbook.protocol.nodes import ListNode, Node, ScalarNode, parse_nodes

Plain = str | list["Plain"] | dict[str, "Plain"]


def fingerprint(text: str) -> str:
    """Return the SHA-256 of the canonical study file, hexadecimal; ValueError where the text is no such file.

    Canonical is the file as JSON: every scalar the text that was written, keys sorted, no blanks, UTF-8. Comments,
    layout, quotes and the order of keys are gone; lists keep their order.
    """
    top, problems = parse_nodes(text, file="")
    if top is None:
        raise ValueError(f"not a study file: {problems[0].code}")
    return hashlib.sha256(canonical(top)).hexdigest()


def canonical(top: Node) -> bytes:
    """Return the bytes that are hashed."""
    return json.dumps(_plain(top), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _plain(node: Node) -> Plain:
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, ListNode):
        return [_plain(item) for item in node.items]
    return {key.text: _plain(value) for key, value in node.pairs}
