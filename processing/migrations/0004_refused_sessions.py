"""A session remembers that its run refused its own count, also when somebody signs the count off later."""

from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery

REFUSALS = ("too_dark", "too_bright", "too_blurred", "unfamiliar_scene", "too_many_detections")


def copy_refusals(apps, _schema_editor):
    """So far only the job knew."""
    job = apps.get_model("processing", "Job").objects.filter(pk=OuterRef("job_id"))
    refused = apps.get_model("processing", "Session").objects.filter(job__problem__in=REFUSALS, status="completed")
    refused.update(refusal=Subquery(job.values("problem")[:1]), refusal_message=Subquery(job.values("error")[:1]))


class Migration(migrations.Migration):
    dependencies = [("processing", "0003_awaits_storage")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="refusal",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Why the run does not believe its own count; a sign-off settles it",
                max_length=50,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="session",
            name="refusal_message",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(copy_refusals, migrations.RunPython.noop),
        # PostgreSQL cannot change what a generated column is made of.
        migrations.RemoveIndex(model_name="session", name="idx_sessions_to_review"),
        migrations.RemoveField(model_name="session", name="needs_look"),
        migrations.AddField(
            model_name="session",
            name="needs_look",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    Q(
                        ("partial", True),
                        Q(("review_reasons", []), _negated=True),
                        Q(("refusal", ""), _negated=True),
                        _connector="OR",
                    ),
                    output_field=models.BooleanField(),
                ),
                help_text="Comes first in the review: partial, refused, or with reasons",
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=Q(("status", "completed"), ("validated", False)),
                fields=["-needs_look", "avg_confidence", "id"],
                name="idx_sessions_to_review",
            ),
        ),
    ]
