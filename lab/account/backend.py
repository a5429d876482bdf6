"""Rights to what Pulumi keeps elsewhere: a stack's state in a bucket, and the key of its secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

from lab.account.rights import Condition, Right

# Of the objects below `.pulumi/`; a preview reads, and takes no lock.
READ, WRITE = ("s3:GetObject",), ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
LIST = ("s3:GetBucketLocation", "s3:ListBucket")
# What the state's secrets are encrypted with is itself encrypted with the key.
OPEN, CLOSE = ("kms:Decrypt",), ("kms:Decrypt", "kms:Encrypt")


def rights(state: str, key: str, *, preview: bool = False) -> list[Right]:
    """What the backend needs; nothing of what is not named.

    Args:
        state: as `pulumi login` takes it: "s3://bucket", or "s3://bucket/folder".
        key: of KMS: its ARN, its id, or "alias/name"; also as `--secrets-provider` has it.
        preview: whether the state is only read.

    Raises:
        ValueError: the state is in no bucket of S3.
    """
    return [*_state(state, preview), *_key(key, preview)]


def _state(state: str, preview: bool) -> list[Right]:
    if not state:
        return []
    place = urlsplit(state)
    if place.scheme != "s3" or not place.netloc:
        raise ValueError(f"state={state!r} is no bucket of S3, such as s3://my-state")
    bucket = f"arn:{{partition}}:s3:::{place.netloc}"
    folder = place.path.strip("/")
    below = f"{bucket}/{folder}/.pulumi/*" if folder else f"{bucket}/.pulumi/*"
    return [Right(LIST, bucket), Right(READ if preview else WRITE, below)]


def _key(key: str, preview: bool) -> list[Right]:
    if not key:
        return []
    actions = OPEN if preview else CLOSE
    named = key.removeprefix("awskms://").partition("?")[0].strip("/")
    if named.startswith("arn:"):
        return [Right(actions, named)]
    keys = "arn:{partition}:kms:{region}:{account}:key/"
    if named.startswith("alias/"):
        # KMS decides by the key; which key an alias names, it knows itself.
        condition = Condition("ForAnyValue:StringEquals", "kms:ResourceAliases", (named,))
        return [Right(actions, f"{keys}*", condition)]
    return [Right(actions, f"{keys}{named}")]
