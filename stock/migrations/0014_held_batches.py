"""An index of the batches that have plants now: after some years most batches have none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0013_overlaps"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="stockbatch",
            index=models.Index(
                condition=models.Q(("quantity_current", 0), _negated=True),
                fields=["location"],
                include=["id", "product", "packaging", "state", "size", "quantity_current"],
                name="idx_batches_held",
            ),
        ),
    ]
