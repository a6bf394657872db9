"""Data sets, their photos, and the photos held out for good; append-only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("data_sets", "data_set_photos", "held_out_photos")
FUNCTION = """
CREATE FUNCTION data_sets_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
"""
APPEND_ONLY = FUNCTION + "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION data_sets_refuse_change();\n"
    for table in TABLES
)
NOT_APPEND_ONLY = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in TABLES) + (
    "DROP FUNCTION data_sets_refuse_change;"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "source",
                    models.CharField(
                        choices=[("photos", "corrected photos"), ("import", "imported")],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
                ("photo_count", models.PositiveIntegerField(verbose_name="photos")),
                ("held_out_count", models.PositiveIntegerField(verbose_name="photos held out")),
                ("plant_count", models.PositiveIntegerField(help_text="Marked, living ones", verbose_name="plants")),
                ("product_count", models.PositiveIntegerField(verbose_name="products")),
                ("place_count", models.PositiveIntegerField(verbose_name="places")),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="SHA-256 of the checksums, splits and labels of its photos",
                        max_length=64,
                        verbose_name="fingerprint",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty if a command on the server made it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_sets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "data set",
                "verbose_name_plural": "data sets",
                "db_table": "data_sets",
                "ordering": ["-pk"],
                "default_permissions": ("add", "view"),
            },
        ),
        migrations.CreateModel(
            name="DataSetPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="File name in exports", max_length=200, verbose_name="name")),
                (
                    "image_id",
                    models.UUIDField(
                        blank=True, help_text="In the gallery; empty if imported", null=True, verbose_name="photo"
                    ),
                ),
                (
                    "storage_key",
                    models.CharField(
                        blank=True,
                        help_text="Of an imported picture, which is not in the gallery",
                        max_length=200,
                        verbose_name="S3 key",
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content_type", models.CharField(max_length=100, verbose_name="content type")),
                ("width_px", models.PositiveIntegerField(verbose_name="width (px)")),
                ("height_px", models.PositiveIntegerField(verbose_name="height (px)")),
                (
                    "split",
                    models.CharField(
                        choices=[("train", "for training"), ("held_out", "held out for judging")],
                        max_length=10,
                        verbose_name="for what",
                    ),
                ),
                ("labels", models.JSONField(verbose_name="labels")),
                (
                    "plant_count",
                    models.PositiveIntegerField(
                        help_text="Marked, living; empty if unknown", null=True, verbose_name="plants"
                    ),
                ),
                (
                    "total",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="With hidden ones, as signed off; empty if unknown",
                        null=True,
                        verbose_name="plants in all",
                    ),
                ),
                (
                    "product_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="products",
                    ),
                ),
                ("location_id", models.BigIntegerField(blank=True, null=True, verbose_name="location")),
                (
                    "place",
                    models.CharField(
                        blank=True, help_text="Code of the location", max_length=200, verbose_name="place"
                    ),
                ),
                ("moment", models.DateTimeField(blank=True, null=True, verbose_name="moment")),
                (
                    "data_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="learning.dataset",
                        verbose_name="data set",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo of a data set",
                "verbose_name_plural": "photos of data sets",
                "db_table": "data_set_photos",
                "ordering": ["data_set", "name"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="HeldOutPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                ("location_id", models.BigIntegerField(blank=True, null=True, verbose_name="location")),
                ("moment", models.DateTimeField(blank=True, null=True, verbose_name="moment")),
                (
                    "held_out_by",
                    models.ForeignKey(
                        help_text="The first one",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_out_first",
                        to="learning.dataset",
                        verbose_name="data set",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo held out",
                "verbose_name_plural": "photos held out",
                "db_table": "held_out_photos",
                "ordering": ["pk"],
                "default_permissions": ("view",),
            },
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.UniqueConstraint(fields=("name", "version"), name="data_sets_version_unique"),
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["photos", "import"])), name="data_sets_source_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_out_count__lte", models.F("photo_count"))), name="data_sets_parts_of_a_whole"
            ),
        ),
        migrations.AddIndex(
            model_name="datasetphoto",
            index=models.Index(fields=["sha256", "split"], name="idx_data_set_photos_content"),
        ),
        migrations.AddConstraint(
            model_name="datasetphoto",
            constraint=models.UniqueConstraint(fields=("data_set", "name"), name="data_set_photos_name_unique"),
        ),
        migrations.AddConstraint(
            model_name="datasetphoto",
            constraint=models.UniqueConstraint(fields=("data_set", "sha256"), name="data_set_photos_content_once"),
        ),
        migrations.AddConstraint(
            model_name="datasetphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("split__in", ["train", "held_out"])), name="data_set_photos_split_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("image_id__isnull", False), ("storage_key", "")),
                    models.Q(("image_id", None), models.Q(("storage_key", ""), _negated=True)),
                    _connector="OR",
                ),
                name="data_set_photos_are_somewhere",
            ),
        ),
        migrations.AddIndex(
            model_name="heldoutphoto",
            index=models.Index(fields=["location_id", "moment"], name="idx_held_out_photos_visit"),
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
