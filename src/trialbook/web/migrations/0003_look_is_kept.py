"""Let the database itself refuse to change or delete a line of the log of looks."""

from django.db import migrations

from trialbook.web.databases import keep_lines


def keep(apps, editor):  # type: ignore[no-untyped-def]
    """Write the triggers in the words of the database that it is."""
    del apps
    keep_lines(editor, "web_look", "the log of looks")


class Migration(migrations.Migration):
    """The triggers of the table."""

    dependencies = [("web", "0002_look")]
    operations = [
        migrations.RunPython(keep),
    ]
