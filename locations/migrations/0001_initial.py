"""Places, the catalogue of plants and containers, configurations, and their audit log."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # A database that has these already has the tables; see tests/demeter/test_migrations.py.
    replaces = [
        ("locations", "0002_words"),
        ("locations", "0003_audit"),
        ("locations", "0004_begin_audit"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ContainerTypeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plug", "Plug tray"),
                            ("seedling_tray", "Seedling tray"),
                            ("box", "Crate"),
                            ("segment", "Loose pots"),
                            ("pot", "Pot"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("rows", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rows")),
                ("columns", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="columns")),
                ("capacity", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="capacity")),
                (
                    "length_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="length (cm)",
                    ),
                ),
                (
                    "width_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="width (cm)",
                    ),
                ),
                (
                    "height_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="height (cm)",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DensityParameters",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "avg_area_per_plant_cm2",
                    models.FloatField(
                        validators=[django.core.validators.MinValueValidator(0.01)], verbose_name="area per plant (cm²)"
                    ),
                ),
                (
                    "plants_per_m2",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.Value(10000.0), "/", models.F("avg_area_per_plant_cm2")
                        ),
                        output_field=models.FloatField(),
                        verbose_name="plants per m²",
                    ),
                ),
                (
                    "overlap_adjustment_factor",
                    models.FloatField(
                        default=0.85,
                        validators=[
                            django.core.validators.MinValueValidator(0.1),
                            django.core.validators.MaxValueValidator(2.0),
                        ],
                        verbose_name="overlap factor",
                    ),
                ),
                (
                    "avg_diameter_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="plant diameter (cm)",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("default", "Default"), ("calibrated", "Calibrated")],
                        default="default",
                        max_length=16,
                        verbose_name="source",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("sample_size", models.PositiveIntegerField(default=0, verbose_name="photos used")),
            ],
            options={
                "verbose_name": "density",
                "verbose_name_plural": "densities",
                "db_table": "density_parameters",
                "ordering": ["product", "packaging", "container_type"],
            },
        ),
        migrations.CreateModel(
            name="DensityParametersEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                (
                    "avg_area_per_plant_cm2",
                    models.FloatField(
                        validators=[django.core.validators.MinValueValidator(0.01)], verbose_name="area per plant (cm²)"
                    ),
                ),
                (
                    "overlap_adjustment_factor",
                    models.FloatField(
                        default=0.85,
                        validators=[
                            django.core.validators.MinValueValidator(0.1),
                            django.core.validators.MaxValueValidator(2.0),
                        ],
                        verbose_name="overlap factor",
                    ),
                ),
                (
                    "avg_diameter_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="plant diameter (cm)",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("default", "Default"), ("calibrated", "Calibrated")],
                        default="default",
                        max_length=16,
                        verbose_name="source",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("sample_size", models.PositiveIntegerField(default=0, verbose_name="photos used")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LocationConfig",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "area_override_m2",
                    models.FloatField(
                        blank=True,
                        help_text="Only if it differs from the area of the polygon.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="planted area (m²)",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="started at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
            ],
            options={
                "verbose_name": "location configuration",
                "verbose_name_plural": "location configurations",
                "db_table": "location_configs",
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="LocationConfigEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                (
                    "area_override_m2",
                    models.FloatField(
                        blank=True,
                        help_text="Only if it differs from the area of the polygon.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="planted area (m²)",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="started at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Packaging",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("sku", models.CharField(max_length=32, unique=True, verbose_name="SKU")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "volume_l",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="volume (l)",
                    ),
                ),
                (
                    "diameter_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="diameter (cm)",
                    ),
                ),
                (
                    "height_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="height (cm)",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "packaging",
                "verbose_name_plural": "packagings",
                "db_table": "packagings",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PackagingColour",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "packaging colour",
                "verbose_name_plural": "packaging colours",
                "db_table": "packaging_colours",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PackagingEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                ("sku", models.CharField(max_length=32, verbose_name="SKU")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "volume_l",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="volume (l)",
                    ),
                ),
                (
                    "diameter_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="diameter (cm)",
                    ),
                ),
                (
                    "height_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="height (cm)",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PackagingMaterial",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "packaging material",
                "verbose_name_plural": "packaging materials",
                "db_table": "packaging_materials",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PackagingType",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "packaging type",
                "verbose_name_plural": "packaging types",
                "db_table": "packaging_types",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("sku", models.CharField(max_length=32, unique=True, verbose_name="SKU")),
                ("common_name", models.CharField(max_length=120, verbose_name="common name")),
                ("scientific_name", models.CharField(max_length=160, verbose_name="scientific name")),
                ("attributes", models.JSONField(blank=True, default=dict, verbose_name="attributes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "db_table": "products",
                "ordering": ["common_name"],
            },
        ),
        migrations.CreateModel(
            name="ProductCategory",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "product category",
                "verbose_name_plural": "product categories",
                "db_table": "product_categories",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProductEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                ("sku", models.CharField(max_length=32, verbose_name="SKU")),
                ("common_name", models.CharField(max_length=120, verbose_name="common name")),
                ("scientific_name", models.CharField(max_length=160, verbose_name="scientific name")),
                ("attributes", models.JSONField(blank=True, default=dict, verbose_name="attributes")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProductFamily",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("scientific_name", models.CharField(max_length=120, verbose_name="scientific name")),
            ],
            options={
                "verbose_name": "product family",
                "verbose_name_plural": "product families",
                "db_table": "product_families",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProductSize",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "min_height_cm",
                    models.FloatField(
                        validators=[django.core.validators.MinValueValidator(0)], verbose_name="from height (cm)"
                    ),
                ),
                ("max_height_cm", models.FloatField(blank=True, null=True, verbose_name="to height (cm)")),
                ("sort_order", models.PositiveSmallIntegerField(unique=True, verbose_name="order")),
            ],
            options={
                "verbose_name": "product size",
                "verbose_name_plural": "product sizes",
                "db_table": "product_sizes",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProductState",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("is_sellable", models.BooleanField(default=False, verbose_name="can be sold")),
                ("sort_order", models.PositiveSmallIntegerField(unique=True, verbose_name="order")),
            ],
            options={
                "verbose_name": "product state",
                "verbose_name_plural": "product states",
                "db_table": "product_states",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StorageArea",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "polygon",
                    models.JSONField(
                        help_text="GeoJSON Polygon: closed rings of [longitude, latitude].", verbose_name="polygon"
                    ),
                ),
                ("min_lon", models.FloatField(editable=False, verbose_name="westernmost longitude")),
                ("min_lat", models.FloatField(editable=False, verbose_name="southernmost latitude")),
                ("max_lon", models.FloatField(editable=False, verbose_name="easternmost longitude")),
                ("max_lat", models.FloatField(editable=False, verbose_name="northernmost latitude")),
                ("centroid_lon", models.FloatField(editable=False, verbose_name="longitude of the centre")),
                ("centroid_lat", models.FloatField(editable=False, verbose_name="latitude of the centre")),
                ("area_m2", models.FloatField(editable=False, verbose_name="area (m²)")),
                (
                    "position",
                    models.CharField(
                        choices=[("N", "North"), ("S", "South"), ("E", "East"), ("W", "West"), ("C", "Centre")],
                        max_length=1,
                        verbose_name="position",
                    ),
                ),
            ],
            options={
                "verbose_name": "storage area",
                "verbose_name_plural": "storage areas",
                "db_table": "storage_areas",
                "ordering": ["code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StorageAreaEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "polygon",
                    models.JSONField(
                        help_text="GeoJSON Polygon: closed rings of [longitude, latitude].", verbose_name="polygon"
                    ),
                ),
                (
                    "position",
                    models.CharField(
                        choices=[("N", "North"), ("S", "South"), ("E", "East"), ("W", "West"), ("C", "Centre")],
                        max_length=1,
                        verbose_name="position",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StorageLocation",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "polygon",
                    models.JSONField(
                        help_text="GeoJSON Polygon: closed rings of [longitude, latitude].", verbose_name="polygon"
                    ),
                ),
                ("min_lon", models.FloatField(editable=False, verbose_name="westernmost longitude")),
                ("min_lat", models.FloatField(editable=False, verbose_name="southernmost latitude")),
                ("max_lon", models.FloatField(editable=False, verbose_name="easternmost longitude")),
                ("max_lat", models.FloatField(editable=False, verbose_name="northernmost latitude")),
                ("centroid_lon", models.FloatField(editable=False, verbose_name="longitude of the centre")),
                ("centroid_lat", models.FloatField(editable=False, verbose_name="latitude of the centre")),
                ("area_m2", models.FloatField(editable=False, verbose_name="area (m²)")),
                (
                    "qr_code",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        null=True,
                        unique=True,
                        validators=[django.core.validators.MinLengthValidator(8)],
                        verbose_name="QR code",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
            ],
            options={
                "verbose_name": "storage location",
                "verbose_name_plural": "storage locations",
                "db_table": "storage_locations",
                "ordering": ["code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StorageLocationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "polygon",
                    models.JSONField(
                        help_text="GeoJSON Polygon: closed rings of [longitude, latitude].", verbose_name="polygon"
                    ),
                ),
                (
                    "qr_code",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        null=True,
                        validators=[django.core.validators.MinLengthValidator(8)],
                        verbose_name="QR code",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "polygon",
                    models.JSONField(
                        help_text="GeoJSON Polygon: closed rings of [longitude, latitude].", verbose_name="polygon"
                    ),
                ),
                ("min_lon", models.FloatField(editable=False, verbose_name="westernmost longitude")),
                ("min_lat", models.FloatField(editable=False, verbose_name="southernmost latitude")),
                ("max_lon", models.FloatField(editable=False, verbose_name="easternmost longitude")),
                ("max_lat", models.FloatField(editable=False, verbose_name="northernmost latitude")),
                ("centroid_lon", models.FloatField(editable=False, verbose_name="longitude of the centre")),
                ("centroid_lat", models.FloatField(editable=False, verbose_name="latitude of the centre")),
                ("area_m2", models.FloatField(editable=False, verbose_name="area (m²)")),
                (
                    "warehouse_type",
                    models.CharField(
                        choices=[
                            ("greenhouse", "Greenhouse"),
                            ("shadehouse", "Shade house"),
                            ("open_field", "Open field"),
                            ("tunnel", "Tunnel"),
                        ],
                        default="greenhouse",
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "verbose_name": "warehouse",
                "verbose_name_plural": "warehouses",
                "db_table": "warehouses",
                "ordering": ["code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WarehouseEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "polygon",
                    models.JSONField(
                        help_text="GeoJSON Polygon: closed rings of [longitude, latitude].", verbose_name="polygon"
                    ),
                ),
                (
                    "warehouse_type",
                    models.CharField(
                        choices=[
                            ("greenhouse", "Greenhouse"),
                            ("shadehouse", "Shade house"),
                            ("open_field", "Open field"),
                            ("tunnel", "Tunnel"),
                        ],
                        default="greenhouse",
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ContainerType",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plug", "Plug tray"),
                            ("seedling_tray", "Seedling tray"),
                            ("box", "Crate"),
                            ("segment", "Loose pots"),
                            ("pot", "Pot"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("rows", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rows")),
                ("columns", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="columns")),
                ("capacity", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="capacity")),
                (
                    "length_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="length (cm)",
                    ),
                ),
                (
                    "width_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="width (cm)",
                    ),
                ),
                (
                    "height_cm",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="height (cm)",
                    ),
                ),
            ],
            options={
                "verbose_name": "container type",
                "verbose_name_plural": "container types",
                "db_table": "container_types",
                "ordering": ["name"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                        name="containertype_code_upper",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["plug", "seedling_tray", "box", "segment", "pot"])),
                        name="containertype_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("columns__isnull", True), ("rows__isnull", True)),
                            models.Q(
                                ("capacity__isnull", False),
                                ("columns__isnull", False),
                                ("rows__isnull", False),
                                (
                                    "capacity",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("rows"), "*", models.F("columns")
                                    ),
                                ),
                                ("columns__gt", 0),
                                ("rows__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="containertype_grid_fills_capacity",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="containertype",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_containertypeevent" ("active", "capacity", "code", "columns", "height_cm", "id", "kind", "length_cm", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "width_cm") VALUES (NEW."active", NEW."capacity", NEW."code", NEW."columns", NEW."height_cm", NEW."id", NEW."kind", NEW."length_cm", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."rows", NEW."width_cm"); RETURN NULL;',
                    hash="d17a3cab19bd9945ab18b7977c944d35bf990c7b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c0797",
                    table="container_types",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="containertype",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."columns" IS DISTINCT FROM (NEW."columns") OR OLD."height_cm" IS DISTINCT FROM (NEW."height_cm") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."length_cm" IS DISTINCT FROM (NEW."length_cm") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."rows" IS DISTINCT FROM (NEW."rows") OR OLD."width_cm" IS DISTINCT FROM (NEW."width_cm"))',
                    func='INSERT INTO "locations_containertypeevent" ("active", "capacity", "code", "columns", "height_cm", "id", "kind", "length_cm", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "width_cm") VALUES (NEW."active", NEW."capacity", NEW."code", NEW."columns", NEW."height_cm", NEW."id", NEW."kind", NEW."length_cm", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."rows", NEW."width_cm"); RETURN NULL;',
                    hash="b31d3e10ef5c53bcb8e3dda4d94c5c1a2ce2661a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_98a82",
                    table="container_types",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="containertype",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_containertypeevent" ("active", "capacity", "code", "columns", "height_cm", "id", "kind", "length_cm", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rows", "width_cm") VALUES (OLD."active", OLD."capacity", OLD."code", OLD."columns", OLD."height_cm", OLD."id", OLD."kind", OLD."length_cm", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."rows", OLD."width_cm"); RETURN NULL;',
                    hash="89904c55bdd66ec4824b53a9fff3718311e00bda",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_69ffd",
                    table="container_types",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="containertypeevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.containertype",
            ),
        ),
        migrations.AddField(
            model_name="densityparameters",
            name="container_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="densities",
                to="locations.containertype",
                verbose_name="container type",
            ),
        ),
        migrations.AddField(
            model_name="densityparametersevent",
            name="container_type",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.containertype",
                verbose_name="container type",
            ),
        ),
        migrations.AddField(
            model_name="densityparametersevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.densityparameters",
            ),
        ),
        migrations.AddField(
            model_name="locationconfigevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.locationconfig",
            ),
        ),
        migrations.AddField(
            model_name="locationconfigevent",
            name="packaging",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.packaging",
                verbose_name="packaging",
            ),
        ),
        migrations.AddField(
            model_name="locationconfig",
            name="packaging",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="location_configs",
                to="locations.packaging",
                verbose_name="packaging",
            ),
        ),
        migrations.AddField(
            model_name="densityparametersevent",
            name="packaging",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.packaging",
                verbose_name="packaging",
            ),
        ),
        migrations.AddField(
            model_name="densityparameters",
            name="packaging",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="densities",
                to="locations.packaging",
                verbose_name="packaging",
            ),
        ),
        migrations.AddConstraint(
            model_name="packagingcolour",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="packagingcolour_code_upper",
            ),
        ),
        migrations.AddField(
            model_name="packaging",
            name="colour",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packagings",
                to="locations.packagingcolour",
                verbose_name="colour",
            ),
        ),
        migrations.AddField(
            model_name="packagingevent",
            name="colour",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.packagingcolour",
                verbose_name="colour",
            ),
        ),
        migrations.AddField(
            model_name="packagingevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.packaging",
            ),
        ),
        migrations.AddConstraint(
            model_name="packagingmaterial",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="packagingmaterial_code_upper",
            ),
        ),
        migrations.AddField(
            model_name="packagingevent",
            name="material",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.packagingmaterial",
                verbose_name="material",
            ),
        ),
        migrations.AddField(
            model_name="packaging",
            name="material",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packagings",
                to="locations.packagingmaterial",
                verbose_name="material",
            ),
        ),
        migrations.AddConstraint(
            model_name="packagingtype",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="packagingtype_code_upper",
            ),
        ),
        migrations.AddField(
            model_name="packagingevent",
            name="packaging_type",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.packagingtype",
                verbose_name="type",
            ),
        ),
        migrations.AddField(
            model_name="packaging",
            name="packaging_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="packagings",
                to="locations.packagingtype",
                verbose_name="type",
            ),
        ),
        migrations.AddField(
            model_name="locationconfigevent",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="locationconfig",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="location_configs",
                to="locations.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="densityparametersevent",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="densityparameters",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="densities",
                to="locations.product",
                verbose_name="product",
            ),
        ),
        migrations.AddConstraint(
            model_name="productcategory",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="productcategory_code_upper",
            ),
        ),
        migrations.AddField(
            model_name="productevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.product",
            ),
        ),
        migrations.AddField(
            model_name="productfamily",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="families",
                to="locations.productcategory",
                verbose_name="category",
            ),
        ),
        migrations.AddField(
            model_name="productevent",
            name="family",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.productfamily",
                verbose_name="family",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="family",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="locations.productfamily",
                verbose_name="family",
            ),
        ),
        migrations.AddConstraint(
            model_name="productsize",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="productsize_code_upper",
            ),
        ),
        migrations.AddConstraint(
            model_name="productsize",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("min_height_cm__gte", 0),
                    models.Q(
                        ("max_height_cm__isnull", True),
                        ("max_height_cm__gt", models.F("min_height_cm")),
                        _connector="OR",
                    ),
                ),
                name="productsize_heights_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="productstate",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="productstate_code_upper",
            ),
        ),
        migrations.AddField(
            model_name="locationconfigevent",
            name="expected_state",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.productstate",
                verbose_name="expected state",
            ),
        ),
        migrations.AddField(
            model_name="locationconfig",
            name="expected_state",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="location_configs",
                to="locations.productstate",
                verbose_name="expected state",
            ),
        ),
        migrations.AddField(
            model_name="storageareaevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.storagearea",
            ),
        ),
        migrations.AddField(
            model_name="storagelocation",
            name="storage_area",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="storage_locations",
                to="locations.storagearea",
                verbose_name="storage area",
            ),
        ),
        migrations.AddField(
            model_name="locationconfigevent",
            name="location",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.storagelocation",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="locationconfig",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="configs",
                to="locations.storagelocation",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="storagelocationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.storagelocation",
            ),
        ),
        migrations.AddField(
            model_name="storagelocationevent",
            name="storage_area",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.storagearea",
                verbose_name="storage area",
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))), name="warehouse_code_upper"
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_lat__lte", 90),
                    ("max_lon__lte", 180),
                    ("min_lat__gte", -90),
                    ("min_lon__gte", -180),
                    ("area_m2__gt", 0),
                    ("min_lat__lt", models.F("max_lat")),
                    ("min_lon__lt", models.F("max_lon")),
                ),
                name="warehouse_outline_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(("warehouse_type__in", ["greenhouse", "shadehouse", "open_field", "tunnel"])),
                name="warehouse_type_known",
            ),
        ),
        migrations.AddField(
            model_name="storageareaevent",
            name="warehouse",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.warehouse",
                verbose_name="warehouse",
            ),
        ),
        migrations.AddField(
            model_name="storagearea",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="storage_areas",
                to="locations.warehouse",
                verbose_name="warehouse",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouse",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_warehouseevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "warehouse_type") VALUES (NEW."active", NEW."code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."polygon", NEW."warehouse_type"); RETURN NULL;',
                    hash="24b2d69ff5d861e588e3184c7cc4c30df9d991ea",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_78367",
                    table="warehouses",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouse",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."polygon" IS DISTINCT FROM (NEW."polygon") OR OLD."warehouse_type" IS DISTINCT FROM (NEW."warehouse_type"))',
                    func='INSERT INTO "locations_warehouseevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "warehouse_type") VALUES (NEW."active", NEW."code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."polygon", NEW."warehouse_type"); RETURN NULL;',
                    hash="9bc131ee568a9b4a8fb128c04ad645348c4f9024",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_00b09",
                    table="warehouses",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouse",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_warehouseevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "warehouse_type") VALUES (OLD."active", OLD."code", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."polygon", OLD."warehouse_type"); RETURN NULL;',
                    hash="7029f2fdec9654358fa78b42f961aba319fbf657",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9f371",
                    table="warehouses",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="warehouseevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.warehouse",
            ),
        ),
        migrations.AddIndex(
            model_name="containertypeevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="containertypeevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="containertypeevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bd40292b06b249167171a5f368a1790f9ae48f55",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_02261",
                    table="locations_containertypeevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="packagingevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="packagingevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packagingevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="81555d163f3835bfeab5631fa3eb36dedede949d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c1459",
                    table="locations_packagingevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="packaging",
            constraint=models.CheckConstraint(
                condition=models.Q(("sku", django.db.models.functions.text.Upper("sku"))), name="packaging_sku_upper"
            ),
        ),
        migrations.AddConstraint(
            model_name="packaging",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("volume_l__isnull", True), ("volume_l__gt", 0), _connector="OR"),
                    models.Q(("diameter_cm__isnull", True), ("diameter_cm__gt", 0), _connector="OR"),
                    models.Q(("height_cm__isnull", True), ("height_cm__gt", 0), _connector="OR"),
                ),
                name="packaging_sizes_positive",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packaging",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_packagingevent" ("active", "colour_id", "diameter_cm", "height_cm", "id", "material_id", "name", "packaging_type_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sku", "volume_l") VALUES (NEW."active", NEW."colour_id", NEW."diameter_cm", NEW."height_cm", NEW."id", NEW."material_id", NEW."name", NEW."packaging_type_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."sku", NEW."volume_l"); RETURN NULL;',
                    hash="4915dc841cab36e58a293954668b15d340450ae0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a4e0a",
                    table="packagings",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packaging",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."colour_id" IS DISTINCT FROM (NEW."colour_id") OR OLD."diameter_cm" IS DISTINCT FROM (NEW."diameter_cm") OR OLD."height_cm" IS DISTINCT FROM (NEW."height_cm") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."material_id" IS DISTINCT FROM (NEW."material_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."packaging_type_id" IS DISTINCT FROM (NEW."packaging_type_id") OR OLD."sku" IS DISTINCT FROM (NEW."sku") OR OLD."volume_l" IS DISTINCT FROM (NEW."volume_l"))',
                    func='INSERT INTO "locations_packagingevent" ("active", "colour_id", "diameter_cm", "height_cm", "id", "material_id", "name", "packaging_type_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sku", "volume_l") VALUES (NEW."active", NEW."colour_id", NEW."diameter_cm", NEW."height_cm", NEW."id", NEW."material_id", NEW."name", NEW."packaging_type_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."sku", NEW."volume_l"); RETURN NULL;',
                    hash="ab36e2f213ac0d35a8e77ba0cbbbeba28cb33cee",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_72389",
                    table="packagings",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="packaging",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_packagingevent" ("active", "colour_id", "diameter_cm", "height_cm", "id", "material_id", "name", "packaging_type_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sku", "volume_l") VALUES (OLD."active", OLD."colour_id", OLD."diameter_cm", OLD."height_cm", OLD."id", OLD."material_id", OLD."name", OLD."packaging_type_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."sku", OLD."volume_l"); RETURN NULL;',
                    hash="65e4214ab0a56afd75491fd8ec7deb5e6c7f2a56",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_94f73",
                    table="packagings",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="densityparametersevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="densityparametersevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="densityparametersevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7abb7270a919d0b1559195b9e2c3a5d8ca84f311",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_14523",
                    table="locations_densityparametersevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="densityparameters",
            constraint=models.UniqueConstraint(
                fields=("container_type", "product", "packaging"), name="densityparameters_unique", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="densityparameters",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("avg_area_per_plant_cm2__gt", 0),
                    ("version__gte", 1),
                    ("overlap_adjustment_factor__gte", 0.1),
                    ("overlap_adjustment_factor__lte", 2.0),
                    models.Q(("avg_diameter_cm__isnull", True), ("avg_diameter_cm__gt", 0), _connector="OR"),
                ),
                name="densityparameters_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="densityparameters",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["default", "calibrated"])), name="densityparameters_source_known"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="densityparameters",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_densityparametersevent" ("avg_area_per_plant_cm2", "avg_diameter_cm", "container_type_id", "id", "overlap_adjustment_factor", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "sample_size", "source", "version") VALUES (NEW."avg_area_per_plant_cm2", NEW."avg_diameter_cm", NEW."container_type_id", NEW."id", NEW."overlap_adjustment_factor", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."product_id", NEW."sample_size", NEW."source", NEW."version"); RETURN NULL;',
                    hash="addc70c4cc30b14ac3d0af922363c73c5e813f02",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f394f",
                    table="density_parameters",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="densityparameters",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."avg_area_per_plant_cm2" IS DISTINCT FROM (NEW."avg_area_per_plant_cm2") OR OLD."avg_diameter_cm" IS DISTINCT FROM (NEW."avg_diameter_cm") OR OLD."container_type_id" IS DISTINCT FROM (NEW."container_type_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."overlap_adjustment_factor" IS DISTINCT FROM (NEW."overlap_adjustment_factor") OR OLD."packaging_id" IS DISTINCT FROM (NEW."packaging_id") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."sample_size" IS DISTINCT FROM (NEW."sample_size") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."version" IS DISTINCT FROM (NEW."version"))',
                    func='INSERT INTO "locations_densityparametersevent" ("avg_area_per_plant_cm2", "avg_diameter_cm", "container_type_id", "id", "overlap_adjustment_factor", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "sample_size", "source", "version") VALUES (NEW."avg_area_per_plant_cm2", NEW."avg_diameter_cm", NEW."container_type_id", NEW."id", NEW."overlap_adjustment_factor", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."product_id", NEW."sample_size", NEW."source", NEW."version"); RETURN NULL;',
                    hash="3c355bdcdef51984d7ead71fbf5a9973f357cafd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4b991",
                    table="density_parameters",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="densityparameters",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_densityparametersevent" ("avg_area_per_plant_cm2", "avg_diameter_cm", "container_type_id", "id", "overlap_adjustment_factor", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "sample_size", "source", "version") VALUES (OLD."avg_area_per_plant_cm2", OLD."avg_diameter_cm", OLD."container_type_id", OLD."id", OLD."overlap_adjustment_factor", OLD."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."product_id", OLD."sample_size", OLD."source", OLD."version"); RETURN NULL;',
                    hash="9b9d7fd63d422825f0c31ed53eaf004ffe03afcd",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7e50b",
                    table="density_parameters",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="productfamily",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="productfamily_code_upper",
            ),
        ),
        migrations.AddIndex(
            model_name="productevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="productevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c37338568b72bd4ab90b237f2b9e6ce2696a1c9f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_758a7",
                    table="locations_productevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("sku", django.db.models.functions.text.Upper("sku"))), name="product_sku_upper"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_productevent" ("active", "attributes", "common_name", "family_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scientific_name", "sku") VALUES (NEW."active", NEW."attributes", NEW."common_name", NEW."family_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."scientific_name", NEW."sku"); RETURN NULL;',
                    hash="be2064237b17557f67c84ea0316fe13b60467cde",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c38a2",
                    table="products",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."attributes" IS DISTINCT FROM (NEW."attributes") OR OLD."common_name" IS DISTINCT FROM (NEW."common_name") OR OLD."family_id" IS DISTINCT FROM (NEW."family_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."scientific_name" IS DISTINCT FROM (NEW."scientific_name") OR OLD."sku" IS DISTINCT FROM (NEW."sku"))',
                    func='INSERT INTO "locations_productevent" ("active", "attributes", "common_name", "family_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scientific_name", "sku") VALUES (NEW."active", NEW."attributes", NEW."common_name", NEW."family_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."scientific_name", NEW."sku"); RETURN NULL;',
                    hash="cfcfc007604ddc8f141a8dca4b086fb34e0816fb",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_99dae",
                    table="products",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_productevent" ("active", "attributes", "common_name", "family_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scientific_name", "sku") VALUES (OLD."active", OLD."attributes", OLD."common_name", OLD."family_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."scientific_name", OLD."sku"); RETURN NULL;',
                    hash="771c9af019df57410e15a48a91b6e75a121857ab",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_2864e",
                    table="products",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="storagelocation",
            index=django.contrib.postgres.indexes.GistIndex(
                models.Func(
                    models.Func(models.F("min_lon"), models.F("min_lat"), function="point"),
                    models.Func(models.F("max_lon"), models.F("max_lat"), function="point"),
                    function="box",
                ),
                name="storage_locations_box",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="storagelocation_code_upper",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_lat__lte", 90),
                    ("max_lon__lte", 180),
                    ("min_lat__gte", -90),
                    ("min_lon__gte", -180),
                    ("area_m2__gt", 0),
                    ("min_lat__lt", models.F("max_lat")),
                    ("min_lon__lt", models.F("max_lon")),
                ),
                name="storagelocation_outline_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("qr_code", django.db.models.functions.text.Upper("qr_code"))),
                name="storagelocation_qr_code_upper",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("qr_code__isnull", True), ("qr_code__regex", "^.{8,20}$"), _connector="OR"),
                name="storagelocation_qr_code_length",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagelocation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_storagelocationevent" ("active", "code", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "qr_code", "storage_area_id") VALUES (NEW."active", NEW."code", NEW."description", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."polygon", NEW."qr_code", NEW."storage_area_id"); RETURN NULL;',
                    hash="b143a51d5ccca65fb3ab71b82db4ae092c7bd13d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_32ce9",
                    table="storage_locations",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagelocation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."polygon" IS DISTINCT FROM (NEW."polygon") OR OLD."qr_code" IS DISTINCT FROM (NEW."qr_code") OR OLD."storage_area_id" IS DISTINCT FROM (NEW."storage_area_id"))',
                    func='INSERT INTO "locations_storagelocationevent" ("active", "code", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "qr_code", "storage_area_id") VALUES (NEW."active", NEW."code", NEW."description", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."polygon", NEW."qr_code", NEW."storage_area_id"); RETURN NULL;',
                    hash="13b7e6e2f76ba90038b03b3cf56810bc17070293",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fb517",
                    table="storage_locations",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagelocation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_storagelocationevent" ("active", "code", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "qr_code", "storage_area_id") VALUES (OLD."active", OLD."code", OLD."description", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."polygon", OLD."qr_code", OLD."storage_area_id"); RETURN NULL;',
                    hash="c0afc36acb52279c41817095674080e6c3ec7c84",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_28e24",
                    table="storage_locations",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="locationconfigevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="locationconfigevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="locationconfigevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5e2f0c31f1514b3b98336df604cf44d9031c2994",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_cf9d2",
                    table="locations_locationconfigevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="locationconfig",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True)),
                fields=("location",),
                name="locationconfig_one_active",
                violation_error_message="This location already has an active configuration.",
            ),
        ),
        migrations.AddConstraint(
            model_name="locationconfig",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("active", True), ("closed_at__isnull", True)),
                    models.Q(("active", False), ("closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="locationconfig_closed_when_inactive",
                violation_error_message="A configuration is active until the time at which it is closed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="locationconfig",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_override_m2__isnull", True), ("area_override_m2__gt", 0), _connector="OR"),
                name="locationconfig_area_positive",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="locationconfig",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_locationconfigevent" ("active", "area_override_m2", "closed_at", "expected_state_id", "id", "location_id", "notes", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "started_at") VALUES (NEW."active", NEW."area_override_m2", NEW."closed_at", NEW."expected_state_id", NEW."id", NEW."location_id", NEW."notes", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."product_id", NEW."started_at"); RETURN NULL;',
                    hash="78a23859d868349029efb7757a75b8f310a95ed7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1a3cc",
                    table="location_configs",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="locationconfig",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."area_override_m2" IS DISTINCT FROM (NEW."area_override_m2") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."expected_state_id" IS DISTINCT FROM (NEW."expected_state_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."location_id" IS DISTINCT FROM (NEW."location_id") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."packaging_id" IS DISTINCT FROM (NEW."packaging_id") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at"))',
                    func='INSERT INTO "locations_locationconfigevent" ("active", "area_override_m2", "closed_at", "expected_state_id", "id", "location_id", "notes", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "started_at") VALUES (NEW."active", NEW."area_override_m2", NEW."closed_at", NEW."expected_state_id", NEW."id", NEW."location_id", NEW."notes", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."product_id", NEW."started_at"); RETURN NULL;',
                    hash="d1fd70dc342eac9c2ea811ac173cc7352d200bcd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_751e2",
                    table="location_configs",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="locationconfig",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_locationconfigevent" ("active", "area_override_m2", "closed_at", "expected_state_id", "id", "location_id", "notes", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "started_at") VALUES (OLD."active", OLD."area_override_m2", OLD."closed_at", OLD."expected_state_id", OLD."id", OLD."location_id", OLD."notes", OLD."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."product_id", OLD."started_at"); RETURN NULL;',
                    hash="6d310bdfbb22b1c42f387eaf5abb38b1dd118e24",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d2d87",
                    table="location_configs",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="storagelocationevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="storagelocationevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagelocationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="eee084db2bdd91f948df708ee7b5d03885c3af1c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b6ad3",
                    table="locations_storagelocationevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="storageareaevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="storageareaevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storageareaevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4bfdaf0a54396bb8ffb1b33bf513d372b40619d6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a7fb3",
                    table="locations_storageareaevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="storagearea",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="storagearea_code_upper",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagearea",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_lat__lte", 90),
                    ("max_lon__lte", 180),
                    ("min_lat__gte", -90),
                    ("min_lon__gte", -180),
                    ("area_m2__gt", 0),
                    ("min_lat__lt", models.F("max_lat")),
                    ("min_lon__lt", models.F("max_lon")),
                ),
                name="storagearea_outline_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="storagearea",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__in", ["N", "S", "E", "W", "C"])), name="storagearea_position_known"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagearea",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_storageareaevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "position", "warehouse_id") VALUES (NEW."active", NEW."code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."polygon", NEW."position", NEW."warehouse_id"); RETURN NULL;',
                    hash="721675c3ce803cc798457625259faef9c8a45928",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c70b1",
                    table="storage_areas",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagearea",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."polygon" IS DISTINCT FROM (NEW."polygon") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."warehouse_id" IS DISTINCT FROM (NEW."warehouse_id"))',
                    func='INSERT INTO "locations_storageareaevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "position", "warehouse_id") VALUES (NEW."active", NEW."code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."polygon", NEW."position", NEW."warehouse_id"); RETURN NULL;',
                    hash="f9d1ffe4f5eb0b57d3a3c5f0b11d30ceb0fdd921",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_38f40",
                    table="storage_areas",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="storagearea",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_storageareaevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "polygon", "position", "warehouse_id") VALUES (OLD."active", OLD."code", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."polygon", OLD."position", OLD."warehouse_id"); RETURN NULL;',
                    hash="e5a998440abca92a573dcbed1cbbfed897ad1486",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4b79a",
                    table="storage_areas",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="warehouseevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="warehouseevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouseevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9ebc03c10a009c32a2f2b540139a76467fb0488d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a2cdf",
                    table="locations_warehouseevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
