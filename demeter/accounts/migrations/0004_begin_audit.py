"""Begin the trail of rows that are older than it (`demeter.common.audit.note_present_rows`)."""

from django.db import migrations

from demeter.common.audit import note_present_rows

EVENTS = ("UserEvent", "ApiTokenEvent")


def begin(apps, _schema_editor):
    for name in EVENTS:
        note_present_rows(apps.get_model("accounts", name))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_audit")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
