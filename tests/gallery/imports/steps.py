"""An import in steps, as a browser sends its forms: files, columns, preview, and what is imported."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bench import large_nursery

START = "/places/import/"


def geojson(name, *features):
    collection = {"type": "FeatureCollection", "name": name, "features": list(features)}
    return SimpleUploadedFile(f"{name}.geojson", json.dumps(collection).encode())


def feature(properties, geometry=None):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def table(name, text):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def large_files(bays):
    return [geojson(name, *features) for name, features in large_nursery.draw(bays).items()]


def send(client, *files):
    """To the page of the columns."""
    response = client.post(START, {"files": list(files)})
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def fields_of(page):
    """What a browser sends back."""
    form = page.context["form"]
    fields = {}
    for part in form.all_forms:
        for bound in part:
            value = bound.value()
            if value not in (None, False, ""):
                fields[bound.html_name] = value
    return fields


def go_on(client, page, **changes):
    """From the columns to the preview."""
    response = client.post(page.request["PATH_INFO"], fields_of(page) | changes)
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def apply(client, preview):
    kept = preview.context["kept"]
    return client.post(reverse("import-apply", args=[kept.pk]), {"digest": kept.digest}, follow=True)


def counts(preview):
    return preview.context["kept"].counts


def told(preview, kind="refused"):
    page = preview.client.get(preview.request["PATH_INFO"], {"kind": kind})
    return [(row.source, row.details) for row in page.context["rows"]]
