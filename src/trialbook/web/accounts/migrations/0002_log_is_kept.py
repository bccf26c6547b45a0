"""Let the database itself refuse to change or delete a line of the log of sign-ins."""

from django.db import migrations

from trialbook.web.databases import keep_lines

UPDATE = """
CREATE TRIGGER accounts_signin_no_update BEFORE UPDATE ON accounts_signin
BEGIN SELECT RAISE(ABORT, 'the log of sign-ins is never changed'); END
"""
DELETE = """
CREATE TRIGGER accounts_signin_no_delete BEFORE DELETE ON accounts_signin
BEGIN SELECT RAISE(ABORT, 'the log of sign-ins is never deleted'); END
"""
REPLACE = """
CREATE TRIGGER accounts_signin_no_replace BEFORE INSERT ON accounts_signin
WHEN EXISTS (SELECT 1 FROM accounts_signin WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the log of sign-ins is never replaced'); END
"""


def keep(apps, editor):  # type: ignore[no-untyped-def]
    """Write the triggers in the words of the database that it is."""
    del apps
    if editor.connection.vendor == "postgresql":
        keep_lines(editor, "accounts_signin", "the log of sign-ins")
        return
    for words in (UPDATE, DELETE, REPLACE):
        editor.execute(words)


class Migration(migrations.Migration):
    """Three triggers; SQLite's INSERT OR REPLACE would slip past the second."""

    dependencies = [("accounts", "0001_accounts")]
    operations = [
        migrations.RunPython(keep),
    ]
