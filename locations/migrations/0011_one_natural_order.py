"""One natural order of places, whatever the database's own collation is, in which no two places are equal.

A generated column cannot be altered, so it is made anew.
"""

from django.db import migrations, models
from django.db.models.functions import Concat

PLACES = ("warehouse", "storagearea", "storagelocation")
PADDED = models.Func(
    models.Func(
        models.F("code"),
        models.Value("(\\d+)"),
        models.Value("0000000000\\1"),
        models.Value("g"),
        function="regexp_replace",
    ),
    models.Value("\\d*(\\d{10})"),
    models.Value("\\1"),
    models.Value("g"),
    function="regexp_replace",
    output_field=models.TextField(),
)
KEY = models.GeneratedField(
    db_persist=True,
    expression=Concat(PADDED, models.Value(" "), models.F("code"), output_field=models.TextField()),
    output_field=models.TextField(db_collation="C"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0010_blind_recounts"),
    ]

    operations = [
        operation
        for place in PLACES
        for operation in (
            migrations.RemoveField(model_name=place, name="sort_key"),
            migrations.AddField(model_name=place, name="sort_key", field=KEY),
        )
    ]
