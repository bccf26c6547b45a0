"""What is kept of invitations: for whom, by whom, until when, and hashes of secrets; answers are in the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Invitation(models.Model):
    """One way to the questionnaires of one visit: a link, or a tablet that was handed over."""

    LINK, TABLET = "link", "tablet"

    way = models.CharField(max_length=8, choices=((LINK, LINK), (TABLET, TABLET)))
    participant = models.CharField(max_length=64)
    visit = models.CharField(max_length=200)
    forms = models.JSONField()
    """Ids of the forms, in the order in which they are asked."""
    language = models.CharField(max_length=35)
    request = models.CharField(max_length=64, unique=True)
    """Id of the request that made it: the same one sent again makes no second."""
    token = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - several have none
    """SHA-256 of the secret of the link; none for a tablet."""
    device = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - several have none
    """SHA-256 of the secret that the one browser keeps in which it was opened."""
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    """When the participant last sent something."""
    finished_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=64, blank=True)

    class Meta:
        """What is looked up: the invitations of a participant's visit."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["participant", "visit"], name="of_visit")]

    def __str__(self) -> str:
        """Name the invitation by its number."""
        return f"{self.way} {self.pk}"


class SwitchedOff(models.Model):
    """A form that participants cannot answer by themselves for now."""

    form = models.CharField(max_length=200, unique=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name the form."""
        return self.form
