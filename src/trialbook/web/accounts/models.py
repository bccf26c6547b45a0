"""What the site keeps of people: an account each, codes that are used once, and the log of sign-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from trialbook.capture.people import LONGEST_CODE, is_code, likeness
from trialbook.web import site
from trialbook.web.accounts.prepared import Prepared
from trialbook.web.accounts.sealed import open_key


class AccountManager(BaseUserManager["Account"]):
    """Makes and finds accounts."""

    def create_user(
        self,
        code: str,
        password: str | None = None,
        *,
        name: str = "",
        expires_on: date | None = None,
        one_time_until: datetime | None = None,
    ) -> Account:
        """Make an account; ValueError where the code can name nobody, IntegrityError where there is one like it."""
        if not is_code(code):
            raise ValueError(f"{code!r} is no code of a person")
        made = self.model(
            code=code, likeness=likeness(code), name=name, expires_on=expires_on, one_time_until=one_time_until
        )
        made.set_password(password)
        made.save(using=self._db)
        return made

    def get(self, *args: Any, **wanted: Any) -> Account:  # noqa: ANN401 - Django's own words
        """Find one account; the one with a number, which every request asks for, without writing the query anew."""
        if args or wanted.keys() != {"pk"}:
            return self.get_queryset().get(*args, **wanted)
        found = BY_NUMBER.first(id=wanted["pk"])
        if found is None:
            raise self.model.DoesNotExist
        return found

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find the account of a code, however its letters are written."""
        return self.get(likeness=likeness(username or ""))


class Account(AbstractBaseUser):
    """Somebody who may sign in; `code` is the person of the ledger. Accounts are suspended, never deleted."""

    code = models.CharField(_("code"), max_length=LONGEST_CODE, unique=True)
    likeness = models.CharField(max_length=2 * LONGEST_CODE, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    made_at = models.DateTimeField(default=site.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    """The last day, at the sites of the study, on which the account is open."""
    one_time_until = models.DateTimeField(null=True, blank=True)
    """Set while the password is a code that somebody else knows: it has to be replaced, and before this moment."""
    generation = models.PositiveIntegerField(default=0)
    """Raised by signing out everywhere."""
    acts_as = models.CharField(max_length=140, blank=True)
    """The role chosen last, as `actor.grant_key` names it: with it the next session begins, while it is held."""

    USERNAME_FIELD = "code"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    def __str__(self) -> str:
        """Name the account."""
        return self.code

    @property
    def is_expired(self) -> bool:
        """Tell whether the last day of the account is over."""
        return self.expires_on is not None and site.site_at(settings.STUDY_FOLDER).today() > self.expires_on

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django asks for it at sign-in and at every request
        """Tell whether the account is open now."""
        too_late = self.one_time_until is not None and site.now() >= self.one_time_until
        return self.suspended_at is None and not too_late and not self.is_expired

    @property
    def state(self) -> str:
        """Say in a word how the account stands: open, suspended, expired or waiting."""
        if self.suspended_at is not None:
            return "suspended"
        if self.is_expired:
            return "expired"
        return "open" if self.one_time_until is None else "waiting"

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay alive: it changes with the password and the generation."""
        value = f"{self.password}:{self.generation}"
        return salted_hmac("trialbook.accounts.session", value, algorithm="sha256").hexdigest()


BY_NUMBER = Prepared(Account)


class UnreadableKeyError(Exception):
    """The key of a second factor was sealed with another key of the site, or not at all."""


class Phone(TOTPDevice):  # type: ignore[misc]  # django-otp is not typed
    """A second factor, of which the table keeps the key sealed."""

    class Meta:
        """In the table of django-otp."""

        proxy = True

    @property
    def bin_key(self) -> bytes:
        """The key; UnreadableKeyError where it cannot be opened."""
        found = open_key(self.key, self.user_id)
        if found is None:
            raise UnreadableKeyError
        return found

    @property
    def is_readable(self) -> bool:
        """Tell whether the key can be opened with that of the site."""
        return open_key(self.key, self.user_id) is not None


class RecoveryCode(models.Model):
    """A code that stands in once for a lost second factor."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Say whose code it is, and nothing of the code."""
        return f"a recovery code of {self.account_id}"


class OpenSession(AbstractBaseSession):
    """A session, with whose it is; none of somebody who has not signed in."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="sessions")

    def __str__(self) -> str:
        """Say whose it is, and nothing of its key."""
        return f"a session of {self.account_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return what reads and writes sessions."""
        from trialbook.web.accounts.session_store import SessionStore

        return SessionStore


class StartCode(models.Model):
    """The code that `serve` printed for the first run; gone with the first account."""

    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=site.now)

    def __str__(self) -> str:
        """Say when it was made, and nothing of the code."""
        return f"a start code of {self.made_at:%Y-%m-%d}"


class What(models.TextChoices):
    """What a line of the log tells."""

    FIRST_RUN = "first run", _("First run")
    SIGNED_IN = "signed in", _("Signed in")
    SIGNED_OUT = "signed out", _("Signed out")
    SIGNED_OUT_EVERYWHERE = "signed out everywhere", _("Signed out everywhere")
    SESSIONS_ENDED = "sessions ended", _("Sessions ended")
    TIMED_OUT = "timed out", _("Session ended by time")
    WRONG_PASSWORD = "wrong password", _("Wrong password, or account closed")
    WRONG_SECOND = "wrong second factor", _("Wrong second factor")
    SHUT = "shut", _("Refused: shut after wrong tries")
    CONFIRMED = "confirmed", _("Password given again")
    RECOVERY_USED = "recovery code used", _("Recovery code used")
    PASSWORD_CHANGED = "password changed", _("Password changed")
    SECOND_SET_UP = "second factor set up", _("Second factor set up")
    CODES_MADE = "recovery codes made", _("Recovery codes made")
    MADE = "made", _("Account made")
    SUSPENDED = "suspended", _("Suspended")
    LIFTED = "lifted", _("Suspension lifted")
    EXPIRY = "expiry", _("Last day changed")
    OPENED = "opened", _("Opened again after wrong tries")
    PASSWORD_RESET = "password reset", _("Password reset")
    SECOND_RESET = "second factor reset", _("Second factor reset")


class SignIn(models.Model):
    """A line of the log of sign-ins; triggers of the database refuse to change or delete one."""

    at = models.DateTimeField(default=site.now, db_index=True)
    code = models.CharField(max_length=LONGEST_CODE, blank=True)
    """Whose account; empty where there is none: a password is sometimes typed in place of the code."""
    what = models.CharField(max_length=40, choices=What.choices)
    by = models.CharField(max_length=LONGEST_CODE, blank=True)
    """Who did it, where that is somebody else."""
    address = models.CharField(max_length=45, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        """In order of time, the last first."""

        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        """Tell the line."""
        return f"{self.at:%Y-%m-%d %H:%M} {self.code} {self.what}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ANN401 - Django's signature
        """Refuse to delete a line."""
        del args, kwargs
        raise TypeError("a line of the log of sign-ins is never deleted")
