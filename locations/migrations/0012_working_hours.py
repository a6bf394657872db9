"""The hours of the day in which nothing is trained."""

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0011_one_natural_order"),
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
            name="working_from",
            field=models.PositiveSmallIntegerField(
                db_default=7,
                default=7,
                validators=[django.core.validators.MaxValueValidator(24)],
                verbose_name="working hours from",
            ),
        ),
        migrations.AddField(
            model_name="nursery",
            name="working_until",
            field=models.PositiveSmallIntegerField(
                db_default=19,
                default=19,
                validators=[django.core.validators.MaxValueValidator(24)],
                verbose_name="working hours until",
            ),
        ),
        migrations.AddField(
            model_name="nurseryevent",
            name="working_from",
            field=models.PositiveSmallIntegerField(
                db_default=7,
                default=7,
                validators=[django.core.validators.MaxValueValidator(24)],
                verbose_name="working hours from",
            ),
        ),
        migrations.AddField(
            model_name="nurseryevent",
            name="working_until",
            field=models.PositiveSmallIntegerField(
                db_default=19,
                default=19,
                validators=[django.core.validators.MaxValueValidator(24)],
                verbose_name="working hours until",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="nursery",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_nurseryevent" ("blind_recount_percent", "currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units", "working_from", "working_until") VALUES (NEW."blind_recount_percent", NEW."currency", NEW."id", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."time_zone", NEW."units", NEW."working_from", NEW."working_until"); RETURN NULL;',
                    hash="9346f21904c6c4d319214b5f3e5a9e8038f32a5f",
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
                    condition='WHEN (OLD."blind_recount_percent" IS DISTINCT FROM (NEW."blind_recount_percent") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."units" IS DISTINCT FROM (NEW."units") OR OLD."working_from" IS DISTINCT FROM (NEW."working_from") OR OLD."working_until" IS DISTINCT FROM (NEW."working_until"))',
                    func='INSERT INTO "locations_nurseryevent" ("blind_recount_percent", "currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units", "working_from", "working_until") VALUES (NEW."blind_recount_percent", NEW."currency", NEW."id", NEW."language", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."time_zone", NEW."units", NEW."working_from", NEW."working_until"); RETURN NULL;',
                    hash="c136996fb25c31144fdc9068a08dba15a91de966",
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
                    func='INSERT INTO "locations_nurseryevent" ("blind_recount_percent", "currency", "id", "language", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "units", "working_from", "working_until") VALUES (OLD."blind_recount_percent", OLD."currency", OLD."id", OLD."language", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."time_zone", OLD."units", OLD."working_from", OLD."working_until"); RETURN NULL;',
                    hash="a51575fb6193b72b08ddad9454e506bd4ce454d8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_08fa3",
                    table="nursery",
                    when="AFTER",
                ),
            ),
        ),
    ]
