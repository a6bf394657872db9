"""Objects in S3 and in the staging storage: read, write, verify, delete, sign.

Every call to S3 goes through the circuit breaker that all workers share; an outage is raised as `UnavailableError`, so
that the caller can try again later. Signing needs no call.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache, lru_cache
from typing import TypeVar, cast
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from demeter.common.exceptions import UnavailableError
from demeter.common.i18n.messages import Message
from photos.messages import ORIGINAL_LOST
from photos.models import S3Image
from photos.storage import keys
from photos.storage.circuit_breaker import GOOD_CALLS_TO_CLOSE, BreakerOpenError, CircuitBreaker, Mode
from photos.storage.circuit_breaker_store import RedisBreakerStore
from photos.storage.connections import client, quick_client, session
from photos.storage.disk_space import refusing_when_full

URL_SECONDS = 3600
# All URLs of one period are the same, so that browsers keep the pictures; the last one is still good for 15 minutes.
URL_PERIOD_SECONDS = 2700
# A photo's files never change, so a browser need not ask again while their URL lasts; a new run redraws the annotated
# picture under its old key, so there it must ask.
CACHE_CONTROL = f"private, max-age={URL_SECONDS}, immutable"
CACHE_CONTROL_ANNOTATED = "private, no-cache"
MISSING_CODES = ("404", "NoSuchKey")
PART_BYTES = 256 * 1024
NO_SUCH_KEY = "is-the-storage-back"
OUTAGE_MESSAGE = _("The photo storage cannot be reached at the moment. Nothing is lost; try again in a few minutes.")

Result = TypeVar("Result")


class ObjectMissingError(Exception):
    """There is no object under this key."""


class ObjectDamagedError(Exception):
    """The object read or stored differs from the one sent, in size or checksum."""


class OriginalLostError(Exception):
    """A photo's original is neither in S3 nor in staging, as the message says."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.in_english())
        self.message = message


# --- Staging: files just accepted, until S3 has them ---------------------------------------------------------------
def stage_file(name: str, file: File[bytes]) -> str:
    """Keep an accepted file and return its name in staging.

    Raises:
        DiskFullError: the disk is full.
        UnavailableError: staging is in S3, which cannot be reached. The other functions of staging may raise it too.
    """
    with refusing_when_full():
        return storages["staging"].save(name, file)


def read_staged(name: str) -> bytes | None:
    """The bytes of a staged file; None when there is no such file."""
    try:
        with storages["staging"].open(name) as file:
            return cast(bytes, file.read())
    except FileNotFoundError:
        return None


def delete_staged(name: str) -> None:
    """Delete a staged file; no error if it is missing."""
    storages["staging"].delete(name)


def list_staged(before: datetime) -> Iterator[str]:
    """The names of the staged files written at or before `before`."""
    staging = storages["staging"]
    folders = [""]
    while folders:
        folder = folders.pop()
        with suppress(FileNotFoundError):  # staging does not exist yet, or ingest was quicker
            inner, files = staging.listdir(folder)
            folders += [f"{folder}{name}/" for name in inner]
            for name in files:
                with suppress(FileNotFoundError):
                    if staging.get_modified_time(folder + name) < before:
                        yield folder + name


# --- S3: objects ----------------------------------------------------------------------------------------------------
def put_object(key: str, data: bytes, *, content_type: str, metadata: Mapping[str, str] | None = None) -> None:
    """Write an object and verify it in S3 by size and SHA-256.

    Raises:
        UnavailableError: S3 cannot be reached now, or the object did not arrive whole.
    """
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()

    def write_and_check() -> None:
        client().put_object(
            Bucket=settings.S3_BUCKET,
            Key=key,
            Body=data,
            ContentType=content_type,
            CacheControl=CACHE_CONTROL_ANNOTATED if key.startswith(keys.ANNOTATED) else CACHE_CONTROL,
            Metadata=dict(metadata or {}),
            ChecksumSHA256=checksum,
        )
        head = client().head_object(Bucket=settings.S3_BUCKET, Key=key, ChecksumMode="ENABLED")
        if (head["ContentLength"], head.get("ChecksumSHA256")) != (len(data), checksum):
            raise ObjectDamagedError(key)

    _guarded(write_and_check)


def read_object(key: str) -> bytes:
    """The bytes of an object.

    Raises:
        ObjectMissingError: there is none.
        UnavailableError: S3 cannot be reached now.
    """

    def read() -> bytes:
        return client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"].read()

    return _guarded(read)


def open_original(image: S3Image) -> Iterator[bytes]:
    """The original of a photo in parts of PART_BYTES, so that a long download keeps one part in memory.

    Raises before the first part, as `read_original` does. A later outage raises between two parts.
    """
    if image.stored_at is None:
        return iter((read_original(image),))
    try:
        answer = _guarded(lambda: client().get_object(Bucket=settings.S3_BUCKET, Key=image.s3_key_original))
    except ObjectMissingError:
        raise OriginalLostError(ORIGINAL_LOST(photo=str(image.image_id))) from None
    return answer["Body"].iter_chunks(PART_BYTES)


