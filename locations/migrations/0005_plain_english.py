"""Reworded labels and help texts; no change of the tables."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0004_begin_audit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="locationconfig",
            name="area_override_m2",
            field=models.FloatField(
                blank=True,
                help_text="Only if it differs from the area of the polygon.",
                null=True,
                validators=[django.core.validators.MinValueValidator(0.01)],
                verbose_name="planted area (m²)",
            ),
        ),
        migrations.AlterField(
            model_name="locationconfigevent",
            name="area_override_m2",
            field=models.FloatField(
                blank=True,
                help_text="Only if it differs from the area of the polygon.",
                null=True,
                validators=[django.core.validators.MinValueValidator(0.01)],
                verbose_name="planted area (m²)",
            ),
        ),
    ]
