"""Let the database itself refuse to change or delete a line of the log of looks."""

from django.db import migrations

from trialbook.web.databases import keep_lines

UPDATE = """
CREATE TRIGGER web_look_no_update BEFORE UPDATE ON web_look
BEGIN SELECT RAISE(ABORT, 'the log of looks is never changed'); END
"""
DELETE = """
CREATE TRIGGER web_look_no_delete BEFORE DELETE ON web_look
BEGIN SELECT RAISE(ABORT, 'the log of looks is never deleted'); END
"""
REPLACE = """
CREATE TRIGGER web_look_no_replace BEFORE INSERT ON web_look
WHEN EXISTS (SELECT 1 FROM web_look WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the log of looks is never replaced'); END
"""


def keep(apps, editor):  # type: ignore[no-untyped-def]
    """Write the triggers in the words of the database that it is."""
    del apps
    if editor.connection.vendor == "postgresql":
        keep_lines(editor, "web_look", "the log of looks")
        return
    for words in (UPDATE, DELETE, REPLACE):
        editor.execute(words)


class Migration(migrations.Migration):
    """Three triggers; SQLite's INSERT OR REPLACE would slip past the second."""

    dependencies = [("web", "0002_look")]
    operations = [
        migrations.RunPython(keep),
    ]
