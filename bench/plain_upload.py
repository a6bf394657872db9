"""A Django view that only saves the uploaded files, for comparison in `bench/upload.py`."""

import os

import django
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="not used",
    DATA_UPLOAD_MAX_NUMBER_FILES=150,
)
django.setup()
FOLDER = FileSystemStorage(location=os.environ["PLAIN_UPLOAD_FOLDER"])


def upload(request: HttpRequest) -> JsonResponse:
    """Save them all."""
    names = [FOLDER.save(str(file.name), file) for file in request.FILES.getlist("files")]
    return JsonResponse({"saved": len(names)})


urlpatterns = [path("upload", upload)]
application = get_wsgi_application()
