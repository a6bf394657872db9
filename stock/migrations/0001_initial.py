"""Batches, counts, visits and the ledger.

The ledger is append-only in the database itself, whoever connects. Emptying the table (`manage.py flush`, the test suite
between tests) needs the session setting `demeter.ledger_may_be_emptied=on`, which nothing in the product sets.
"""

import uuid

import django.core.validators
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION stock_movements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('demeter.ledger_may_be_emptied', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'stock_movements is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a movement that reverses the wrong one.';
END;
$$;

CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OR DELETE ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION stock_movements_refuse_change();

CREATE TRIGGER stock_movements_never_emptied BEFORE TRUNCATE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_refuse_change();
"""

NOT_APPEND_ONLY = """
DROP TRIGGER stock_movements_never_emptied ON stock_movements;
DROP TRIGGER stock_movements_append_only ON stock_movements;
DROP FUNCTION stock_movements_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    # A database that has these already has the tables; see tests/demeter/test_migrations.py.
    replaces = [
        ("stock", "0002_append_only"),
        ("stock", "0003_words"),
        ("stock", "0004_audit"),
        ("stock", "0005_visits"),
    ]

    dependencies = [
        ("locations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StockBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "batch_code",
                    models.CharField(
                        help_text="Location/product/date/sequence",
                        max_length=100,
                        unique=True,
                        verbose_name="batch code",
                    ),
                ),
                ("quantity_initial", models.PositiveIntegerField(default=0, verbose_name="first count")),
                (
                    "quantity_current",
                    models.IntegerField(
                        default=0, help_text="Sum of the movements, kept by the ledger", verbose_name="stock"
                    ),
                ),
                ("quantity_empty_containers", models.PositiveIntegerField(default=0, verbose_name="empty containers")),
                ("planted_on", models.DateField(blank=True, null=True, verbose_name="planted on")),
                ("germinated_on", models.DateField(blank=True, null=True, verbose_name="germinated on")),
                ("transplanted_on", models.DateField(blank=True, null=True, verbose_name="transplanted on")),
                ("ready_on", models.DateField(blank=True, null=True, verbose_name="expected ready on")),
                (
                    "quality",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 to 5",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(5)],
                        verbose_name="quality",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "config",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="locations.locationconfig",
                        verbose_name="cycle",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="locations.storagelocation",
                        verbose_name="location",
                    ),
                ),
                (
                    "packaging",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="locations.packaging",
                        verbose_name="packaging",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="locations.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "size",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="locations.productsize",
                        verbose_name="size",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="locations.productstate",
                        verbose_name="state",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock batch",
                "verbose_name_plural": "stock batches",
                "db_table": "stock_batches",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="StockBatchEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("planted_on", models.DateField(blank=True, null=True, verbose_name="planted on")),
                ("germinated_on", models.DateField(blank=True, null=True, verbose_name="germinated on")),
                ("transplanted_on", models.DateField(blank=True, null=True, verbose_name="transplanted on")),
                ("ready_on", models.DateField(blank=True, null=True, verbose_name="expected ready on")),
                (
                    "quality",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 to 5",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(5)],
                        verbose_name="quality",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="stock.stockbatch",
                    ),
                ),
                (
                    "size",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="locations.productsize",
                        verbose_name="size",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="locations.productstate",
                        verbose_name="state",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "movement_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plantar", "Planting"),
                            ("sembrar", "Sowing"),
                            ("trasplante", "Transplant"),
                            ("muerte", "Death"),
                            ("ventas", "Sale"),
                            ("foto", "Photo count"),
                            ("ajuste", "Adjustment"),
                            ("manual_init", "Initial stock"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "quantity",
                    models.IntegerField(help_text="Signed: in is positive, out is negative", verbose_name="quantity"),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="unit price"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "source_type",
                    models.CharField(
                        choices=[("manual", "Person"), ("ia", "Photo recognition")], max_length=8, verbose_name="source"
                    ),
                ),
                ("image_id", models.UUIDField(blank=True, null=True, verbose_name="photo")),
                ("session_id", models.UUIDField(blank=True, null=True, verbose_name="session")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="stock.stockbatch",
                        verbose_name="batch",
                    ),
                ),
                (
                    "destination_location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements_in",
                        to="locations.storagelocation",
                        verbose_name="to",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="stock.stockmovement",
                        verbose_name="reverses",
                    ),
                ),
                (
                    "source_location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements_out",
                        to="locations.storagelocation",
                        verbose_name="from",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_movements",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock movement",
                "verbose_name_plural": "stock movements",
                "db_table": "stock_movements",
                "ordering": ["-happened_at", "-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("parts", "Parts: add them"),
                            ("retake", "Retakes: keep the newest"),
                            ("chosen", "Selected photos"),
                        ],
                        max_length=8,
                        verbose_name="answer",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("first_at", models.DateTimeField(verbose_name="first photo")),
                ("last_at", models.DateTimeField(verbose_name="last photo")),
                ("photos", models.PositiveSmallIntegerField(verbose_name="photos")),
                ("quantity", models.PositiveIntegerField(verbose_name="plants")),
                (
                    "is_open",
                    models.BooleanField(
                        help_text="Nobody has said whether its photos are parts or retakes, so its number may be wrong",
                        verbose_name="open",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answered_visits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="locations.storagelocation",
                        verbose_name="location",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "db_table": "stock_visits",
                "ordering": ["-last_at"],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("image_id", models.UUIDField(verbose_name="photo")),
                ("session_id", models.UUIDField(unique=True, verbose_name="session")),
                ("quantity", models.PositiveIntegerField(verbose_name="plants")),
                ("quantity_empty", models.PositiveIntegerField(verbose_name="empty containers")),
                ("happened_at", models.DateTimeField(verbose_name="seen at")),
                (
                    "part",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Photos of a visit whose pictures look alike have the same number",
                        null=True,
                        verbose_name="part",
                    ),
                ),
                (
                    "covered",
                    models.BooleanField(
                        default=False, help_text="Was part of the visit when it was answered", verbose_name="covered"
                    ),
                ),
                (
                    "left_out",
                    models.BooleanField(
                        default=False, help_text="Not among the selected photos", verbose_name="left out"
                    ),
                ),
                (
                    "is_counted",
                    models.BooleanField(default=True, help_text="Counts towards its visit", verbose_name="counted"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When a later run of the same photo replaced it",
                        null=True,
                        verbose_name="withdrawn at",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="stock.stockbatch",
                        verbose_name="batch",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_counts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="stock.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo count",
                "verbose_name_plural": "photo counts",
                "db_table": "stock_counts",
                "ordering": ["happened_at", "image_id"],
            },
        ),
        migrations.CreateModel(
            name="VisitEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("parts", "Parts: add them"),
                            ("retake", "Retakes: keep the newest"),
                            ("chosen", "Selected photos"),
                        ],
                        max_length=8,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="stock.visit",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="stockbatch",
            constraint=models.UniqueConstraint(
                fields=("location", "config", "product", "packaging"),
                name="stockbatch_one_per_cycle_and_product",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="stockbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("quality__isnull", True), ("quality__lte", 5), _connector="OR"),
                name="stockbatch_quality_0_to_5",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stockbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."germinated_on" IS DISTINCT FROM (NEW."germinated_on") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."planted_on" IS DISTINCT FROM (NEW."planted_on") OR OLD."quality" IS DISTINCT FROM (NEW."quality") OR OLD."ready_on" IS DISTINCT FROM (NEW."ready_on") OR OLD."size_id" IS DISTINCT FROM (NEW."size_id") OR OLD."state_id" IS DISTINCT FROM (NEW."state_id") OR OLD."transplanted_on" IS DISTINCT FROM (NEW."transplanted_on"))',
                    func='INSERT INTO "stock_stockbatchevent" ("germinated_on", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planted_on", "quality", "ready_on", "size_id", "state_id", "transplanted_on") VALUES (NEW."germinated_on", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."planted_on", NEW."quality", NEW."ready_on", NEW."size_id", NEW."state_id", NEW."transplanted_on"); RETURN NULL;',
                    hash="d91148c4f6a88bcb135c3a5d6ab6c169299f1814",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_75a0e",
                    table="stock_batches",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="stockbatchevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="stockbatchevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stockbatchevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="70d9f7b21050c94d7261ef03bb64d4b9f325e532",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_81b23",
                    table="stock_stockbatchevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["batch", "happened_at"], name="idx_movements_batch_happened"),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(fields=["image_id"], name="idx_movements_image"),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), _negated=True), name="stockmovement_quantity_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverses__isnull", False),
                    models.Q(("kind__in", ("plantar", "sembrar", "manual_init")), ("quantity__gt", 0)),
                    models.Q(("kind__in", ("muerte", "ventas")), ("quantity__lt", 0)),
                    ("kind__in", ("trasplante", "foto", "ajuste")),
                    _connector="OR",
                ),
                name="stockmovement_sign_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["plantar", "sembrar", "trasplante", "muerte", "ventas", "foto", "ajuste", "manual_init"],
                    ),
                    ("source_type__in", ["manual", "ia"]),
                ),
                name="stockmovement_kind_and_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "foto"), _negated=True),
                    models.Q(("image_id__isnull", False), ("session_id__isnull", False), ("source_type", "ia")),
                    _connector="OR",
                ),
                name="stockmovement_photo_count_names_its_photo",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__isnull", True), ("unit_price__gte", 0), _connector="OR"),
                name="stockmovement_price_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["location", "-last_at"], name="idx_visits_location"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(condition=models.Q(("is_open", True)), fields=["-last_at"], name="idx_visits_open"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["", "parts", "retake", "chosen"])), name="visit_answer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None)),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="visit_answered_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_open", False), ("photos__gt", 1), _connector="OR"), name="visit_open_has_photos"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."answered_by_id" IS DISTINCT FROM (NEW."answered_by_id"))',
                    func='INSERT INTO "stock_visitevent" ("answer", "answered_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."answer", NEW."answered_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="305d0cdffffd24ebdf3f7a90f21e539e3774dc02",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3ee46",
                    table="stock_visits",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="stockcount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("image_id",),
                name="stockcount_one_standing_per_photo",
            ),
        ),
        migrations.AddIndex(
            model_name="visitevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="visitevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visitevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="263db615bd42eba82f1608aa6019a685c523fc4e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c4078",
                    table="stock_visitevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
