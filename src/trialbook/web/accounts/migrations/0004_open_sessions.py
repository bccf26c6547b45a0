"""Sessions with whose they are, and the ends of single ones in the log; sessions of earlier versions end."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def end_earlier(apps, editor):  # type: ignore[no-untyped-def]
    """End the sessions of earlier versions, of which nobody knows whose they are: people sign in anew, once."""
    apps.get_model("sessions", "Session").objects.using(editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sealed_second_factors"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signin",
            name="what",
            field=models.CharField(
                choices=[
                    ("first run", "First run"),
                    ("signed in", "Signed in"),
                    ("signed out", "Signed out"),
                    ("signed out everywhere", "Signed out everywhere"),
                    ("sessions ended", "Sessions ended"),
                    ("timed out", "Session ended by time"),
                    ("wrong password", "Wrong password, or account closed"),
                    ("wrong second factor", "Wrong second factor"),
                    ("shut", "Refused: shut after wrong tries"),
                    ("confirmed", "Password given again"),
                    ("recovery code used", "Recovery code used"),
                    ("password changed", "Password changed"),
                    ("second factor set up", "Second factor set up"),
                    ("recovery codes made", "Recovery codes made"),
                    ("made", "Account made"),
                    ("suspended", "Suspended"),
                    ("lifted", "Suspension lifted"),
                    ("expiry", "Last day changed"),
                    ("opened", "Opened again after wrong tries"),
                    ("password reset", "Password reset"),
                    ("second factor reset", "Second factor reset"),
                ],
                max_length=40,
            ),
        ),
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RunPython(end_earlier),
    ]
