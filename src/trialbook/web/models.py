"""What the site itself keeps beside the ledger."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trialbook.web import site


class CalendarFeed(models.Model):
    """An address by which a calendar program reads the visits that a person's role is shown; only its hash is kept."""

    person = models.CharField(max_length=64)
    grant = models.CharField(max_length=140)
    """Key of the role in which it was made."""
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the feed by whom it belongs to."""
        return f"{self.person}, {self.made_at:%Y-%m-%d}"


class OpenForm(models.Model):
    """A form that somebody has open, where several processes serve the site; a single one keeps this in its memory."""

    form = models.CharField(max_length=64, db_index=True)
    """Hash of participant and form."""
    person = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    """Last sign of life."""

    class Meta:
        """Once for each form and person."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["form", "person"], name="web_openform_once")
        ]

    def __str__(self) -> str:
        """Name who has it open."""
        return self.person


class Look(models.Model):
    """A line of the log of looks: a file taken out, a look refused; triggers refuse to change or delete one."""

    class What(models.TextChoices):
        """What a line tells."""

        EXPORT = "export", _("File taken out")
        REFUSED = "refused", _("Look refused")

    at = models.DateTimeField(default=site.now)
    person = models.CharField(max_length=64, db_index=True)
    grant = models.CharField(max_length=140, blank=True)
    """Key of the role in which it was done."""
    what = models.CharField(max_length=20, choices=What.choices)
    address = models.CharField(max_length=45, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        """In order of time, the last first."""

        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        """Tell the line."""
        return f"{self.at:%Y-%m-%d %H:%M} {self.person} {self.what}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ANN401 - Django's signature
        """Refuse to delete a line."""
        del args, kwargs
        raise TypeError("a line of the log of looks is never deleted")
