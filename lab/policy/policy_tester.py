"""`policy_tester`: who may call the gateway that is deployed, or one that is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lab import course
from lab.errors import LabError, NotReady
from lab.policy.callers import Callers
from lab.policy.deployed import place, read_api
from lab.policy.routes import AUTHORIZATIONS, NONE, Api, Route
from lab.policy.tester import PolicyTester
from lab.prompt import keys
from lab.session import session

AS_DEPLOYED: Any = "as deployed"
MADE_UP = Api("a1b2c3d4e5", "v1", "us-east-1", "000000000000", ())


def policy_tester(
    *,
    resource_policy: Any = AS_DEPLOYED,
    authorization: str | None = None,
    url: str | None = None,
) -> PolicyTester:
    """The policy tester, as the last expression of a cell; `explain` and `table` are its code.

    >>> policy_tester().explain("POST", "/model", caller="anonymous")

    Args:
        resource_policy: another one than is deployed, as data or JSON; None: none.
        authorization: another one for every method: NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS.
        url: the invoke URL of another API than the stack's.

    Raises:
        NotReady: nothing is deployed, and no argument says what to test.
        LabError: the API cannot be read, or there is no such authorization.
    """
    if authorization is not None and authorization not in AUTHORIZATIONS:
        raise LabError(
            f"There is no authorization {authorization!r}.", f"Use {', '.join(AUTHORIZATIONS)}."
        )
    given = authorization is not None or resource_policy is not AS_DEPLOYED
    address = url or _invoke_url(required=not given)
    api = read_api(*place(address)) if address else _made_up()
    supposed = []
    if resource_policy is not AS_DEPLOYED:
        api = replace(api, policy=resource_policy)
        supposed.append("the resource policy is the one that was given, not the deployed one")
    if authorization is not None:
        routes = tuple(replace(route, authorization=authorization) for route in api.routes)
        api = replace(api, routes=routes)
        supposed.append(f"every method is taken to have the authorization {authorization}")
    return PolicyTester(api, Callers(api, address, _teams(url)), "; ".join(supposed))


def _teams(url: str | None) -> Any:
    """The keys of the stack's teams; of another API none are known."""

    def teams() -> Mapping[str, str]:
        return keys.team_keys() if url is None and session.is_open() else {}

    return teams


def _made_up() -> Api:
    """An API with one path that is open to all."""
    return replace(MADE_UP, routes=(Route("ANY", "/model", NONE),))


def _invoke_url(*, required: bool) -> str:
    """The stack's URL; "" when it has none and none is required."""
    found = session.address("invoke_url") if required or session.is_open() else ""
    if required and not found:
        raise NotReady(
            "There is no API to test: the stack has no output 'invoke_url'.",
            f"Run up({course.that_makes('stage').number}), or give what to test: "
            'policy_tester(resource_policy={…}, authorization="NONE").',
        )
    return found
