"""Reasons and errors of runs as codes and parameters; the model of a run is called ProcessingSession, its table as before;
indexes that repeat others removed; plants left out of a count."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Replace

from photos.migrations._old_sentences import convert_column, read_sentence

COLUMNS = (
    ("photo_jobs", "error"),
    ("photo_jobs", "reason"),
    ("photo_processing_sessions", "error_message"),
    ("photo_processing_sessions", "refusal_message"),
    ("photo_segments", "error"),
)
BATCH_ROWS = 1000


def convert(apps, schema_editor):
    for table, column in COLUMNS:
        convert_column(schema_editor, table, column)
    sessions = apps.get_model("processing", "ProcessingSession").objects
    convert_json(sessions.exclude(location_evidence__isnull=True), "location_evidence", read_evidence)
    convert_json(sessions.exclude(review_reasons=[]), "review_reasons", read_reasons)


def convert_json(sessions, column, read):
    """Convert one column. Each is done separately: `bulk_update` would turn a missing evidence into a JSON null."""
    batch = []
    for session in sessions.only(column).iterator(BATCH_ROWS):
        setattr(session, column, read(getattr(session, column)))
        batch.append(session)
        if len(batch) == BATCH_ROWS:
            sessions.model.objects.bulk_update(batch, [column])
            batch = []
    sessions.model.objects.bulk_update(batch, [column])


def read_reasons(reasons):
    return [read_sentence(reason) if isinstance(reason, str) else reason for reason in reasons]


def read_evidence(evidence):
    if not evidence or "text" not in evidence:
        return evidence
    kept = {name: value for name, value in evidence.items() if name != "text"}
    candidates = [{**offer, "evidence": read_sentence(offer["evidence"])} for offer in kept.get("candidates", ())]
    reason = read_sentence(evidence["text"]) if evidence["text"] else None
    return {**kept, "reason": reason, "candidates": candidates}


def rename_permissions(apps, _schema_editor):
    """Like the content type, which RenameModel renames; so people keep permissions of their own."""
    permissions = apps.get_model("auth", "Permission").objects
    old = permissions.filter(content_type__app_label="processing", codename__endswith="_session")
    old.update(codename=Replace("codename", Value("_session"), Value("_processingsession")))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("processing", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="session", name="signed_off_update"),
        pgtrigger.migrations.RemoveTrigger(model_name="session", name="sign_off_lost_update"),
        pgtrigger.migrations.RemoveTrigger(model_name="sessionevent", name="append_only"),
        migrations.RunSQL(
            "DROP FUNCTION pgtrigger_signed_off_update_18e86, pgtrigger_sign_off_lost_update_7372a,"
            " pgtrigger_append_only_2b878",
            migrations.RunSQL.noop,
        ),
        migrations.RenameModel(old_name="Session", new_name="ProcessingSession"),
        migrations.RenameModel(old_name="SessionEvent", new_name="ProcessingSessionEvent"),
        migrations.RenameIndex(
            model_name="processingsessionevent", new_name="processingsessionevent_row", old_name="sessionevent_row"
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="processingsession",
            trigger=pgtrigger.compiler.Trigger(
                name="signed_off_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."validated" AND (NOT OLD."validated" OR OLD."validated_by_user_id" IS DISTINCT FROM (NEW."validated_by_user_id")))',
                    func='INSERT INTO "processing_processingsessionevent" ("original_image_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "total_estimated", "validated", "validated_by_user_id") VALUES (NEW."original_image_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'signed_off\', NEW."id", NEW."total_estimated", NEW."validated", NEW."validated_by_user_id"); RETURN NULL;',
                    hash="c0b1f1e6b1c34b7faa80ef7fcc59ea8cfe139183",
                    operation="UPDATE",
                    pgid="pgtrigger_signed_off_update_ae4f1",
                    table="photo_processing_sessions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="processingsession",
            trigger=pgtrigger.compiler.Trigger(
                name="sign_off_lost_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT NEW."validated" AND OLD."validated")',
                    func='INSERT INTO "processing_processingsessionevent" ("original_image_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "total_estimated", "validated", "validated_by_user_id") VALUES (NEW."original_image_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'sign_off_lost\', NEW."id", NEW."total_estimated", NEW."validated", NEW."validated_by_user_id"); RETURN NULL;',
                    hash="d239cb37528bd47dfb4dca36322779db1c0b8f5d",
                    operation="UPDATE",
                    pgid="pgtrigger_sign_off_lost_update_c2640",
                    table="photo_processing_sessions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="processingsessionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="505196ec424b6fd8a419d17269fa4e4a327a5c03",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_60a7b",
                    table="processing_processingsessionevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="processingsession",
            name="plants_left_out",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="Detected outside all containers with little confidence, and not counted",
                verbose_name="plants left out",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="session",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="segments",
                to="processing.processingsession",
                verbose_name="session",
            ),
        ),
        migrations.RunPython(rename_permissions, migrations.RunPython.noop),
        migrations.RunPython(convert),
    ]
