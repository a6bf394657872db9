"""Documents of what people record, reasons of losses, counts by hand; and stock that is never negative."""

import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# No document is changed or deleted. When a transaction commits, no batch may have had less than no plants at any moment,
# and the two halves of a transplant must cancel out. The lock on the batch makes writers that do not know of each other
# wait, and see each other's movements.
CREATE = """
CREATE FUNCTION stock_documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('demeter.demo_is_removed', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'stock_documents is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a document that undoes the wrong one.';
END;
$$;

CREATE TRIGGER stock_documents_append_only BEFORE UPDATE OR DELETE ON stock_documents
    FOR EACH ROW EXECUTE FUNCTION stock_documents_refuse_change();

CREATE FUNCTION stock_movements_refuse_negative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM stock_batches WHERE id = NEW.batch_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM (
            SELECT happened_at, sum(sum(quantity)) OVER (ORDER BY happened_at) AS stock
            FROM stock_movements WHERE batch_id = NEW.batch_id GROUP BY happened_at
        ) AS moments
        WHERE stock < 0 AND happened_at >= NEW.happened_at
    ) THEN
        RAISE EXCEPTION 'batch % would have less than no plants', NEW.batch_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stockmovement_no_negative_stock';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER stock_movements_no_negative_stock AFTER INSERT ON stock_movements
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.quantity < 0)
    EXECUTE FUNCTION stock_movements_refuse_negative();

CREATE FUNCTION stock_movements_refuse_half_pair() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(quantity) FROM stock_movements WHERE document_id = NEW.document_id AND line = NEW.line) <> 0 THEN
        RAISE EXCEPTION 'line % of document % does not sum to zero', NEW.line, NEW.document_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stockmovement_pair_sums_to_zero';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER stock_movements_whole_pairs AFTER INSERT ON stock_movements
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind IN ('trasplante', 'traslado'))
    EXECUTE FUNCTION stock_movements_refuse_half_pair();
"""

REMOVE = """
DROP TRIGGER stock_movements_whole_pairs ON stock_movements;
DROP FUNCTION stock_movements_refuse_half_pair();
DROP TRIGGER stock_movements_no_negative_stock ON stock_movements;
DROP FUNCTION stock_movements_refuse_negative();
DROP TRIGGER stock_documents_append_only ON stock_documents;
DROP FUNCTION stock_documents_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0008_units_and_changed_places"),
        ("stock", "0004_several_products"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LossReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "reason of losses",
                "verbose_name_plural": "reasons of losses",
                "db_table": "loss_reasons",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LossReasonEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="StockDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("kind", models.CharField(max_length=16, verbose_name="kind")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("picture_key", models.CharField(blank=True, max_length=200, verbose_name="picture")),
                (
                    "source",
                    models.CharField(
                        choices=[("page", "Page"), ("sheet", "Spreadsheet"), ("api", "API")],
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                ("key", models.CharField(max_length=100, verbose_name="key")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
            ],
            options={
                "verbose_name": "stock document",
                "verbose_name_plural": "stock documents",
                "db_table": "stock_documents",
                "ordering": ["-pk"],
                "permissions": [
                    ("record_sale", "Can record sales, adjustments and opening balances, and undo all documents")
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="stockbatch",
            name="stockbatch_one_per_cycle_and_product",
        ),
        migrations.RemoveConstraint(
            model_name="stockmovement",
            name="stockmovement_sign_fits_kind",
        ),
        migrations.RemoveConstraint(
            model_name="stockmovement",
            name="stockmovement_kind_and_source_known",
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="line",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="line"),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("plantar", "Planting"),
                    ("sembrar", "Sowing"),
                    ("trasplante", "Transplant"),
                    ("muerte", "Loss"),
                    ("ventas", "Sale"),
                    ("foto", "Photo count"),
                    ("ajuste", "Adjustment"),
                    ("manual_init", "Opening balance"),
                    ("traslado", "Transfer"),
                    ("conteo", "Count by hand"),
                    ("faltante", "More left than were counted"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockbatch",
            constraint=models.UniqueConstraint(
                fields=("location", "config", "product", "packaging", "state"),
                name="stockbatch_one_per_cycle_and_product",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="lossreason",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", django.db.models.functions.text.Upper("code"))),
                name="lossreason_code_upper",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lossreason",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "stock_lossreasonevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."active", NEW."code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="51dcb09806350fb09c803c7a3b0905486b38bac8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d1356",
                    table="loss_reasons",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lossreason",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                    func='INSERT INTO "stock_lossreasonevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."active", NEW."code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="49633fe9643430ad86f1931d46fc4d0a74e89efc",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_cbe37",
                    table="loss_reasons",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lossreason",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "stock_lossreasonevent" ("active", "code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."active", OLD."code", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="36399226c7a9762e211d7ba7d1ef81ea89d70536",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fa50c",
                    table="loss_reasons",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="loss_reason",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="stock.lossreason",
                verbose_name="reason of the loss",
            ),
        ),
        migrations.AddField(
            model_name="lossreasonevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="stock.lossreason",
            ),
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="reverses",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="stock.stockdocument",
                verbose_name="reverses",
            ),
        ),
        migrations.AddField(
            model_name="stockdocument",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stock_documents",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField(
            model_name="stockcount",
            name="document",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hand_count",
                to="stock.stockdocument",
                verbose_name="counted by hand",
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="stock.stockdocument",
                verbose_name="document",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockcount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("document", None), models.Q(("image_id", models.F("session_id")), ("visit", None)), _connector="OR"
                ),
                name="stockcount_by_hand_has_no_photo",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverses__isnull", False),
                    models.Q(("kind__in", ("plantar", "sembrar", "manual_init")), ("quantity__gt", 0)),
                    models.Q(("kind__in", ("muerte", "ventas")), ("quantity__lt", 0)),
                    ("kind__in", ("trasplante", "traslado", "foto", "conteo", "faltante", "ajuste")),
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
                        [
                            "plantar",
                            "sembrar",
                            "trasplante",
                            "muerte",
                            "ventas",
                            "foto",
                            "ajuste",
                            "manual_init",
                            "traslado",
                            "conteo",
                            "faltante",
                        ],
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
                    models.Q(("kind__in", ("trasplante", "traslado")), _negated=True),
                    models.Q(("document__isnull", False), ("line__isnull", False)),
                    _connector="OR",
                ),
                name="stockmovement_pair_has_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("loss_reason__isnull", True), ("kind", "muerte"), _connector="OR"),
                name="stockmovement_only_losses_have_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="lossreasonevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="lossreasonevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lossreasonevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6a123e436dfdd8a0906500ec29f60d735464cedb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d8222",
                    table="stock_lossreasonevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.UniqueConstraint(fields=("user", "key"), name="stockdocument_key_used_once"),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("key", ""), _negated=True), name="stockdocument_has_a_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["page", "sheet", "api"])), name="stockdocument_source_known"
            ),
        ),
        migrations.RunSQL(CREATE, REMOVE),
    ]