def has_object(key: str) -> bool:
    """Whether there is an object under this key: one request. Raises UnavailableError when S3 cannot be reached now."""
    try:
        _guarded(lambda: client().head_object(Bucket=settings.S3_BUCKET, Key=key))
    except ObjectMissingError:
        return False
    return True


def is_back() -> bool:
    """Whether S3 answers and the breaker lets calls through: tries as many calls as close a half-open breaker."""
    try:
        for _ in range(GOOD_CALLS_TO_CLOSE):
            has_object(NO_SUCH_KEY)
    except UnavailableError:
        return False
    return True


def answers() -> bool:
    """Whether S3 answers within two seconds, whatever the breaker says: for `/healthz`."""
    try:
        quick_client().head_object(Bucket=settings.S3_BUCKET, Key=NO_SUCH_KEY)
    except ClientError as error:
        return not _is_outage(error)
    except BotoCoreError:
        return False
    return True


def breaker_mode() -> Mode:
    """The breaker's state by the workers' last calls: closed, open or half open. One read of the shared state."""
    return _breaker().mode


def written_at(key: str) -> datetime:
    """When an object was written. Raises ObjectMissingError, or UnavailableError when S3 cannot be reached now."""
    return _guarded(lambda: client().head_object(Bucket=settings.S3_BUCKET, Key=key))["LastModified"]


def list_objects(prefix: str) -> list[str]:
    """The keys that begin with `prefix`. Raises UnavailableError when S3 cannot be reached now."""

    def read() -> list[str]:
        pages = client().get_paginator("list_objects_v2").paginate(Bucket=settings.S3_BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    return _guarded(read)


def delete_object(key: str) -> None:
    """Delete an object; no error if it is missing. Raises UnavailableError when S3 cannot be reached now."""
    _guarded(lambda: client().delete_object(Bucket=settings.S3_BUCKET, Key=key))


def read_original(image: S3Image) -> bytes:
    """The original of a photo, from S3, or from staging while S3 does not have it yet.

    Raises:
        OriginalLostError: it is in neither.
        UnavailableError: S3 cannot be reached now.
    """
    staged = read_staged(image.staging_name) if image.staging_name else None
    if staged is not None and image.stored_at is None:
        return staged
    try:
        return read_object(image.s3_key_original)
    except ObjectMissingError:
        if staged is None:
            raise OriginalLostError(ORIGINAL_LOST(photo=str(image.image_id))) from None
        return staged


# --- S3: signed addresses -------------------------------------------------------------------------------------------
def presigned_url(key: str, *, download_name: str | None = None) -> str:
    """An address for the browser, valid for one hour from the start of the present 45 minutes.

    With `download_name` the browser saves the file under that name instead of showing it.
    """
    period_start = int(time.time()) // URL_PERIOD_SECONDS * URL_PERIOD_SECONDS
    url = f"{settings.S3_PUBLIC_ENDPOINT_URL.rstrip('/')}/{settings.S3_BUCKET}/{quote(key)}"
    return _signed_url(url, download_name, period_start)


@lru_cache(maxsize=10_000)
def _signed_url(url: str, download_name: str | None, period_start: int) -> str:
    """Cached, because a gallery page needs a hundred and signing one takes half a millisecond."""
    request = AWSRequest(method="GET", url=url)
    if download_name is not None:
        disposition = content_disposition_header(as_attachment=True, filename=download_name)
        request.params["response-content-disposition"] = disposition
    credentials = cast(Credentials, session().get_credentials())
    signer = _SteadyAuth(credentials, "s3", settings.S3_REGION, expires=URL_SECONDS)
    signer.signed_at = period_start
    signer.add_auth(request)
    return cast(str, request.url)


class _SteadyAuth(S3SigV4QueryAuth):
    """botocore's signer of URLs, for a given moment instead of now."""

    signed_at: int

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self.signed_at))
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # private: missing in the stubs


# --- Breaker --------------------------------------------------------------------------------------------------------
@cache
def _breaker() -> CircuitBreaker:
    store = RedisBreakerStore(url=settings.REDIS_URL, name="s3")
    return CircuitBreaker(store=store, clock=time.time, is_outage=_is_outage)


def _guarded(call: Callable[[], Result]) -> Result:
    """`call` through the breaker, with the errors of boto3 raised as those of this module."""
    try:
        return _breaker().call(call)
    except BreakerOpenError as error:
        raise UnavailableError(str(OUTAGE_MESSAGE)) from error
    except (ClientError, BotoCoreError, ObjectDamagedError) as error:
        if _is_outage(error):
            raise UnavailableError(str(OUTAGE_MESSAGE)) from error
        if isinstance(error, ClientError):
            raise ObjectMissingError(str(error)) from error
        raise


def _is_outage(error: Exception) -> bool:
    """Whether the storage failed, and not the request. Refused credentials count as an outage too: nothing works."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] not in MISSING_CODES
    return isinstance(error, BotoCoreError | ObjectDamagedError) and not isinstance(error, ParamValidationError)
