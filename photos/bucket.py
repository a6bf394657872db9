"""The photo bucket, made at each start: retention rules and CORS are part of it."""

from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from photos import keys, storage


def ensure_bucket() -> None:
    """Make the bucket with its retention rules and CORS; safe to repeat."""
    client, bucket = storage.client(), settings.S3_BUCKET
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        client.create_bucket(Bucket=bucket, **_bucket_region())
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": prefix.rstrip("/"),
                    "Status": "Enabled",
                    "Filter": {"Prefix": prefix},
                    "Expiration": {"Days": days},
                }
                for prefix, days in keys.RETENTION_DAYS.items()
            ]
        },
    )
    client.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedMethods": ["GET", "HEAD"],
                    "AllowedOrigins": settings.CSRF_TRUSTED_ORIGINS or ["*"],
                    "AllowedHeaders": ["*"],
                    "MaxAgeSeconds": storage.URL_SECONDS,
                }
            ]
        },
    )


def _bucket_region() -> dict[str, Any]:
    """AWS wants its first region unsaid."""
    region = settings.S3_REGION
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
