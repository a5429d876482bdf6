"""Cognito: the domain at which a user pool signs its users in, which is the id, too."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.answers import by, changed, find, given, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource

GONE = ("ResourceNotFoundException", "InvalidParameterException")
CLOUDFRONT = "Z2FDTNDATAQYW2"  # the hosted zone of every CloudFront distribution


def create_domain(ctx: Context, inputs: Inputs) -> str:
    domain = inputs["domain"]
    ctx.client("cognito-idp").create_user_pool_domain(**_settings(inputs))
    ctx.made(domain, {"domain": domain, "userPoolId": inputs["userPoolId"]})
    return domain


def read_domain(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    found = find(ctx.client("cognito-idp").describe_user_pool_domain, *GONE, Domain=id)
    known: dict[str, Any] = (found or {}).get("DomainDescription") or {}
    if not known.get("Status") or known["Status"] == "DELETING":
        return None
    front = known.get("CloudFrontDistribution") or ""
    outputs = {
        "awsAccountId": known.get("AWSAccountId") or ctx.account,
        "certificateArn": (known.get("CustomDomainConfig") or {}).get("CertificateArn"),
        "cloudfrontDistribution": front,
        "cloudfrontDistributionArn": front,
        "cloudfrontDistributionZoneId": CLOUDFRONT,
        "domain": id,
        "managedLoginVersion": known.get("ManagedLoginVersion"),
        "s3Bucket": known.get("S3Bucket") or "",
        "userPoolId": known["UserPoolId"],
        "version": known.get("Version") or "",
    }
    return settle(outputs, keep=("cloudfrontDistribution", "cloudfrontDistributionArn", "s3Bucket"))


def update_domain(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    if any(name in new and changed(name, old, new) for name in new):
        ctx.client("cognito-idp").update_user_pool_domain(**_settings(new))


def delete_domain(ctx: Context, id: str, last: Outputs) -> None:
    call = ctx.client("cognito-idp").delete_user_pool_domain
    find(call, *GONE, Domain=id, UserPoolId=last["userPoolId"])


def _settings(inputs: Inputs) -> dict[str, Any]:
    certificate = inputs.get("certificateArn")
    return given(
        CustomDomainConfig={"CertificateArn": certificate} if certificate else None,
        Domain=inputs["domain"],
        ManagedLoginVersion=inputs.get("managedLoginVersion"),
        UserPoolId=inputs["userPoolId"],
    )


USER_POOL_DOMAIN = resource(
    "cognito-idp",
    "Cognito User Pool Domain",
    "aws:cognito/userPoolDomain:UserPoolDomain",
    create=create_domain,
    read=read_domain,
    update=update_domain,
    delete=delete_domain,
    find=by("domain"),
    called="domain",
)
