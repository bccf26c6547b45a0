"""Let the database itself refuse to change or delete a line of the log of sign-ins."""

from django.db import migrations

from trialbook.web.databases import keep_lines


def keep(apps, editor):  # type: ignore[no-untyped-def]
    """Write the triggers in the words of the database that it is."""
    del apps
    keep_lines(editor, "accounts_signin", "the log of sign-ins")


class Migration(migrations.Migration):
    """The triggers of the table."""

    dependencies = [("accounts", "0001_accounts")]
    operations = [
        migrations.RunPython(keep),
    ]
