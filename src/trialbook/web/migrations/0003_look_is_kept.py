"""Let the database itself refuse to change or delete a line of the log of looks."""

from django.db import migrations

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


class Migration(migrations.Migration):
    """Three triggers; SQLite's INSERT OR REPLACE would slip past the second."""

    dependencies = [("web", "0002_look")]
    operations = [
        migrations.RunSQL(UPDATE, "DROP TRIGGER web_look_no_update"),
        migrations.RunSQL(DELETE, "DROP TRIGGER web_look_no_delete"),
        migrations.RunSQL(REPLACE, "DROP TRIGGER web_look_no_replace"),
    ]
