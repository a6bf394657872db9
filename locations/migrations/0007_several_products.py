"""Several products in one place: what a cycle lists besides its own product, and the product of mixed plants."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0006_default_overlap"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfigPart",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "containers",
                    models.CharField(
                        blank=True,
                        help_text="Their numbers from left to right: 1-3, 5",
                        max_length=100,
                        verbose_name="containers",
                    ),
                ),
                ("share_percent", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="share (%)")),
                (
                    "side",
                    models.CharField(
                        blank=True,
                        choices=[("left", "left"), ("right", "right"), ("top", "top"), ("bottom", "bottom")],
                        max_length=6,
                        verbose_name="side of the photo",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a location configuration",
                "verbose_name_plural": "parts of location configurations",
                "db_table": "location_config_parts",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ConfigPartEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.IntegerField()),
                (
                    "containers",
                    models.CharField(
                        blank=True,
                        help_text="Their numbers from left to right: 1-3, 5",
                        max_length=100,
                        verbose_name="containers",
                    ),
                ),
                ("share_percent", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="share (%)")),
                (
                    "side",
                    models.CharField(
                        blank=True,
                        choices=[("left", "left"), ("right", "right"), ("top", "top"), ("bottom", "bottom")],
                        max_length=6,
                        verbose_name="side of the photo",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="product",
            name="is_mixed",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Stands for plants of which nobody has said what they are; there is one such product at most",
                verbose_name="mixed",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_mixed", True)), fields=("is_mixed",), name="product_one_mixed"
            ),
        ),
        migrations.AddField(
            model_name="configpart",
            name="config",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="locations.locationconfig",
                verbose_name="location configuration",
            ),
        ),
        migrations.AddField(
            model_name="configpart",
            name="packaging",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="config_parts",
                to="locations.packaging",
                verbose_name="packaging",
            ),
        ),
        migrations.AddField(
            model_name="configpart",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="config_parts",
                to="locations.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="configpartevent",
            name="config",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.locationconfig",
                verbose_name="location configuration",
            ),
        ),
        migrations.AddField(
            model_name="configpartevent",
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
            model_name="configpartevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="locations.configpart",
            ),
        ),
        migrations.AddField(
            model_name="configpartevent",
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
        migrations.AddConstraint(
            model_name="configpart",
            constraint=models.UniqueConstraint(
                fields=("config", "product", "packaging"), name="configpart_product_once", nulls_distinct=False
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
                        ("share_percent__isnull", True),
                        ("side", ""),
                    ),
                    models.Q(
                        ("containers", ""),
                        ("share_percent__gte", 1),
                        ("share_percent__isnull", False),
                        ("share_percent__lte", 100),
                        ("side__in", ["", "left", "right", "top", "bottom"]),
                    ),
                    _connector="OR",
                ),
                name="configpart_containers_or_share",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="configpart",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "locations_configpartevent" ("config_id", "containers", "id", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "share_percent", "side") VALUES (NEW."config_id", NEW."containers", NEW."id", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."product_id", NEW."share_percent", NEW."side"); RETURN NULL;',
                    hash="51b02b68187209ac99bf02f92f7697d4e14f4653",
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
                    condition='WHEN (OLD."config_id" IS DISTINCT FROM (NEW."config_id") OR OLD."containers" IS DISTINCT FROM (NEW."containers") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."packaging_id" IS DISTINCT FROM (NEW."packaging_id") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."share_percent" IS DISTINCT FROM (NEW."share_percent") OR OLD."side" IS DISTINCT FROM (NEW."side"))',
                    func='INSERT INTO "locations_configpartevent" ("config_id", "containers", "id", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "share_percent", "side") VALUES (NEW."config_id", NEW."containers", NEW."id", NEW."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."product_id", NEW."share_percent", NEW."side"); RETURN NULL;',
                    hash="3b4aefc092a668a7026dfef3fc25d7d8ee054f49",
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
                    func='INSERT INTO "locations_configpartevent" ("config_id", "containers", "id", "packaging_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "share_percent", "side") VALUES (OLD."config_id", OLD."containers", OLD."id", OLD."packaging_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."product_id", OLD."share_percent", OLD."side"); RETURN NULL;',
                    hash="a317e457a67215e1c054c42b45211399785b373b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_462ce",
                    table="location_config_parts",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="configpartevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="configpartevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="configpartevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="49e7c972a265def179f4a1862de8394b4da57d2e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_07341",
                    table="locations_configpartevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
