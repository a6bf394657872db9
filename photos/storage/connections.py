"""The connections to S3, with how long each kind of process waits for it.
`photos.storage.object_store` asks through them."""

from functools import cache
from typing import TYPE_CHECKING, cast

import boto3
from botocore.config import Config
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def client() -> "S3Client":
    """The boto3 client of django-storages, one per thread."""
    return cast("S3Client", _storage().connection.meta.client)


@cache
def quick_client() -> "S3Client":
    """A client with short timeouts, to check whether S3 answers at all."""
    return session().client(
        "s3",
        region_name=settings.S3_REGION,
        endpoint_url=settings.S3_ENDPOINT_URL or None,
        config=_storage().client_config.merge(_patience(connect_seconds=1, read_seconds=1)),
    )


@cache
def session() -> boto3.Session:
    """The session with the credentials for signing: the storage's own, or those of the machine (AWS roles)."""
    return boto3.Session(aws_access_key_id=_storage().access_key, aws_secret_access_key=_storage().secret_key)


def shorten_timeouts() -> None:
    """For the web process: while S3 hangs, a request blocks its thread for some seconds, not for most of a minute."""
    storage = _storage()
    storage.client_config = storage.client_config.merge(_patience(connect_seconds=1, read_seconds=5))


def _patience(*, connect_seconds: float, read_seconds: float) -> Config:
    return Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )


def _storage() -> S3Storage:
    return cast(S3Storage, storages["default"])
