"""The photos that are here already get the location of their newest run."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def place_photos(apps, _schema_editor):
    """One statement; later runs write it themselves."""
    runs = apps.get_model("processing", "Session").objects.filter(original_image=OuterRef("pk"))
    newest = runs.order_by("-created_at", "-pk").values("storage_location")[:1]
    apps.get_model("photos", "S3Image").objects.filter(kind="photo").update(storage_location=Subquery(newest))


class Migration(migrations.Migration):
    dependencies = [("photos", "0004_gallery_filters"), ("processing", "0004_refused_sessions")]

    operations = [migrations.RunPython(place_photos, migrations.RunPython.noop)]
