"""The log of sign-ins as CSV, for an archive."""

from __future__ import annotations

import csv
import io

from django.core.management import call_command
from django.db import connections

from trialbook.render.to_csv import cell
from trialbook.web.accounts.models import SignIn

COLUMNS = ("at", "code", "what", "by", "address", "note")


def sign_ins_csv() -> bytes:
    """Return every line of the log, the oldest first; times in UTC."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        for line in SignIn.objects.order_by("id").iterator():
            rest = (getattr(line, name) for name in COLUMNS[1:])
            writer.writerow([line.at.isoformat(), *(cell(text) for text in rest)])
    finally:
        connections.close_all()
    return stream.getvalue().encode()
