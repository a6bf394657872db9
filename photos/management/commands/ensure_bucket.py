"""`manage.py ensure_bucket`: the photo bucket with its retention rules and CORS. Part of every start."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from photos.storage.bucket import ensure_bucket


class Command(BaseCommand):
    requires_system_checks = []
    help = "Creates the photo bucket, its lifecycle rules and CORS where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_bucket()
        self.stdout.write(f"The bucket {settings.S3_BUCKET} is ready.")
