"""Whether an account can take a chapter: a judgement on facts that are handed in."""

from __future__ import annotations

from difflib import get_close_matches

from lab.account.facts import Account, Caller
from lab.preflight.state import FAIL, LATER, OK, WARNING, Line

SOON = 15 * 60.0  # seconds; a first `pulumi up` with an upload takes minutes
LEFT = 100  # calls at once that AWS keeps for functions without a reservation
NEW = 10
NO_REGION = "no Region"
INSTALL = "https://www.pulumi.com/docs/iac/download-install/ says how, for each system"
SIGN_IN = "aws sso login{profile} (or, with access keys: aws configure{profile})"
# What AWS and botocore call it: what that means, and what to do.
ERRORS = {
    "NoCredentials": ("there are no credentials", SIGN_IN),
    "ExpiredToken": ("the credentials have expired", SIGN_IN),
    "SSOTokenLoadError": ("nobody is signed in", "aws sso login{profile}"),
    "ProfileNotFound": (
        "there is no such profile",
        "export AWS_PROFILE=NAME, one of: aws configure list-profiles",
    ),
    "InvalidClientTokenId": (
        "AWS knows no such access key, or not in this Region",
        "aws configure list{profile}, to see where it comes from; then: aws configure{profile}",
    ),
    "SignatureDoesNotMatch": (
        "the secret does not belong to the access key",
        "aws configure{profile}, and paste both again",
    ),
    "RequestTimeTooSkewed": (
        "this machine's clock is wrong",
        "sudo timedatectl set-ntp true (Windows: w32tm /resync)",
    ),
    "AccessDenied": (
        "AWS refuses to say who you are",
        "ask whoever runs the account; aws sts get-caller-identity{profile} shows it",
    ),
    "EndpointConnectionError": (
        "AWS cannot be reached",
        "look at network and proxy: curl -I https://sts.amazonaws.com",
    ),
}
# Lambda's "Concurrent executions": the code is the one in the console's link, …/services/lambda/quotas/….
MORE = (
    "aws service-quotas request-service-quota-increase --service-code lambda "
    "--quota-code L-B99A9384 --desired-value 1000"
)
SAME = {
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "ExpiredToken",
    "TokenRefreshRequired": "ExpiredToken",
    "UnauthorizedSSOTokenError": "SSOTokenLoadError",
    "TokenRetrievalError": "SSOTokenLoadError",
    "SSOError": "SSOTokenLoadError",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "AccessDeniedException": "AccessDenied",
    "ConnectTimeoutError": "EndpointConnectionError",
    "ReadTimeoutError": "EndpointConnectionError",
    "ProxyConnectionError": "EndpointConnectionError",
    "PartialCredentialsError": "NoCredentials",
    "NoCredentialsError": "NoCredentials",
}


def judge(facts: Account) -> tuple[Line, ...]:
    """A line for each thing that a deployment needs, in the order in which to fix them."""
    first = (_cli(facts), _plugin(facts), _region(facts), _credentials(facts.caller))
    after = (_created(facts), _costs(facts))
    if any(line.state == FAIL for line in first[2:]):
        return (
            *first,
            Line("account", LATER, "not asked yet: it wants a Region and credentials"),
            *after,
        )
    asked = (_concurrency(facts), _quotas(facts), _logging(facts), _there(facts), _rights(facts))
    return (*first, *asked, *after)


def _cli(facts: Account) -> Line:
    if facts.cli:
        return Line("Pulumi CLI", OK, facts.cli)
    return Line("Pulumi CLI", FAIL, "not there", INSTALL)


def _plugin(facts: Account) -> Line:
    if facts.plugin:
        return Line("AWS plugin", OK, facts.plugin)
    return Line(
        "AWS plugin",
        LATER,
        "not there yet: the first pulumi up downloads it",
        f"pulumi plugin install resource aws {facts.wanted}",
    )


def _region(facts: Account) -> Line:
    if not facts.region:
        return Line("Region", FAIL, "none is set", "pulumi config set aws:region us-east-1")
    if facts.region in facts.regions:
        return Line("Region", OK, facts.region)
    near = get_close_matches(facts.region, facts.regions, 1) or ["us-east-1"]
    return Line(
        "Region",
        FAIL,
        f"{facts.region} is none of AWS's",
        f"pulumi config set aws:region {near[0]}",
    )


