"""Units of length of the nursery; how many existing places a step changed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0007_several_products"),
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
            name="units",
            field=models.CharField(
                choices=[("metric", "Metric: centimetres and metres"), ("us", "US customary: inches and feet")],
                default="metric",
                max_length=8,
                verbose_name="units of length",
            ),
        ),
        migrations.AddField(
            model_name="nurseryevent",
            name="units",
            field=models.CharField(
                choices=[("metric", "Metric: centimetres and metres"), ("us", "US customary: inches and feet")],
                default="metric",
                max_length=8,
                verbose_name="units of length",
            ),
        ),
        migrations.AddField(
            model_name="placechange",
            name="changed",
            field=models.PositiveIntegerField(default=0, verbose_name="existing places changed"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="nursery",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_nurseryevent" ("currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units") VALUES (NEW."currency", NEW."id", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."time_zone", NEW."units"); RETURN NULL;',
                    hash="769e75ceb9194163d5a86c956a5236b04d676fbc",
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
                    condition='WHEN (OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."units" IS DISTINCT FROM (NEW."units"))',
                    func='INSERT INTO "locations_nurseryevent" ("currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units") VALUES (NEW."currency", NEW."id", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."time_zone", NEW."units"); RETURN NULL;',
                    hash="3b5413fb79e0a002c3960a0825b49158871fd42c",
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
                    func='INSERT INTO "locations_nurseryevent" ("currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units") VALUES (OLD."currency", OLD."id", OLD."language", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."time_zone", OLD."units"); RETURN NULL;',
                    hash="6aca45e359f0a169c67905370672c976c2af964e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_08fa3",
                    table="nursery",
                    when="AFTER",
                ),
            ),
        ),
    ]
