"""Jobs, sessions and what they found, corrections, and their audit log."""

import uuid

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # A database that has these already has the tables; see tests/demeter/test_migrations.py.
    replaces = [
        ("processing", "0002_corrections"),
        ("processing", "0003_awaits_storage"),
        ("processing", "0004_refused_sessions"),
        ("processing", "0005_place_photos"),
        ("processing", "0006_words"),
        ("processing", "0007_audit"),
        ("processing", "0008_raw_boxes"),
        ("processing", "0009_corrections_sent_again"),
        ("processing", "0010_index_of_unfinished_jobs"),
    ]

    dependencies = [
        ("locations", "0001_initial"),
        ("photos", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("lease_until", models.DateTimeField(blank=True, null=True, verbose_name="lease until")),
                ("held_by", models.CharField(blank=True, max_length=255, verbose_name="worker")),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many times a worker was lost during this job", verbose_name="attempt"
                    ),
                ),
                (
                    "postponements",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many times an outage postponed it", verbose_name="postponements"
                    ),
                ),
                (
                    "awaits_storage",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Postponed by an outage: it continues at `lease_until`, or as soon as the storage answers",
                        verbose_name="waiting for the storage",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(help_text="Order in the photo, from 1", verbose_name="number"),
                ),
                (
                    "container_class",
                    models.CharField(
                        choices=[("segment", "segment"), ("box", "box"), ("plug", "plug")],
                        max_length=10,
                        verbose_name="kind of container",
                    ),
                ),
                ("polygon", models.JSONField(help_text="[[x, y], ...]", verbose_name="polygon")),
                ("confidence", models.FloatField(verbose_name="confidence")),
                ("area_px", models.FloatField(verbose_name="area (px)")),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "capped",
                    models.BooleanField(
                        default=False,
                        help_text="Detection reached its limit: the count is too low",
                        verbose_name="capped",
                    ),
                ),
                ("tiles_done", models.PositiveIntegerField(default=0, verbose_name="tiles done")),
                (
                    "tiles_total",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Expected number of detector passes, for the progress bar",
                        verbose_name="tiles",
                    ),
                ),
                ("detected", models.IntegerField(blank=True, null=True, verbose_name="detected")),
                ("estimated", models.IntegerField(blank=True, null=True, verbose_name="estimated")),
                ("empty", models.IntegerField(blank=True, null=True, verbose_name="empty")),
                ("dead", models.IntegerField(blank=True, null=True, verbose_name="dead")),
            ],
            options={
                "verbose_name": "container of a photo",
                "verbose_name_plural": "containers of photos",
                "db_table": "photo_segments",
                "ordering": ["session", "number"],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[("add", "Add"), ("remove", "Remove"), ("retype", "Change type"), ("note", "Note")],
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                (
                    "class_id",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="0 plant, 1 empty, 2 dead: what was added or removed, or what it really is",
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
                ("text", models.TextField(blank=True, help_text="Text of a note", verbose_name="text")),
                (
                    "sent_as",
                    models.UUIDField(
                        blank=True,
                        help_text="Id chosen by the browser, so that a correction sent twice is made once",
                        null=True,
                        verbose_name="sent as",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone at")),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "db_table": "photo_corrections",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CorrectionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "action",
                    models.CharField(
                        choices=[("add", "Add"), ("remove", "Remove"), ("retype", "Change type"), ("note", "Note")],
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone at")),
                (
                    "image",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="processing.correction",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("lease_until", models.DateTimeField(blank=True, null=True, verbose_name="lease until")),
                ("held_by", models.CharField(blank=True, max_length=255, verbose_name="worker")),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many times a worker was lost during this job", verbose_name="attempt"
                    ),
                ),
                (
                    "postponements",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How many times an outage postponed it", verbose_name="postponements"
                    ),
                ),
                (
                    "awaits_storage",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Postponed by an outage: it continues at `lease_until`, or as soon as the storage answers",
                        verbose_name="waiting for the storage",
                    ),
                ),
                (
                    "job_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name="job"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("first", "First"), ("reprocess", "Reprocess")], max_length=20, verbose_name="kind"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("processing", "Processing"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("store", "Store"),
                            ("locate", "Locate"),
                            ("segment", "Segment"),
                            ("detect", "Detect"),
                            ("aggregate", "Aggregate"),
                            ("done", "Done"),
                        ],
                        default="store",
                        max_length=20,
                        verbose_name="phase",
                    ),
                ),
                ("phase_started_at", models.DateTimeField(blank=True, null=True, verbose_name="phase started at")),
                ("tiles_done", models.PositiveIntegerField(default=0, verbose_name="tiles done")),
                ("tiles_total", models.PositiveIntegerField(default=0, verbose_name="tiles")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("problem", models.CharField(blank=True, max_length=50, verbose_name="problem")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "reason",
                    models.TextField(blank=True, help_text="Why a person asked for this run", verbose_name="reason"),
                ),
                (
                    "chosen_location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="locations.storagelocation",
                        verbose_name="chosen location",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="photos.upload",
                        verbose_name="upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "db_table": "photo_jobs",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Estimation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("local_scale", "local_scale"),
                            ("grid", "grid"),
                            ("density", "density"),
                            ("none", "none"),
                        ],
                        max_length=20,
                        verbose_name="method",
                    ),
                ),
                ("count", models.IntegerField(verbose_name="plants")),
                ("residual_area_px", models.FloatField(blank=True, null=True, verbose_name="remaining area (px)")),
                ("local_plant_area_px", models.FloatField(blank=True, null=True, verbose_name="area of a plant (px)")),
                ("confidence", models.FloatField(blank=True, null=True, verbose_name="confidence")),
                (
                    "density",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="estimations",
                        to="locations.densityparameters",
                        verbose_name="density",
                    ),
                ),
                (
                    "segment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="estimation",
                        to="processing.segment",
                        verbose_name="container",
                    ),
                ),
            ],
            options={
                "verbose_name": "estimation",
                "verbose_name_plural": "estimations",
                "db_table": "photo_estimations",
            },
        ),
        migrations.CreateModel(
            name="Detection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "class_id",
                    models.PositiveSmallIntegerField(help_text="0 plant, 1 empty, 2 dead", verbose_name="class"),
                ),
                ("center_x_px", models.FloatField(verbose_name="centre x (px)")),
                ("center_y_px", models.FloatField(verbose_name="centre y (px)")),
                ("width_px", models.FloatField(verbose_name="width (px)")),
                ("height_px", models.FloatField(verbose_name="height (px)")),
                ("confidence", models.FloatField(verbose_name="confidence")),
                (
                    "counted",
                    models.BooleanField(
                        default=True,
                        help_text="False if it is too uncertain, if another container owns it, or if it is a second view of one plant in a tray cell; a later run may decide differently",
                        verbose_name="counted",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="detections",
                        to="processing.segment",
                        verbose_name="container",
                    ),
                ),
            ],
            options={
                "verbose_name": "detection",
                "verbose_name_plural": "detections",
                "db_table": "photo_detections",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "session_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="session"),
                ),
                (
                    "location_evidence",
                    models.JSONField(
                        blank=True,
                        help_text="{outcome, reason, candidates: [{location_id, name, source, evidence, distance_m}], labels}",
                        null=True,
                        verbose_name="evidence of the location",
                    ),
                ),
                ("total_detected", models.IntegerField(blank=True, null=True, verbose_name="detected")),
                ("total_estimated", models.IntegerField(blank=True, null=True, verbose_name="estimated")),
                ("total_empty_containers", models.IntegerField(blank=True, null=True, verbose_name="empty containers")),
                (
                    "avg_confidence",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=5, null=True, verbose_name="confidence"
                    ),
                ),
                (
                    "category_counts",
                    models.JSONField(
                        blank=True,
                        help_text='{"plant": 120, "empty": 5, "dead": 0}',
                        null=True,
                        verbose_name="counts by class",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("processing", "Processing"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=50,
                        verbose_name="status",
                    ),
                ),
                ("error_message", models.TextField(blank=True, null=True, verbose_name="error")),
                ("validated", models.BooleanField(default=False, verbose_name="signed off")),
                ("validation_date", models.DateTimeField(blank=True, null=True, verbose_name="signed off at")),
                (
                    "manual_adjustments",
                    models.JSONField(
                        blank=True,
                        help_text="What people changed, and the model's own totals; null if nothing was changed",
                        null=True,
                        verbose_name="changed by hand",
                    ),
                ),
                (
                    "partial",
                    models.BooleanField(
                        default=False, help_text="At least one container could not be counted", verbose_name="partial"
                    ),
                ),
                (
                    "review_reasons",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Why a person should look at this count: [{code, parameters}]",
                        verbose_name="reasons for a review",
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        help_text="Why the count of this run is not reliable; a sign-off overrides it",
                        max_length=50,
                        verbose_name="refusal",
                    ),
                ),
                ("refusal_message", models.TextField(blank=True, verbose_name="reason of the refusal")),
                (
                    "model_versions",
                    models.JSONField(
                        blank=True,
                        help_text="{segmenter: sha256, detector: sha256}",
                        null=True,
                        verbose_name="versions of the models",
                    ),
                ),
                ("parameters_hash", models.CharField(blank=True, max_length=64, verbose_name="parameters")),
                (
                    "phase_seconds",
                    models.JSONField(
                        blank=True, default=dict, help_text="{phase: seconds}", verbose_name="seconds by phase"
                    ),
                ),
                (
                    "needs_look",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            models.Q(
                                ("partial", True),
                                models.Q(("review_reasons", []), _negated=True),
                                models.Q(("refusal", ""), _negated=True),
                                _connector="OR",
                            ),
                            output_field=models.BooleanField(),
                        ),
                        help_text="Comes first in the review: partial, refused, or with reasons",
                        output_field=models.BooleanField(),
                        verbose_name="in doubt",
                    ),
                ),
                (
                    "detections_from",
                    models.ForeignKey(
                        blank=True,
                        help_text="The session whose segments and detections this one reuses",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reused_by",
                        to="processing.session",
                        verbose_name="detections from",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="session",
                        to="processing.job",
                        verbose_name="job",
                    ),
                ),
                (
                    "original_image",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "processed_image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="annotates",
                        to="photos.s3image",
                        verbose_name="annotated picture",
                    ),
                ),
                (
                    "storage_location",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="locations.storagelocation",
                        verbose_name="location",
                    ),
                ),
                (
                    "validated_by_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="validated_sessions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed off by",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "photo_processing_sessions",
                "ordering": ["-created_at"],
            },
        ),
        migrations.AddField(
            model_name="segment",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="segments",
                to="processing.session",
                verbose_name="session",
            ),
        ),
        migrations.CreateModel(
            name="SessionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="when")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("validated", models.BooleanField(default=False, verbose_name="signed off")),
                ("total_estimated", models.IntegerField(blank=True, null=True, verbose_name="estimated")),
                (
                    "original_image",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="photos.s3image",
                        verbose_name="photo",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="processing.session",
                    ),
                ),
                (
                    "validated_by_user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed off by",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(fields=("user", "sent_as"), name="corrections_sent_again_made_once"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
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
                name="corrections_note_has_text_and_mark_has_place",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="undone_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."undone_at" IS NOT NULL AND OLD."undone_at" IS NULL)',
                    func='INSERT INTO "processing_correctionevent" ("action", "image_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "undone_at", "user_id") VALUES (NEW."action", NEW."image_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'undone\', NEW."id", NEW."undone_at", NEW."user_id"); RETURN NULL;',
                    hash="2ff49d902f8cec355920b8cb472874c087914157",
                    operation="UPDATE",
                    pgid="pgtrigger_undone_update_4ca86",
                    table="photo_corrections",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correction",
            trigger=pgtrigger.compiler.Trigger(
                name="redone_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."undone_at" IS NULL AND OLD."undone_at" IS NOT NULL)',
                    func='INSERT INTO "processing_correctionevent" ("action", "image_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "undone_at", "user_id") VALUES (NEW."action", NEW."image_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'redone\', NEW."id", NEW."undone_at", NEW."user_id"); RETURN NULL;',
                    hash="d2fda57ea2898182b41bb43c81075dc259d087ed",
                    operation="UPDATE",
                    pgid="pgtrigger_redone_update_2cbd4",
                    table="photo_corrections",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="correctionevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="correctionevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="correctionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fb0ac13b62c998785b0fb88b30cad3bc2f4edb60",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_81ed1",
                    table="processing_correctionevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["-created_at"], name="idx_jobs_created"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status__in", ("pending", "processing"))),
                fields=["created_at"],
                name="idx_jobs_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status__in", ("pending", "processing"))),
                fields=["lease_until"],
                name="idx_jobs_lease",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("pending", "processing"))),
                fields=("image",),
                name="jobs_one_unfinished_per_image",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "processing", "completed", "failed"])),
                name="jobs_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "failed"), _negated=True),
                    models.Q(models.Q(("error", ""), _negated=True), models.Q(("problem", ""), _negated=True)),
                    _connector="OR",
                ),
                name="jobs_failed_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ("pending", "processing")), ("finished_at__isnull", False), _connector="OR"
                ),
                name="jobs_finished_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("tiles_done__lte", models.F("tiles_total"))), name="jobs_tiles_within_total"
            ),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.CheckConstraint(condition=models.Q(("class_id__lte", 2)), name="detections_class_known"),
        ),
        migrations.AddConstraint(
            model_name="detection",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                name="detections_confidence_is_a_share",
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["status"], name="idx_sessions_status"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["storage_location"], name="idx_sessions_storage_location"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["original_image"], name="idx_sessions_original_image"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["-created_at"], name="idx_sessions_created_at"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=models.Q(("status", "completed"), ("validated", False)),
                fields=["-needs_look", "avg_confidence", "id"],
                name="idx_sessions_to_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "processing", "completed", "failed"])),
                name="sessions_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "failed"), _negated=True),
                    models.Q(("error_message__isnull", False), models.Q(("error_message", ""), _negated=True)),
                    _connector="OR",
                ),
                name="sessions_failed_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "completed"), _negated=True),
                    models.Q(("total_detected__isnull", False), ("total_estimated__gte", models.F("total_detected"))),
                    _connector="OR",
                ),
                name="sessions_completed_has_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("validated", False),
                    models.Q(("validated_by_user__isnull", False), ("validation_date__isnull", False)),
                    _connector="OR",
                ),
                name="sessions_validated_by_someone",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="session",
            trigger=pgtrigger.compiler.Trigger(
                name="signed_off_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."validated" AND (NOT OLD."validated" OR OLD."validated_by_user_id" IS DISTINCT FROM (NEW."validated_by_user_id")))',
                    func='INSERT INTO "processing_sessionevent" ("original_image_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "total_estimated", "validated", "validated_by_user_id") VALUES (NEW."original_image_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'signed_off\', NEW."id", NEW."total_estimated", NEW."validated", NEW."validated_by_user_id"); RETURN NULL;',
                    hash="c25efb0981d92ba5964e0c6c89bb38e6943ad6e6",
                    operation="UPDATE",
                    pgid="pgtrigger_signed_off_update_18e86",
                    table="photo_processing_sessions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="session",
            trigger=pgtrigger.compiler.Trigger(
                name="sign_off_lost_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT NEW."validated" AND OLD."validated")',
                    func='INSERT INTO "processing_sessionevent" ("original_image_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "total_estimated", "validated", "validated_by_user_id") VALUES (NEW."original_image_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'sign_off_lost\', NEW."id", NEW."total_estimated", NEW."validated", NEW."validated_by_user_id"); RETURN NULL;',
                    hash="b560c80a8604b65410bb645d2df8e908cc2153d9",
                    operation="UPDATE",
                    pgid="pgtrigger_sign_off_lost_update_7372a",
                    table="photo_processing_sessions",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["lease_until"], name="idx_segments_lease"
            ),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(fields=("session", "number"), name="segments_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "failed"), _negated=True),
                    models.Q(("error", ""), _negated=True),
                    _connector="OR",
                ),
                name="segments_failed_has_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionevent",
            index=models.Index(fields=["pgh_obj", "-pgh_id"], name="sessionevent_row"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sessionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="69c020acd0f26275bdb64058d829a59ffba6ba30",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2b878",
                    table="processing_sessionevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
