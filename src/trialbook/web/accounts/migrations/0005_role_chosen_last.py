"""The role that somebody chose last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_open_sessions")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="acts_as",
            field=models.CharField(blank=True, default="", max_length=140),
            preserve_default=False,
        ),
    ]
