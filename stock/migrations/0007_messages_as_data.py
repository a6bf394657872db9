"""Reasons of movements as codes and parameters. The append-only trigger is disabled meanwhile."""

from django.db import migrations

import demeter.common.i18n.messages
from photos.migrations._old_sentences import convert_column

TRIGGER = "ALTER TABLE stock_movements {} TRIGGER stock_movements_append_only"


def convert(_apps, schema_editor):
    schema_editor.execute(TRIGGER.format("DISABLE"))
    convert_column(schema_editor, "stock_movements", "reason")
    schema_editor.execute(TRIGGER.format("ENABLE"))


class Migration(migrations.Migration):
    dependencies = [("stock", "0006_plain_english")]

    operations = [
        migrations.AlterField(
            model_name="stockmovement",
            name="reason",
            field=demeter.common.i18n.messages.MessageField(blank=True, default=None, verbose_name="reason"),
        ),
        migrations.RunPython(convert),
    ]
