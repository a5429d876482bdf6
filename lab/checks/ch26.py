"""Chapter 26: a role that GitHub may assume, and a rule for all programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise.state import Exercise, NotYet

ACCOUNT, REPOSITORY = "123456789012", "me/my-gateway"
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
MAIN = f"repo:{REPOSITORY}:ref:refs/heads/main"
LOGS, METHOD = "aws:cloudwatch/logGroup:LogGroup", "aws:apigateway/method:Method"
# A resource, whether it breaks the rule, and what it is.
CASES: tuple[tuple[str, dict[str, Any], bool, str], ...] = (
    (LOGS, {"retentionInDays": 7}, False, "a log group that is kept for 7 days"),
    (LOGS, {}, True, "a log group without retentionInDays"),
    (LOGS, {"retentionInDays": 0}, True, "a log group with retentionInDays 0, which is for ever"),
    (
        METHOD,
        {"httpMethod": "POST", "authorization": "CUSTOM"},
        False,
        "a method with an authorizer",
    ),
    (METHOD, {"httpMethod": "POST", "authorization": "NONE"}, True, "an open POST"),
    (METHOD, {"httpMethod": "OPTIONS", "authorization": "NONE"}, False, "an open OPTIONS"),
    ("aws:iam/role:Role", {"name": "x"}, False, "a role"),
)


def github_trust(value: Any, _: Mapping[str, Any]) -> str:
    """A trust policy for one branch of one repository."""
    write = steps.function(value)
    tip = "It gives back a dictionary with Version and Statement; chapter 01 has one for a service."
    document = steps.called(write, ACCOUNT, REPOSITORY, hint=tip)
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(statements, list) or len(statements) != 1:
        raise NotYet(f"It gives {document!r}.", tip)
    _who(statements[0])
    _condition(statements[0].get("Condition"))
    return "One branch of one repository may have the role, for an hour, and no key is stored."


def _who(statement: Mapping[str, Any]) -> None:
    """GitHub's tokens, and the call that takes them."""
    principal = statement.get("Principal")
    federated = principal.get("Federated") if isinstance(principal, Mapping) else principal
    if federated != PROVIDER:
        raise NotYet(
            f"It trusts {federated!r}.",
            f'The principal is {{"Federated": ...}}: the account\'s provider {ISSUER}, by its ARN '
            "(arn:aws:iam::ACCOUNT:oidc-provider/...).",
        )
    if statement.get("Action") != "sts:AssumeRoleWithWebIdentity":
        raise NotYet(
            f"Its action is {statement.get('Action')!r}.",
            "Who comes with a token of somebody else's calls sts:AssumeRoleWithWebIdentity.",
        )


def _condition(condition: Any) -> None:
    """For whom the token was made, and of which branch it speaks."""
    given = condition if isinstance(condition, Mapping) else {}
    claims = {
        name.removeprefix(f"{ISSUER}:"): wanted
        for operator in ("StringEquals", "StringLike")
        for name, wanted in dict(given.get(operator) or {}).items()
    }
    if "sub" not in claims:
        raise NotYet(
            "Every repository at GitHub could have this role.",
            f'Compare "{ISSUER}:sub" with the repository and branch: repo:NAME:ref:refs/heads/main.',
        )
    subjects = claims["sub"] if isinstance(claims["sub"], list) else [claims["sub"]]
    wide = [each for each in subjects if each != MAIN]
    if wide:
        raise NotYet(
            f"It also admits, or only, {wide[0]!r}.", f"The branch main alone is {MAIN!r}."
        )
    if claims.get("aud") != "sts.amazonaws.com":
        raise NotYet(
            f"The token's audience is {claims.get('aud')!r}.",
            f'Compare "{ISSUER}:aud" with sts.amazonaws.com: a token for somebody else is none.',
        )


def violation(value: Any, _: Mapping[str, Any]) -> str:
    """A rule about logs and methods."""
    rule = steps.function(value)
    for kind, args, wrong, what in CASES:
        tip = "Look at the type first, then at the argument; None is: nothing is wrong."
        got = steps.called(rule, kind, args, what=what, hint=tip)
        if bool(got) != wrong:
            told = "finds nothing wrong with" if wrong else "refuses"
            raise NotYet(f"It {told} {what}.", tip)
        if got and not isinstance(got, str):
            raise NotYet(f"For {what}, it gives {got!r}.", "A text: who reads it has to mend it.")
    return "It holds for every program, whoever wrote it."


EXERCISES = (
    Exercise(
        "26.1",
        "Write github_trust(account, repository): the trust policy of the role that deploys. It "
        "trusts GitHub for the branch main of one repository, and nobody else.",
        github_trust,
        "A federated principal, sts:AssumeRoleWithWebIdentity, and two conditions: aud and sub.",
        """def github_trust(account, repository):
    issuer = "token.actions.githubusercontent.com"
    return {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {
            "Federated": f"arn:aws:iam::{account}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": f"repo:{repository}:ref:refs/heads/main"}}}]}""",
        "pull requests: their sub ends with :pull_request, and a role for them may only read",
    ),
    Exercise(
        "26.2",
        "Write violation(kind, args): a text that says what is wrong with a resource, or None. A "
        "log group must end, and a method must not be open, unless it is OPTIONS.",
        violation,
        "Two types, two arguments; everything else is fine.",
        """def violation(kind, args):
    if kind.endswith(":LogGroup") and not args.get("retentionInDays"):
        return "this log group is kept for ever: set retentionInDays"
    if kind.endswith(":Method") and args.get("httpMethod") != "OPTIONS":
        if args.get("authorization") == "NONE":
            return "this method is open to everyone"
    return None""",
        "what is not declared: a log group that AWS makes by itself is in no program",
    ),
)
