"""Reasons and errors of runs as codes and parameters."""

from django.db import migrations, models

import demeter.common.i18n.messages
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
    sessions = apps.get_model("processing", "Session").objects
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


class Migration(migrations.Migration):
    dependencies = [("photos", "0013_messages_as_data"), ("processing", "0011_plain_english")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="error",
            field=demeter.common.i18n.messages.MessageField(blank=True, default=None, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="job",
            name="reason",
            field=demeter.common.i18n.messages.MessageField(
                blank=True, default=None, help_text="Why a person asked for this run", verbose_name="reason"
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="error_message",
            field=demeter.common.i18n.messages.MessageField(blank=True, default=None, null=True, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="session",
            name="refusal_message",
            field=demeter.common.i18n.messages.MessageField(
                blank=True, default=None, verbose_name="reason of the refusal"
            ),
        ),
        migrations.AlterField(
            model_name="segment",
            name="error",
            field=demeter.common.i18n.messages.MessageField(blank=True, default=None, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="session",
            name="location_evidence",
            field=models.JSONField(
                blank=True,
                help_text="{outcome, reason, candidates: [{location_id, name, source, evidence, distance_m}], labels}",
                null=True,
                verbose_name="evidence of the location",
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="review_reasons",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Why a person should look at this count: [{code, parameters}]",
                verbose_name="reasons for a review",
            ),
        ),
        migrations.RunPython(convert),
    ]
