"""What workers propose, and counts by people who did not see the count; the latter are append-only."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION photo_blind_counts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('demeter.demo_is_removed', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'photo_blind_counts is append-only: % refused', TG_OP;
END $$;
CREATE TRIGGER photo_blind_counts_append_only BEFORE UPDATE OR DELETE ON photo_blind_counts
    FOR EACH ROW EXECUTE FUNCTION photo_blind_counts_refuse_change();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER photo_blind_counts_append_only ON photo_blind_counts;
DROP FUNCTION photo_blind_counts_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0002_messages_as_data"),
        ("processing", "0004_stock_knows_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BlindCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("seen", models.PositiveIntegerField(verbose_name="plants seen by the person")),
                ("model_detected", models.PositiveIntegerField(verbose_name="plants seen by the model")),
                ("model_estimated", models.PositiveIntegerField(verbose_name="estimated by the model")),
                ("detected", models.PositiveIntegerField(verbose_name="plants seen, corrections included")),
                ("estimated", models.PositiveIntegerField(verbose_name="estimated, corrections included")),
                ("model_versions", models.JSONField(blank=True, null=True, verbose_name="versions of the models")),
                ("parameters_hash", models.CharField(blank=True, max_length=64, verbose_name="parameters")),
                (
                    "differs",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            models.Q(
                                django.db.models.lookups.GreaterThan(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("detected"), "*", models.Value(100)
                                    ),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("seen"), "*", models.Value(110)
                                    ),
                                ),
                                django.db.models.lookups.LessThan(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("detected"), "*", models.Value(100)
                                    ),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("seen"), "*", models.Value(90)
                                    ),
                                ),
                                _connector="OR",
                            ),
                            output_field=models.BooleanField(),
                        ),
                        help_text="By more than 10 % of what the person saw",
                        output_field=models.BooleanField(),
                        verbose_name="differs",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blind_counts",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        help_text="The count in force at that moment",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blind_counts",
                        to="processing.processingsession",
                        verbose_name="session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="blind_counts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "blind recount",
                "verbose_name_plural": "blind recounts",
                "db_table": "photo_blind_counts",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("differs", True)), fields=["image"], name="idx_blind_counts_differ"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "session"), name="blind_counts_once_each"),
                    models.CheckConstraint(condition=models.Q(("seen__lte", 1000000)), name="blind_counts_possible"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[("add", "Add"), ("remove", "Remove"), ("retype", "Change type"), ("note", "Note")],
                        help_text="A note is a flag",
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                (
                    "class_id",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 plant, 1 empty, 2 dead: as in a correction",
                        null=True,
                        verbose_name="class",
                    ),
                ),
                (
                    "x",
                    models.FloatField(
                        blank=True, help_text="Share of the upright photo's width", null=True, verbose_name="x"
                    ),
                ),
                (
                    "y",
                    models.FloatField(
                        blank=True, help_text="Share of the upright photo's height", null=True, verbose_name="y"
                    ),
                ),
                ("text", models.TextField(blank=True, help_text="Text of a flag", verbose_name="text")),
                (
                    "sent_as",
                    models.UUIDField(
                        blank=True,
                        help_text="Id chosen by the browser, so that a proposal sent twice is made once",
                        null=True,
                        verbose_name="sent as",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "Accepted"), ("declined", "Declined"), ("overtaken", "No longer needed")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "correction",
                    models.OneToOneField(
                        blank=True,
                        help_text="Made when it was accepted",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposal",
                        to="processing.correction",
                        verbose_name="correction",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decided_proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "db_table": "photo_proposals",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at", None), ("withdrawn_at", None)),
                        fields=["image", "id"],
                        name="idx_proposals_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "sent_as"), name="proposals_sent_again_made_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("action", "note"),
                                ("class_id", None),
                                ("x", None),
                                ("y", None),
                                models.Q(("text", ""), _negated=True),
                            ),
                            models.Q(
                                ("action__in", ("add", "remove", "retype")),
                                ("class_id__isnull", False),
                                ("class_id__lte", 2),
                                ("text", ""),
                                ("x__gte", 0),
                                ("x__isnull", False),
                                ("x__lte", 1),
                                ("y__gte", 0),
                                ("y__isnull", False),
                                ("y__lte", 1),
                            ),
                            _connector="OR",
                        ),
                        name="proposals_flag_has_text_and_mark_has_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("correction", None), ("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("withdrawn_at", None),
                                ("outcome__in", ("accepted", "declined", "overtaken")),
                            ),
                            _connector="OR",
                        ),
                        name="proposals_decided_by_someone",
                    ),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
