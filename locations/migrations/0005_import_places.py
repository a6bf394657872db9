"""Imports of places with their preview, saved mappings."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0004_places_without_a_map"),
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
