"""The bucket itself: made with its retention rules and CORS at every start (`manage.py ensure_bucket`) and restore.

Rules set by others are kept: ours are known by their ids.
"""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from photos.storage import connections, keys, object_store

NO_RULES = ("NoSuchLifecycleConfiguration", "NoSuchCORSConfiguration")
_OUR_EXPIRY, _OUR_CORS = tuple(prefix.rstrip("/") for prefix in keys.RETENTION_DAYS), "demeter"


def ensure_bucket() -> None:
    """Make the bucket with its retention rules and CORS; safe to repeat."""
    client, bucket = connections.client(), settings.S3_BUCKET
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        client.create_bucket(Bucket=bucket, **_bucket_region())
    expiring = _of_others(lambda: client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"], _OUR_EXPIRY)
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [*expiring, *_retention_rules()]}
    )
    allowing = _of_others(lambda: client.get_bucket_cors(Bucket=bucket)["CORSRules"], (_OUR_CORS,))
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [*allowing, _cors_rule()]})


def _of_others(read: Callable[[], Sequence[Any]], our_ids: Sequence[str]) -> list[Any]:
    """The existing rules that are not ours; empty if none was ever set."""
    try:
        rules = read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in NO_RULES:
            raise
        return []
    return [rule for rule in rules if rule.get("ID") not in our_ids]


def _retention_rules() -> list[Any]:
    return [
        {"ID": prefix.rstrip("/"), "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}}
        for prefix, days in _retention_days().items()
    ]


def _cors_rule() -> Any:
    return {
        "ID": _OUR_CORS,
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedOrigins": settings.CSRF_TRUSTED_ORIGINS or ["*"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": object_store.URL_SECONDS,
    }


def _retention_days() -> dict[str, int]:
    """Retention by prefix. Files staged in the bucket have none, so that they outlast any outage;
    `photos.storage.staging_cleanup` removes them."""
    staged_here = settings.STAGING == "s3"
    return {
        prefix: days
        for prefix, days in keys.RETENTION_DAYS.items()
        if not (staged_here and prefix == keys.TEMP_UPLOADS)
    }


def _bucket_region() -> dict[str, Any]:
    """The region to create the bucket in; AWS expects none for us-east-1."""
    region = settings.S3_REGION
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
