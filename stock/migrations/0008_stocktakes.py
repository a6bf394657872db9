"""Stocktakes, and triggers that keep closed ones as they were signed: only what they point to may be taken away."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE FUNCTION stocktakes_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed stocktake does not change' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER stocktakes_closed_for_good BEFORE UPDATE OR DELETE ON stocktakes
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION stocktakes_refuse_change();
CREATE TRIGGER stocktake_bays_for_good
    BEFORE UPDATE OF step, code, place, state, counted, counted_at, counted_by, image_id, signed_by, in_doubt, expected,
        quantity OR DELETE ON stocktake_bays
    FOR EACH ROW EXECUTE FUNCTION stocktakes_refuse_change();
CREATE TRIGGER stocktake_lines_for_good
    BEFORE UPDATE OF bay_id, batch_code, product, sku, packaging, expected, quantity, price, currency OR DELETE
    ON stocktake_lines
    FOR EACH ROW EXECUTE FUNCTION stocktakes_refuse_change();
"""

REMOVE = """
DROP TRIGGER stocktake_lines_for_good ON stocktake_lines;
DROP TRIGGER stocktake_bays_for_good ON stocktake_bays;
DROP TRIGGER stocktakes_closed_for_good ON stocktakes;
DROP FUNCTION stocktakes_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0008_units_and_changed_places"),
        ("stock", "0007_reconciliation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Stocktake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("day", models.DateField(verbose_name="date")),
                ("counted_from", models.DateTimeField(verbose_name="counts from")),
                ("moment", models.DateTimeField(blank=True, null=True, verbose_name="stock until")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocktakes",
                        to="locations.storagearea",
                        verbose_name="storage area",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closed_stocktakes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed by",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opened_stocktakes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocktakes",
                        to="locations.warehouse",
                        verbose_name="warehouse",
                    ),
                ),
            ],
            options={
                "verbose_name": "stocktake",
                "verbose_name_plural": "stocktakes",
                "db_table": "stocktakes",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeBay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveIntegerField(verbose_name="place on the walk")),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("place", models.CharField(max_length=400, verbose_name="place")),
                (
                    "state",
                    models.CharField(
                        choices=[("photo", "By photo"), ("hand", "By hand"), ("missing", "Not counted")],
                        max_length=8,
                        verbose_name="counted",
                    ),
                ),
                ("counted", models.PositiveIntegerField(null=True, verbose_name="plants counted")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="counted at")),
                ("counted_by", models.CharField(blank=True, max_length=200, verbose_name="counted by")),
                ("image_id", models.UUIDField(null=True, verbose_name="photo")),
                ("signed_by", models.CharField(blank=True, max_length=200, verbose_name="signed off by")),
                ("in_doubt", models.BooleanField(default=False, verbose_name="in doubt or open")),
                ("expected", models.IntegerField(verbose_name="expected")),
                ("quantity", models.IntegerField(verbose_name="stock")),
                (
                    "location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stocktake_bays",
                        to="locations.storagelocation",
                        verbose_name="location",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bays",
                        to="stock.stocktake",
                        verbose_name="stocktake",
                    ),
                ),
            ],
            options={
                "verbose_name": "bay of a stocktake",
                "verbose_name_plural": "bays of stocktakes",
                "db_table": "stocktake_bays",
                "ordering": ["step"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="StocktakeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("day", models.DateField(verbose_name="date")),
                ("counted_from", models.DateTimeField(verbose_name="counts from")),
                ("moment", models.DateTimeField(blank=True, null=True, verbose_name="stock until")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="locations.storagearea",
                        verbose_name="storage area",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed by",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
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
                        to="stock.stocktake",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="locations.warehouse",
                        verbose_name="warehouse",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StocktakeLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_code", models.CharField(max_length=100, verbose_name="batch code")),
                ("product", models.CharField(max_length=200, verbose_name="product")),
                ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                ("packaging", models.CharField(blank=True, max_length=200, verbose_name="packaging")),
                ("expected", models.IntegerField(verbose_name="expected")),
                ("quantity", models.IntegerField(verbose_name="stock")),
                ("price", models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name="price")),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stocktake_lines",
                        to="stock.stockbatch",
                        verbose_name="batch",
                    ),
                ),
                (
                    "bay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="stock.stocktakebay",
                        verbose_name="bay",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a stocktake",
                "verbose_name_plural": "lines of stocktakes",
                "db_table": "stocktake_lines",
                "ordering": ["bay", "product", "batch_code"],
                "default_permissions": ("view",),
            },
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None), ("moment", None)),
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("moment__isnull", False)),
                    _connector="OR",
                ),
                name="stocktake_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(("warehouse", None), ("area", None), _connector="OR"), name="stocktake_has_one_scope"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stocktake",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "stock_stocktakeevent" ("area_id", "closed_at", "closed_by_id", "counted_from", "day", "id", "moment", "opened_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "warehouse_id") VALUES (NEW."area_id", NEW."closed_at", NEW."closed_by_id", NEW."counted_from", NEW."day", NEW."id", NEW."moment", NEW."opened_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."warehouse_id"); RETURN NULL;',
                    hash="7aeff777577443291443f83a21d7cb00484438fd",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ac9de",
                    table="stocktakes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stocktake",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."area_id" IS DISTINCT FROM (NEW."area_id") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."counted_from" IS DISTINCT FROM (NEW."counted_from") OR OLD."day" IS DISTINCT FROM (NEW."day") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."moment" IS DISTINCT FROM (NEW."moment") OR OLD."opened_by_id" IS DISTINCT FROM (NEW."opened_by_id") OR OLD."warehouse_id" IS DISTINCT FROM (NEW."warehouse_id"))',
                    func='INSERT INTO "stock_stocktakeevent" ("area_id", "closed_at", "closed_by_id", "counted_from", "day", "id", "moment", "opened_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "warehouse_id") VALUES (NEW."area_id", NEW."closed_at", NEW."closed_by_id", NEW."counted_from", NEW."day", NEW."id", NEW."moment", NEW."opened_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."warehouse_id"); RETURN NULL;',
                    hash="d185f6c6670798bba693478e1029c0639f691cce",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f1b29",
                    table="stocktakes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stocktake",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "stock_stocktakeevent" ("area_id", "closed_at", "closed_by_id", "counted_from", "day", "id", "moment", "opened_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "warehouse_id") VALUES (OLD."area_id", OLD."closed_at", OLD."closed_by_id", OLD."counted_from", OLD."day", OLD."id", OLD."moment", OLD."opened_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."warehouse_id"); RETURN NULL;',
                    hash="3142b639eba91a33ada56327518031c3cbaa30d4",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_56486",
                    table="stocktakes",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakebay",
            constraint=models.UniqueConstraint(fields=("stocktake", "step"), name="stocktakebay_one_at_each_step"),
        ),
        migrations.AddConstraint(
            model_name="stocktakebay",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["photo", "hand", "missing"])), name="stocktakebay_state_known"
            ),
        ),
        migrations.AddIndex(
            model_name="stocktakeevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="stocktakeevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stocktakeevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b90bea5fa2950c43f6bf59ecf28abec22f4d4498",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6d10a",
                    table="stock_stocktakeevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(CREATE, REMOVE),
    ]
