"""The types of S3 that there are."""

from __future__ import annotations

from sandbox.provider.s3 import buckets, objects

KINDS = (
    buckets.BUCKET,
    objects.BUCKET_OBJECTV2,
    objects.BUCKET_OBJECT,
)
