"""What was found out of an account, as plain data; None is: it could not be asked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Caller:
    """Who signs.

    Attributes:
        found: how the credentials were found, such as "env" or "sso"; "" when there are none.
        account, arn: who AWS says this is; "" when it does not.
        error: the code of what AWS, or botocore, said instead.
        profile: of ~/.aws/config; "" is the default one.
        seconds: until the credentials expire; None: they do not, or nobody knows.
    """

    found: str = ""
    account: str = ""
    arn: str = ""
    error: str = ""
    profile: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Quota:
    """How many of something an account has, would get, and may have in a Region."""

    what: str
    used: int
    needed: int
    most: int


@dataclass(frozen=True)
class Account:
    """An account before a deployment.

    Attributes:
        cli, plugin: how they describe themselves; None: not there.
        wanted: the plugin's version.
        region: the Region; regions: those that botocore knows for API Gateway.
        concurrency: calls that all functions of the account may serve at once; reserved: of these.
        reserve: how many the chapter would reserve.
        quotas: what there may be only so many of.
        role: with which API Gateway writes logs, "" for none; needed: whether the chapter logs.
        tagged: resources with the tags of this project and stack; stack: its name.
        denied: actions of the least policy that the caller may not; None: it could not be asked.
        actions: how many the least policy has.
        declared: what would be made, by type.
        idle: dollars a month at rest; thousand: for 1,000 prompts; None: a price is not known.
    """

    cli: str | None
    plugin: str | None
    caller: Caller
    region: str
    regions: tuple[str, ...]
    stack: str
    wanted: str = ""
    concurrency: int | None = None
    reserved: int = 0
    reserve: int = 0
    quotas: tuple[Quota, ...] = ()
    role: str | None = None
    needed: bool = False
    tagged: int | None = None
    denied: tuple[str, ...] | None = None
    actions: int = 0
    declared: dict[str, int] = field(default_factory=dict)
    idle: float | None = None
    thousand: float | None = None
