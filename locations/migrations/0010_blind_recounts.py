"""The share of photos that reviewers count themselves before they see the count."""

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0009_drawn_parts"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="nursery",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="nursery",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="nursery",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="nursery",
            name="blind_recount_percent",
            field=models.PositiveSmallIntegerField(
                db_default=3,
                default=3,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="blind recounts (%)",
            ),
        ),
        migrations.AddField(
            model_name="nurseryevent",
            name="blind_recount_percent",
            field=models.PositiveSmallIntegerField(
                db_default=3,
                default=3,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="blind recounts (%)",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="nursery",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_nurseryevent" ("blind_recount_percent", "currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units") VALUES (NEW."blind_recount_percent", NEW."currency", NEW."id", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."time_zone", NEW."units"); RETURN NULL;',
                    hash="33416180f00b18155fa3757f078e3c03e2c0ebef",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dd56b",
                    table="nursery",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="nursery",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."blind_recount_percent" IS DISTINCT FROM (NEW."blind_recount_percent") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."units" IS DISTINCT FROM (NEW."units"))',
                    func='INSERT INTO "locations_nurseryevent" ("blind_recount_percent", "currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units") VALUES (NEW."blind_recount_percent", NEW."currency", NEW."id", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."time_zone", NEW."units"); RETURN NULL;',
                    hash="840e33381f924143c02671ae837fdc2e1169cf1f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e1640",
                    table="nursery",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="nursery",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_nurseryevent" ("blind_recount_percent", "currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units") VALUES (OLD."blind_recount_percent", OLD."currency", OLD."id", OLD."language", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."time_zone", OLD."units"); RETURN NULL;',
                    hash="86b8667269a91156d82d4a91e8ab8bafd4eaae83",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_08fa3",
                    table="nursery",
                    when="AFTER",
                ),
            ),
        ),
    ]
