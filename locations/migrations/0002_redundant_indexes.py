"""An index that repeats the beginning of a unique constraint removed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("locations", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="densityparameters",
            name="container_type",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="densities",
                to="locations.containertype",
                verbose_name="container type",
            ),
        ),
    ]
