"""S3: buckets; the id is the bucket's name."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts, policy
from sandbox.provider.core.answers import by, changed, find, named, prefix_of, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.shapes import answer, request
from sandbox.provider.core.tags import tag_list, tag_map
from sandbox.provider.s3 import objects

TOKEN = "aws:s3/bucket:Bucket"
GONE = ("NoSuchBucket", "404")
NAMES = {
    "applyServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
    "kmsMasterKeyId": "KMSMasterKeyID",
    "rule": "Rules",
}
# The zones of Route 53 in which buckets' names are, by region (documentation of AWS).
ZONES = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
}


def create_bucket(ctx: Context, inputs: Inputs) -> str:
    client, name = ctx.client("s3"), named(inputs, "bucket")
    place: dict[str, Any] = {}
    if ctx.region != "us-east-1":
        place["CreateBucketConfiguration"] = {"LocationConstraint": ctx.region}
    if inputs.get("objectLockEnabled"):
        place["ObjectLockEnabledForBucket"] = True
    client.create_bucket(Bucket=name, **place)
    ctx.made(name, {"bucket": name, "forceDestroy": True})
    _bring(client, name, {}, inputs)
    return name


def read_bucket(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("s3")
    if find(client.head_bucket, *GONE, Bucket=id) is None:
        return None
    known = facts.known(TOKEN)
    document = (find(client.get_bucket_policy, "NoSuchBucketPolicy", Bucket=id) or {}).get("Policy")
    cors = find(client.get_bucket_cors, "NoSuchCORSConfiguration", Bucket=id) or {}
    tags = find(client.get_bucket_tagging, "NoSuchTagSet", Bucket=id) or {}
    domain = f"s3.{ctx.region}.amazonaws.com"
    outputs = {
        "arn": f"arn:{ctx.partition}:s3:::{id}",
        "bucket": id,
        "bucketDomainName": f"{id}.s3.amazonaws.com",
        "bucketPrefix": prefix_of(id),
        "bucketRegion": ctx.region,
        "bucketRegionalDomainName": f"{id}.{domain}",
        "corsRules": answer(known.inputs["corsRules"], cors.get("CORSRules")),
        "forceDestroy": last.get("forceDestroy", False),
        "hostedZoneId": ZONES.get(ctx.region, ""),
        "objectLockEnabled": _locked(client, id),
        "policy": policy.current(document, last.get("policy")) if document else "",
        "requestPayer": client.get_bucket_request_payment(Bucket=id).get("Payer", "BucketOwner"),
        "serverSideEncryptionConfiguration": _encryption(client, id, known),
        "tags": tag_map(tags.get("TagSet")),
        "versioning": _versioning(client, id),
    }
    return settle(outputs, keep=("bucketPrefix", "hostedZoneId", "policy"))


def update_bucket(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    _bring(ctx.client("s3"), id, old, new)


def delete_bucket(ctx: Context, id: str, last: Outputs) -> None:
    client = ctx.client("s3")
    if last.get("forceDestroy"):
        find(objects.empty, *GONE, client=client, bucket=id, prefix="")
    find(client.delete_bucket, *GONE, Bucket=id)


def _bring(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    """Bring the parts of a bucket to what the program says; each is a call of its own."""
    tags = new.get("tags")
    if changed("tags", old, new):
        if tags:
            client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})
        else:
            client.delete_bucket_tagging(Bucket=name)
    if "versioning" in new and changed("versioning", old, new):
        _set_versioning(client, name, old, new)
    if "policy" in new and not policy.equivalent(old.get("policy"), new["policy"]):
        if new["policy"]:
            client.put_bucket_policy(Bucket=name, Policy=policy.normal(new["policy"]))
        elif old.get("policy"):
            client.delete_bucket_policy(Bucket=name)
    if "corsRules" in new and changed("corsRules", old, new):
        rules = request(client, "CORSRules", new["corsRules"])
        if rules:
            client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
        else:
            client.delete_bucket_cors(Bucket=name)
    block = "serverSideEncryptionConfiguration"
    if new.get(block) and changed(block, old, new):
        wanted = request(client, "ServerSideEncryptionConfiguration", new[block], NAMES)
        client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=wanted)


def _set_versioning(client: Any, name: str, old: Outputs, new: Inputs) -> None:
    enabled = bool(new["versioning"].get("enabled"))
    # A bucket that never had versions is none whose versions are suspended.
    if enabled or (old.get("versioning") or {}).get("enabled"):
        status = "Enabled" if enabled else "Suspended"
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})


def _versioning(client: Any, name: str) -> Outputs:
    found = client.get_bucket_versioning(Bucket=name)
    return {
        "enabled": found.get("Status") == "Enabled",
        "mfaDelete": found.get("MFADelete") == "Enabled",
    }


def _locked(client: Any, name: str) -> bool:
    found = find(
        client.get_object_lock_configuration,
        "ObjectLockConfigurationNotFoundError",
        Bucket=name,
    )
    settings = (found or {}).get("ObjectLockConfiguration") or {}
    return bool(settings.get("ObjectLockEnabled") == "Enabled")


def _encryption(client: Any, name: str, known: facts.Type) -> Outputs | None:
    found = find(
        client.get_bucket_encryption,
        "ServerSideEncryptionConfigurationNotFoundError",
        Bucket=name,
    )
    if found is None:
        return None
    field = known.inputs["serverSideEncryptionConfiguration"]
    shown: Outputs = answer(field, found["ServerSideEncryptionConfiguration"], NAMES)
    shown["rule"].setdefault("bucketKeyEnabled", False)
    return shown


BUCKET = resource(
    "s3",
    "S3 Bucket",
    TOKEN,
    create=create_bucket,
    read=read_bucket,
    update=update_bucket,
    delete=delete_bucket,
    find=by("bucket"),
    lacks=(
        # Deprecated: each has a resource of its own by now, which is the one to use.
        "accelerationStatus",
        "acl",
        "grants",
        "lifecycleRules",
        "logging",
        "objectLockConfiguration",
        "replicationConfiguration",
        "requestPayer",
        "website",
        # Too young for the facts; and nobody has a device for MFA here.
        "bucketNamespace",
        "serverSideEncryptionConfiguration.rule.blockedEncryptionTypes",
        "versioning.mfaDelete",
    ),
    called="bucket",
)
