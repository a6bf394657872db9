"""Which evidence packs were made here; append-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION evidence_packs_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'evidence_packs is append-only: % refused', TG_OP;
END $$;
CREATE TRIGGER evidence_packs_append_only BEFORE UPDATE OR DELETE ON evidence_packs
    FOR EACH ROW EXECUTE FUNCTION evidence_packs_refuse_change();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER evidence_packs_append_only ON evidence_packs;
DROP FUNCTION evidence_packs_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("processing", "0007_calibrations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidencePack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("count", "Count of a photo"), ("stocktake", "Stocktake")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="The id of a photo, the number of a stocktake", max_length=36, verbose_name="of what"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="SHA-256 of its manifest", max_length=64, unique=True, verbose_name="fingerprint"
                    ),
                ),
                ("files", models.PositiveIntegerField(verbose_name="files")),
                ("with_originals", models.BooleanField(verbose_name="with originals")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence_packs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence pack",
                "verbose_name_plural": "evidence packs",
                "db_table": "evidence_packs",
                "ordering": ["-pk"],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("count", "stocktake"))), name="evidence_kind_known"
                    )
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