def _credentials(caller: Caller) -> Line:
    profile = f" --profile {caller.profile}" if caller.profile else ""
    if caller.account:
        who = caller.arn.rpartition(":")[2]
        told = f"account {caller.account}, as {who}"
        if caller.seconds is None:
            return Line("credentials", OK, told)
        told += f"; valid for {max(0, caller.seconds) / 60:.0f} minutes more"
        if caller.seconds >= SOON:
            return Line("credentials", OK, told)
        return Line("credentials", WARNING, told, SIGN_IN.format(profile=profile))
    if caller.error == NO_REGION:
        return Line("credentials", LATER, "not asked yet: which AWS is asked depends on the Region")
    code = SAME.get(caller.error, caller.error)
    unknown = (f"AWS says {caller.error}", "aws sts get-caller-identity{profile}")
    what, fix = ERRORS.get(code, unknown)
    return Line("credentials", FAIL, what, fix.format(profile=profile))


def _concurrency(facts: Account) -> Line:
    most = facts.concurrency
    name = "Lambda"
    fix = MORE
    if most is None:
        return Line(name, WARNING, "how many calls at once it may serve could not be asked")
    told = f"{most} calls at once in all"
    if facts.reserve and most - facts.reserved - facts.reserve < min(LEFT, most):
        return Line(
            name,
            FAIL,
            f"{told}, {facts.reserved} reserved: {facts.reserve} more leave fewer than {min(LEFT, most)}",
            f"pulumi config rm gateway:modelConcurrency; or: {fix}",
        )
    if most <= NEW:
        return Line(name, WARNING, f"{told}, as in a new account: more are refused with 429", fix)
    return Line(name, OK, told)


def _quotas(facts: Account) -> Line:
    over = [each for each in facts.quotas if each.used + each.needed > each.most]
    told = ", ".join(
        f"{each.what} {each.used} + {each.needed} of {each.most:,}" for each in over or facts.quotas
    )
    if over:
        return Line(
            "quotas", FAIL, told, "delete what nobody needs, or ask for more: Service Quotas"
        )
    if not told:
        return Line("quotas", WARNING, "could not be asked")
    return Line("quotas", OK, told)


def _logging(facts: Account) -> Line:
    if not facts.needed:
        return Line("role for logs", OK, "not needed before chapter 14")
    if facts.role is None:
        return Line("role for logs", WARNING, "could not be asked")
    if facts.role:
        return Line("role for logs", OK, facts.role.rpartition("/")[2])
    return Line(
        "role for logs",
        FAIL,
        "API Gateway has none in this account and Region",
        "pulumi config set gateway:loggingRole own",
    )


def _there(facts: Account) -> Line:
    if facts.tagged is None:
        return Line(
            "there already", WARNING, f"what has the tags of {facts.stack} could not be asked"
        )
    if not facts.tagged:
        return Line("there already", OK, f"nothing with the tags of the stack {facts.stack}")
    return Line(
        "there already",
        WARNING,
        f"{facts.tagged} resources with the tags of the stack {facts.stack}",
        "pulumi stack select; if it is somebody else's, name yours otherwise: pulumi stack init NAME",
    )


def _rights(facts: Account) -> Line:
    told = f"the least policy has {facts.actions} actions"
    if facts.denied is None:
        return Line("rights", WARNING, f"{told}; whether you have them could not be asked")
    if facts.denied:
        some = ", ".join(facts.denied[:3]) + (" and more" if len(facts.denied) > 3 else "")
        return Line(
            "rights",
            FAIL,
            f"you may not {some} ({len(facts.denied)} of {facts.actions})",
            "hand deployer_policy(...) to whoever runs the account",
        )
    return Line("rights", OK, f"{told}, and you have them")


def _created(facts: Account) -> Line:
    kinds = sorted(facts.declared.items(), key=lambda each: (-each[1], each[0]))
    names = [f"{number} {token.rpartition(':')[2]}" for token, number in kinds]
    return Line("will be made", OK, f"{sum(facts.declared.values())} resources: {', '.join(names)}")


def _costs(facts: Account) -> Line:
    if facts.idle is None or facts.thousand is None:
        return Line("costs", WARNING, "a price is not known")
    return Line(
        "costs",
        OK,
        f"about {facts.idle:.2f} US dollars a month at rest, and {facts.thousand:.2f} for 1,000 "
        "prompts; list prices, some not checked lately",
    )
