"""Chapter 26: a role that GitHub may assume, and a folder that was deployed with a step of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway import api
from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

ACCOUNT, REPOSITORY = "123456789012", "me/my-gateway"
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
MAIN = f"repo:{REPOSITORY}:ref:refs/heads/main"


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


def signed(value: Any, _: Mapping[str, Any]) -> str:
    """A step in a folder that was deployed: each refusal of its API says which stack it is."""
    step, stack = _handed_in(value)
    _declared(step)
    url = _url(stack)
    reply = calls.send("GET", f"{url}/nothing-here")
    told = reply.header("x-stack")
    if not told:
        raise NotYet(
            f"GET /nothing-here gets {reply.status} without x-stack.",
            "Give back the response in a list: what is not among the parts is not served.",
        )
    if told != stack.name:
        raise NotYet(
            f"It says that it is {told!r}, and the stack is {stack.name!r}.",
            "pulumi.get_stack() is the name of whichever stack runs the program.",
        )
    return f"GET /nothing-here gets {reply.status}, and x-stack says {told}. So would dev and prod."


def _url(stack: Any) -> str:
    """Where the API of a stack of the Automation API is served."""
    from pulumi.automation.errors import CommandError  # a second, and for one exercise

    try:
        found = getattr(stack.outputs().get("invoke_url"), "value", "")
    except CommandError as error:
        raise NotYet(f"The engine says: {str(error)[:300]}", "Deploy it again: mine.up()") from None
    if not isinstance(found, str) or not found:
        raise NotYet(f"The stack {stack.name} has no URL.", "Deploy it: mine.up()")
    return found


def _handed_in(value: Any) -> tuple[Callable[..., Any], Any]:
    """The step, and the stack that has it."""
    both = value if isinstance(value, (list, tuple)) and len(value) == 2 else (value, None)
    step = steps.function(both[0])
    if not all(hasattr(both[1], name) for name in ("name", "outputs")):
        raise NotYet("There is no stack to call.", 'Hand in both: check("26.2", [signed, mine])')
    return step, both[1]


def _declared(step: Callable[..., Any]) -> None:
    """Whether it gives back one gateway response for all of 4XX."""
    made = steps.declared(lambda: step(api.rest_api({})))
    response = steps.only(made, "Response", "Declare one aws.apigateway.Response.")
    kind = response.inputs.get("responseType")
    if kind != "DEFAULT_4XX":
        raise NotYet(f"Its response_type is {kind!r}.", "DEFAULT_4XX is all that get a 4XX.")


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
        "Write signed(rest_api): a list with the gateway response by which every refusal with a 4XX has "
        "the header x-stack, with the name of the stack.",
        signed,
        "aws.apigateway.Response takes response_parameters; a fixed text stands in quotes of its own.",
        """def signed(rest_api):
    return [aws.apigateway.Response(
        "signedRefusals", rest_api_id=rest_api.id,
        response_type="DEFAULT_4XX", response_parameters={
            "gatewayresponse.header.x-stack": f"'{pulumi.get_stack()}'"})]""",
        "refusals of the function: it writes their headers itself",
        calls=True,
    ),
)
