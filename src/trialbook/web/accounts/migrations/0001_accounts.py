"""The tables of the accounts."""

import django.db.models.deletion
import trialbook.web.site
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("code", models.CharField(max_length=64, unique=True, verbose_name="code")),
                ("likeness", models.CharField(max_length=128, unique=True)),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                ("made_at", models.DateTimeField(default=trialbook.web.site.now)),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("one_time_until", models.DateTimeField(blank=True, null=True)),
                ("generation", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, default=trialbook.web.site.now)),
                ("code", models.CharField(blank=True, max_length=64)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("first run", "First run"),
                            ("signed in", "Signed in"),
                            ("signed out", "Signed out"),
                            ("signed out everywhere", "Signed out everywhere"),
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
                ("by", models.CharField(blank=True, max_length=64)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="StartCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=trialbook.web.site.now)),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
