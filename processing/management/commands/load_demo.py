"""`manage.py load_demo`: the demo nursery, one user per role, and eight synthetic photos sent to be counted.

Safe to repeat: existing rows are left unchanged. Standard output is only the login; `bin/up` shows it.
"""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN, ROLE_PERMISSIONS
from locations.demo import ENGLISH, load_demo_nursery, note_demo, read_keys
from photos.statuses import UploadSource
from photos.upload.accepting import accept_upload
from processing.jobs import start_jobs

PHOTOS_DIR = settings.BASE_DIR / "demo" / "photos"


class Command(BaseCommand):
    help = "Load the demo nursery with one user per role and eight synthetic photos; prints the login."

    def add_arguments(self, parser: CommandParser) -> None:
        """The language of the names of places, products and pots."""
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default=ENGLISH)

    def handle(self, *args: Any, **options: Any) -> None:
        """Nursery and users first, then the photos as the demo worker would upload them."""
        with transaction.atomic():
            before = read_keys()
            load_demo_nursery(options["language"])
            password = make_users()
            note_demo(before)
        upload_photos(User.objects.get(username="worker"))
        if password:
            names = ", ".join(role.lower() for role in ROLE_PERMISSIONS)
            self.stdout.write(f"Sign in as one of: {names}. Password of all four: {password}")


def make_users() -> str | None:
    """One user per role, named after it, all with one new password; None when they exist already."""
    if User.objects.filter(username__in=[role.lower() for role in ROLE_PERMISSIONS]).exists():
        return None
    password = secrets.token_urlsafe(9)
    for role in ROLE_PERMISSIONS:
        is_admin = role == ADMIN
        user = User.objects.create_user(
            role.lower(), password=password, first_name=f"Demo {role.lower()}", is_staff=is_admin, is_superuser=is_admin
        )
        user.groups.add(Group.objects.get(name=role))
    return password


def upload_photos(user: User) -> None:
    """Accept the shipped photos and start their jobs; photos uploaded before are reported as duplicates."""
    with transaction.atomic():
        accepted = accept_upload(
            user=user, files=[_as_uploaded(path) for path in sorted(PHOTOS_DIR.glob("*.jpg"))], source=UploadSource.API
        )
        start_jobs(upload=accepted.upload, images=accepted.images)


def _as_uploaded(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes(), content_type="image/jpeg")
