"""Reasons of movements as codes and parameters (the append-only trigger is disabled meanwhile); indexes that repeat others
removed."""

import django.db.models.deletion
from django.db import migrations, models

from photos.migrations._old_sentences import convert_column

TRIGGER = "ALTER TABLE stock_movements {} TRIGGER stock_movements_append_only"


def convert(_apps, schema_editor):
    schema_editor.execute(TRIGGER.format("DISABLE"))
    convert_column(schema_editor, "stock_movements", "reason")
    schema_editor.execute(TRIGGER.format("ENABLE"))


class Migration(migrations.Migration):
    dependencies = [("locations", "0001_initial"), ("stock", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="stockbatch",
            name="location",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to="locations.storagelocation",
                verbose_name="location",
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="stock.stockbatch",
                verbose_name="batch",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="location",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="locations.storagelocation",
                verbose_name="location",
            ),
        ),
        migrations.RunPython(convert),
    ]
