"""Problems of photos and reasons of refused files as codes and parameters."""

import re

from django.db import migrations, models

import demeter.common.i18n.messages
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
    dependencies = [("photos", "0012_plain_english")]

    operations = [
        migrations.AlterField(
            model_name="s3image",
            name="error_details",
            field=demeter.common.i18n.messages.MessageField(
                blank=True, default=None, null=True, verbose_name="error details"
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="refused",
            field=models.JSONField(
                default=list, help_text="Refused files: [{filename, code, parameters}]", verbose_name="refused"
            ),
        ),
        migrations.RunPython(convert),
    ]
