"""Models that were trained on the own photos; append-only."""

from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION trained_models_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'trained_models is append-only: % refused', TG_OP;
END $$;
CREATE TRIGGER trained_models_append_only BEFORE UPDATE OR DELETE ON trained_models
    FOR EACH ROW EXECUTE FUNCTION trained_models_refuse_change();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER trained_models_append_only ON trained_models;
DROP FUNCTION trained_models_refuse_change;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("processing", "0008_evidence_packs"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrainedModels",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("detector_sha256", models.CharField(max_length=64, verbose_name="detector")),
                ("segmenter_sha256", models.CharField(max_length=64, verbose_name="segmenter")),
                ("description", models.JSONField(verbose_name="description")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
            ],
            options={
                "verbose_name": "trained models",
                "verbose_name_plural": "trained models",
                "db_table": "trained_models",
                "ordering": ["-pk"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("detector_sha256", "segmenter_sha256"), name="trained_models_pair_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
