"""Imports of places with their preview, saved mappings; polygons are optional."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import locations.models.places


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0005_plain_english"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("mapping", models.JSONField(verbose_name="mapping")),
            ],
            options={
                "verbose_name": "saved mapping",
                "verbose_name_plural": "saved mappings",
                "db_table": "saved_mappings",
                "ordering": ["name"],
            },
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
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude].",
                null=True,
                validators=[locations.models.places.validate_polygon],
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="storageareaevent",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude].",
                null=True,
                validators=[locations.models.places.validate_polygon],
                verbose_name="polygon",
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
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude].",
                null=True,
                validators=[locations.models.places.validate_polygon],
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="storagelocationevent",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude].",
                null=True,
                validators=[locations.models.places.validate_polygon],
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
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude].",
                null=True,
                validators=[locations.models.places.validate_polygon],
                verbose_name="polygon",
            ),
        ),
        migrations.AlterField(
            model_name="warehouseevent",
            name="polygon",
            field=models.JSONField(
                blank=True,
                help_text="GeoJSON Polygon: closed rings of [longitude, latitude].",
                null=True,
                validators=[locations.models.places.validate_polygon],
                verbose_name="polygon",
            ),
        ),
        migrations.CreateModel(
            name="PlaceImport",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("files", models.TextField(verbose_name="files")),
                ("content", models.BinaryField(verbose_name="rows")),
                ("mapping", models.JSONField(verbose_name="mapping")),
                ("preview", models.BinaryField(default=b"", verbose_name="preview")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="digest of the preview")),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("applied_at", models.DateTimeField(null=True, verbose_name="applied at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="place_imports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of places",
                "verbose_name_plural": "imports of places",
                "db_table": "place_imports",
                "ordering": ["-created_at"],
            },
        ),
    ]
