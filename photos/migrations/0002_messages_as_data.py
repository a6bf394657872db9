"""Problems of photos and reasons of refused files as codes and parameters; indexes that repeat others removed."""

import re

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from photos.migrations._old_sentences import convert_column, read_error_details

# The numbers in old refusals.
NUMBERS = {
    "too_many_pixels": ("megapixels", re.compile(r"more than (\d+) megapixels")),
    "file_too_large": ("file_megabytes", re.compile(r"larger than (\d+) MB")),
    "too_many_files": ("files", re.compile(r"takes (\d+) photos")),
    "upload_too_large": ("total_megabytes", re.compile(r"takes (\d+) MB")),
}


def convert(apps, schema_editor):
    convert_column(schema_editor, "s3_images", "error_details", read_error_details)
    uploads = apps.get_model("photos", "Upload").objects
    for upload in uploads.exclude(refused=[]).only("refused").iterator():
        uploads.filter(pk=upload.pk).update(refused=[read_refusal(**file) for file in upload.refused])


def read_refusal(filename, code, message=""):
    name, pattern = NUMBERS.get(code, (None, None))
    match = pattern.search(message) if pattern else None
    return {"filename": filename, "code": code, "parameters": {name: int(match[1])} if match else {}}


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uploads",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        # The same constraint under the same name, without the index for LIKE that `unique=True` adds.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="s3image",
                    name="s3_key_original",
                    field=models.CharField(max_length=512, verbose_name="S3 key of the original"),
                ),
                migrations.AddConstraint(
                    model_name="s3image",
                    constraint=models.UniqueConstraint(
                        fields=("s3_key_original",), name="s3_images_s3_key_original_key"
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX s3_images_s3_key_original_4796b6fb_like",
                    "CREATE INDEX s3_images_s3_key_original_4796b6fb_like"
                    " ON s3_images (s3_key_original varchar_pattern_ops)",
                )
            ],
        ),
        migrations.RunPython(convert),
    ]
