"""Polygons and positions of beds are optional, places are sorted naturally, and steps that make many are recorded."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0003_nursery_and_prices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlaceChange",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="token")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("build", "Made by patterns"),
                            ("split", "Bed split into bays"),
                            ("import", "Imported"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "warehouse_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None, verbose_name="warehouses"
                    ),
                ),
                (
                    "area_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None, verbose_name="storage areas"
                    ),
                ),
                (
                    "location_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None, verbose_name="storage locations"
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
                ("undone_at", models.DateTimeField(editable=False, null=True, verbose_name="undone at")),
            ],
            options={
                "verbose_name": "setup step",
                "verbose_name_plural": "setup steps",
                "db_table": "place_changes",
                "ordering": ["-made_at"],
            },
        ),
        migrations.AlterModelOptions(
            name="storagearea",
            options={"ordering": ["sort_key"], "verbose_name": "storage area", "verbose_name_plural": "storage areas"},
        ),
        migrations.AlterModelOptions(
            name="storagelocation",
            options={
                "ordering": ["sort_key"],
                "verbose_name": "storage location",
                "verbose_name_plural": "storage locations",
            },
        ),
        migrations.AlterModelOptions(
            name="warehouse",
            options={"ordering": ["sort_key"], "verbose_name": "warehouse", "verbose_name_plural": "warehouses"},
        ),
        migrations.RemoveConstraint(
            model_name="storagearea",
            name="storagearea_outline_sane",
        ),
        migrations.RemoveConstraint(
            model_name="storagearea",
            name="storagearea_position_known",
        ),
        migrations.RemoveConstraint(
            model_name="storagelocation",
            name="storagelocation_outline_sane",
        ),
        migrations.RemoveConstraint(
            model_name="warehouse",
            name="warehouse_outline_sane",
        ),
        migrations.AddField(
            model_name="storagearea",
            name="sort_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
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
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="storagelocation",
            name="sort_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
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
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="warehouse",
            name="sort_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
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
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="area_m2",
            field=models.FloatField(editable=False, null=True, verbose_name="area (m²)"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="centroid_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="latitude of the centre"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="centroid_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="longitude of the centre"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="max_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="northernmost latitude"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="max_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="easternmost longitude"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="min_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="southernmost latitude"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="min_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="westernmost longitude"),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it.",
                null=True,
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="storagearea",
            name="position",
            field=models.CharField(
                blank=True,
                choices=[("N", "North"), ("S", "South"), ("E", "East"), ("W", "West"), ("C", "Centre")],
                max_length=1,
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="storageareaevent",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it.",
                null=True,
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="storageareaevent",
            name="position",
            field=models.CharField(
                blank=True,
                choices=[("N", "North"), ("S", "South"), ("E", "East"), ("W", "West"), ("C", "Centre")],
                max_length=1,
                verbose_name="position",
            ),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="area_m2",
            field=models.FloatField(editable=False, null=True, verbose_name="area (m²)"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="centroid_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="latitude of the centre"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="centroid_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="longitude of the centre"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="max_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="northernmost latitude"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="max_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="easternmost longitude"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="min_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="southernmost latitude"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="min_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="westernmost longitude"),
        ),
        migrations.AlterField(
            model_name="storagelocation",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it.",
                null=True,
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="storagelocationevent",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it.",
                null=True,
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="area_m2",
            field=models.FloatField(editable=False, null=True, verbose_name="area (m²)"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="centroid_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="latitude of the centre"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="centroid_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="longitude of the centre"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="max_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="northernmost latitude"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="max_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="easternmost longitude"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="min_lat",
            field=models.FloatField(editable=False, null=True, verbose_name="southernmost latitude"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="min_lon",
            field=models.FloatField(editable=False, null=True, verbose_name="westernmost longitude"),
        ),
        migrations.AlterField(
            model_name="warehouse",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it.",
                null=True,
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="warehouseevent",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it.",
                null=True,
                verbose_name="polygon",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagearea",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area_m2__isnull", True),
                        ("centroid_lat__isnull", True),
                        ("centroid_lon__isnull", True),
                        ("max_lat__isnull", True),
                        ("max_lon__isnull", True),
                        ("min_lat__isnull", True),
                        ("min_lon__isnull", True),
                        ("polygon__isnull", True),
                    ),
                    models.Q(
                        ("area_m2__isnull", False),
                        ("centroid_lat__isnull", False),
                        ("centroid_lon__isnull", False),
                        ("max_lat__isnull", False),
                        ("max_lon__isnull", False),
                        ("min_lat__isnull", False),
                        ("min_lon__isnull", False),
                        ("polygon__isnull", False),
                        ("max_lat__lte", 90),
                        ("max_lon__lte", 180),
                        ("min_lat__gte", -90),
                        ("min_lon__gte", -180),
                        ("area_m2__gt", 0),
                        ("min_lat__lt", models.F("max_lat")),
                        ("min_lon__lt", models.F("max_lon")),
                    ),
                    _connector="OR",
                ),
                name="storagearea_outline_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagearea",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__in", ["", "N", "S", "E", "W", "C"])), name="storagearea_position_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area_m2__isnull", True),
                        ("centroid_lat__isnull", True),
                        ("centroid_lon__isnull", True),
                        ("max_lat__isnull", True),
                        ("max_lon__isnull", True),
                        ("min_lat__isnull", True),
                        ("min_lon__isnull", True),
                        ("polygon__isnull", True),
                    ),
                    models.Q(
                        ("area_m2__isnull", False),
                        ("centroid_lat__isnull", False),
                        ("centroid_lon__isnull", False),
                        ("max_lat__isnull", False),
                        ("max_lon__isnull", False),
                        ("min_lat__isnull", False),
                        ("min_lon__isnull", False),
                        ("polygon__isnull", False),
                        ("max_lat__lte", 90),
                        ("max_lon__lte", 180),
                        ("min_lat__gte", -90),
                        ("min_lon__gte", -180),
                        ("area_m2__gt", 0),
                        ("min_lat__lt", models.F("max_lat")),
                        ("min_lon__lt", models.F("max_lon")),
                    ),
                    _connector="OR",
                ),
                name="storagelocation_outline_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area_m2__isnull", True),
                        ("centroid_lat__isnull", True),
                        ("centroid_lon__isnull", True),
                        ("max_lat__isnull", True),
                        ("max_lon__isnull", True),
                        ("min_lat__isnull", True),
                        ("min_lon__isnull", True),
                        ("polygon__isnull", True),
                    ),
                    models.Q(
                        ("area_m2__isnull", False),
                        ("centroid_lat__isnull", False),
                        ("centroid_lon__isnull", False),
                        ("max_lat__isnull", False),
                        ("max_lon__isnull", False),
                        ("min_lat__isnull", False),
                        ("min_lon__isnull", False),
                        ("polygon__isnull", False),
                        ("max_lat__lte", 90),
                        ("max_lon__lte", 180),
                        ("min_lat__gte", -90),
                        ("min_lon__gte", -180),
                        ("area_m2__gt", 0),
                        ("min_lat__lt", models.F("max_lat")),
                        ("min_lon__lt", models.F("max_lon")),
                    ),
                    _connector="OR",
                ),
                name="warehouse_outline_sane",
            ),
        ),
        migrations.AddField(
            model_name="placechange",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="place_changes",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddConstraint(
            model_name="placechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["build", "split", "import"])), name="placechange_kind_known"
            ),
        ),
    ]
