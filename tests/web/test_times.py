"""Times on the site, and what one signature or one entry is told by.

TIME-01: a time stands on the clock of the sites and says how far that is from UTC, in the same way everywhere.
TIME-02: the page of a signed form tells time and meaning of a signature once.
TIME-03: an entry has one code first, on the pages that speak of it and in its history.
TIME-04: a rater of recordings is told of codes of recordings, not of participants.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.web.conftest import CUSTODIAN, Served, account_of
from tests.web.hidden import STUDY
from tests.web.test_signing import sign
from tests.web.treated import page, treat, words

from trialbook.capture.acts import correct, grant
from trialbook.web.accounts.models import Account
from trialbook.web.forms.words import zoned
from trialbook.web.veil import veiled

BODY = "/participants/P01/visits/baseline/forms/body/"
MOMENT = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", "2026-07-01 12:30 UTC"),
        ("Asia/Taipei", "2026-07-01 20:30 UTC+8"),
        ("Europe/Berlin", "2026-07-01 14:30 UTC+2"),
        ("America/New_York", "2026-07-01 08:30 UTC-4"),
        ("Asia/Kolkata", "2026-07-01 18:00 UTC+5:30"),
        ("America/St_Johns", "2026-07-01 10:00 UTC-2:30"),
    ],
)
def test_a_time_names_its_zone(zone: str, told: str) -> None:
    """TIME-01: as an offset, which no two zones share by accident: CST is three of them."""
    assert zoned(MOMENT.astimezone(ZoneInfo(zone))) == told


@pytest.mark.parametrize(
    ("person", "path"),
    [
        (CUSTODIAN, "/accounts"),
        ("ida", "/audit/"),
        ("nora", "/participants/P01/form-history?visit=baseline&form=body&item=weight"),
    ],
)
def test_every_page_does(treated: Served, person: str, path: str) -> None:
    """TIME-01: the study is at UTC+8."""
    account_of(CUSTODIAN).save()
    Account.objects.update(last_login=MOMENT)
    shown = words(page(treated.browser(person), path))
    assert "UTC+8" in shown
    assert "(UTC)" not in shown


def test_a_signature_is_told_once(treated: Served) -> None:
    """TIME-02."""
    assert sign(treated)[0] == 303
    (seal,) = treated.site.casebooks["P01"].seals.values()
    said = words(page(treated.browser("nora"), BODY))
    assert said.count(seal.meaning or "?") == 1
    assert said.count(f"{seal.at[:10]} {seal.at[11:16]} UTC") == 1
    assert "Signed by ida. A correction makes the signature void, and the page says so." in said
    assert ".." not in said


def test_an_entry_has_one_code_first(treated: Served) -> None:
    """TIME-03."""
    treated.site.record(correct("P01", "body", "weight", "55", visit="baseline", reason="misread"), by="nora")
    entry = treated.site.history(participant="P01", form="body", item="weight")[-1]
    for path in ("/participants/P01/form-history?visit=baseline&form=body&item=weight", "/audit/"):
        said = words(page(treated.browser("ida"), path))
        assert f"entry {veiled(entry.seq)} {entry.hash[:12]}" in said, path


def only_clips() -> str:
    """Return the study with its rating from recordings alone."""
    before, _, rest = STUDY.partition("  rating:\n")
    text = before + rest[rest.index("  clip:\n") :]
    for old, new in (
        ("[rating, clip, guess]", "[clip]"), ("[rating, guess, clip]", "[clip]"), (", except: [rating]", ""),
        ("rating.left", "clip.rise"),
    ):  # fmt: skip
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("text", "told"),
    [(only_clips(), "No recording can be rated now"), (STUDY, "The code of a recording is made by chance")],
)
def test_codes_of_recordings_are_not_called_participants(unopened: Served, text: str, told: str) -> None:
    """TIME-04: by the plan alone, so that it says nothing of anybody."""
    (unopened.folder / "study.yaml").write_text(text, encoding="utf-8")
    unopened.site.begin(CUSTODIAN)
    unopened.site.record(grant("asa", "assessor"), by=CUSTODIAN)
    said = words(page(unopened.browser("asa"), "/"))
    assert told in said
    assert "participant codes" not in said
