"""A study served to tests: a real folder with a real ledger and real accounts, and browsers that are signed in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trialbook.web.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django has to be set up first
from django.db import connections  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402

from trialbook.capture.acts import grant  # noqa: E402
from trialbook.web.accounts.models import Account  # noqa: E402
from trialbook.web.site import Site, close_sites, site_at  # noqa: E402

STUDIES = Path(__file__).parents[2] / "studies"
CUSTODIAN = "carla"
PEOPLE = {
    "ida": "investigator", "nora": "nurse", "asa": "assessor", "stan": "statistician", "mona": "monitor",
    "dan": "data_manager",
}  # fmt: skip
"""Person -> role of the seed study; Carla is custodian."""
PASSWORD = "correct horse battery"  # noqa: S105 - of an invented person


@dataclass(frozen=True, slots=True)
class Served:
    """A study that is served in this process."""

    folder: Path
    site: Site
    browsers: dict[str, Client] = field(default_factory=dict)

    def browser(self, person: str) -> Client:
        """Return the browser of a person, signed in."""
        if person not in self.browsers:
            client = Client(enforce_csrf_checks=False)
            client.force_login(account_of(person), backend="django.contrib.auth.backends.ModelBackend")
            self.browsers[person] = client
        return self.browsers[person]


def account_of(person: str) -> Account:
    """Return the account of a person, made where there is none."""
    found = Account.objects.filter(code=person).first()
    return found or Account.objects.create_user(person, PASSWORD)


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """Let Django note which templates were used, and take any test host.

    The tokens in forms are of small consonants: of letters and digits, one in some thousand pages holds a code of a
    participant by chance, where a test looks for codes that must not be there.
    """
    setup_test_environment()
    with pytest.MonkeyPatch.context() as held:
        held.setattr("django.middleware.csrf.CSRF_ALLOWED_CHARS", "bcdfghjklmpqrstvwxz")
        held.setattr("django.conf.settings.BLIND_STEP", 0)  # tests of `pace` set it themselves
        yield
    teardown_test_environment()


def use_database(file: Path) -> None:
    """Let Django keep its accounts in this file."""
    connections.close_all()
    connections.databases["default"]["NAME"] = file
    connections["default"].settings_dict["NAME"] = file


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of accounts, made by the migrations."""
    file = tmp_path_factory.mktemp("accounts") / "people.db"
    use_database(file)
    call_command("migrate", verbosity=0)
    connections.close_all()
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the study that is served: a copy of the seed study; a test module may name another."""
    return Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path / "study"))


@pytest.fixture
def unopened(folder: Path, migrated: Path) -> Iterator[Served]:
    """A study whose ledger nobody has opened yet, without accounts."""
    shutil.copy(migrated, folder / "people.db")
    use_database(folder / "people.db")
    with override_settings(STUDY_FOLDER=folder):
        yield Served(folder, site_at(folder))
        close_sites()
    connections.close_all()


@pytest.fixture
def served(unopened: Served) -> Served:
    """A study with its ledger open and one person for each role."""
    unopened.site.begin(CUSTODIAN)
    for person, role in PEOPLE.items():
        if role in unopened.site.study.roles:
            unopened.site.record(grant(person, role), by=CUSTODIAN)
    return unopened
