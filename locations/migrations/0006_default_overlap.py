"""The default overlap factor of the new detector, also in densities that nobody calibrated."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models

OLD, NEW = 0.85, 0.45


def replace_defaults(apps, _schema_editor):
    apps.get_model("locations", "DensityParameters").objects.filter(
        source="default", overlap_adjustment_factor=OLD
    ).update(overlap_adjustment_factor=NEW)


def field():
    return models.FloatField(
        default=NEW, validators=[MinValueValidator(0.1), MaxValueValidator(2.0)], verbose_name="overlap factor"
    )


class Migration(migrations.Migration):
    dependencies = [("locations", "0005_import_places")]

    operations = [
        migrations.AlterField("densityparameters", "overlap_adjustment_factor", field()),
        migrations.AlterField("densityparametersevent", "overlap_adjustment_factor", field()),
        migrations.RunPython(replace_defaults, migrations.RunPython.noop),
    ]
