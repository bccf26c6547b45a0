"""Seal the keys of second factors, which earlier versions kept in clear text."""

from django.db import migrations

from trialbook.web.accounts.sealed import sealed_now


def seal(apps, editor):  # type: ignore[no-untyped-def]
    """Seal every key that stands in clear text; what stood there is overwritten, too."""
    if editor.connection.vendor == "sqlite":
        with editor.connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.using(editor.connection.alias):
        device.key = sealed_now(device.key, device.user_id)
        device.save(update_fields=["key"])


class Migration(migrations.Migration):
    """A look at the table of devices that opens keys, and the keys sealed; there is no way back to clear text."""

    dependencies = [("accounts", "0002_log_is_kept"), ("otp_totp", "0003_add_timestamps")]
    operations = [
        migrations.CreateModel(
            name="Phone",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal),
    ]
