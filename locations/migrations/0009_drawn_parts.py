"""Drawn parts of a photo: one more way to say where one of several products stands."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0008_units_and_changed_places"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="configpart",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="configpart",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="configpart",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="configpart",
            name="configpart_containers_or_share",
        ),
        migrations.AddField(
            model_name="configpart",
            name="outline",
            field=models.CharField(
                blank=True,
                help_text="Its corners in percent from the left and from the top: 10 10, 60 10, 60 50",
                max_length=450,
                verbose_name="drawn part of the photo",
            ),
        ),
        migrations.AddField(
            model_name="configpartevent",
            name="outline",
            field=models.CharField(
                blank=True,
                help_text="Its corners in percent from the left and from the top: 10 10, 60 10, 60 50",
                max_length=450,
                verbose_name="drawn part of the photo",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="configpart",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_configpartevent" ("config_id", "containers", "id", "outline", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "share_percent", "side") VALUES (NEW."config_id", NEW."containers", NEW."id", NEW."outline", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."product_id", NEW."share_percent", NEW."side"); RETURN NULL;',
                    hash="7ab60b0178c97154cf99233d5bc7ef19802995e2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c2463",
                    table="location_config_parts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="configpart",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."config_id" IS DISTINCT FROM (NEW."config_id") OR OLD."containers" IS DISTINCT FROM (NEW."containers") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."outline" IS DISTINCT FROM (NEW."outline") OR OLD."packaging_id" IS DISTINCT FROM (NEW."packaging_id") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."share_percent" IS DISTINCT FROM (NEW."share_percent") OR OLD."side" IS DISTINCT FROM (NEW."side"))',
                    func='INSERT INTO "locations_configpartevent" ("config_id", "containers", "id", "outline", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "share_percent", "side") VALUES (NEW."config_id", NEW."containers", NEW."id", NEW."outline", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."product_id", NEW."share_percent", NEW."side"); RETURN NULL;',
                    hash="5f08f7b98e2c651635e69c3aed250ce3bce14b05",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7b986",
                    table="location_config_parts",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="configpart",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_configpartevent" ("config_id", "containers", "id", "outline", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "share_percent", "side") VALUES (OLD."config_id", OLD."containers", OLD."id", OLD."outline", OLD."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."product_id", OLD."share_percent", OLD."side"); RETURN NULL;',
                    hash="93a886cf596da7efa6eb8561298bbbc0db4bfc37",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_462ce",
                    table="location_config_parts",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="configpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "containers__regex",
                            "^[1-9][0-9]{0,2}(-[1-9][0-9]{0,2})?(, [1-9][0-9]{0,2}(-[1-9][0-9]{0,2})?)*$",
                        ),
                        ("outline", ""),
                        ("share_percent__isnull", True),
                        ("side", ""),
                    ),
                    models.Q(
                        ("containers", ""),
                        (
                            "outline__regex",
                            "^(100|[1-9]?[0-9](\\.[1-9])?) (100|[1-9]?[0-9](\\.[1-9])?)(, (100|[1-9]?[0-9](\\.[1-9])?) (100|[1-9]?[0-9](\\.[1-9])?)){2,39}$",
                        ),
                        ("share_percent__isnull", True),
                        ("side", ""),
                    ),
                    models.Q(
                        ("containers", ""),
                        ("outline", ""),
                        ("share_percent__gte", 1),
                        ("share_percent__isnull", False),
                        ("share_percent__lte", 100),
                        ("side__in", ["", "left", "right", "top", "bottom"]),
                    ),
                    _connector="OR",
                ),
                name="configpart_one_place",
            ),
        ),
    ]
