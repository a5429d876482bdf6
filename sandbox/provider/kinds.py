"""The seam between the provider's machinery and the calls that make each type of resource.

A service module (iam.py, lambda_.py, ...) holds one `Kind` a resource type, with the calls that
create, read, update and delete it, and lists them in `KINDS`; `FUNCTIONS` lists what programs look
up. All else comes from the facts: arguments, defaults, refusals, names, replacements, what is
unknown in a preview, and tags.

What the machinery promises to the calls
- Names are those of Pulumi's wire (`restApi`, `pathPart`), values plain Python: whole numbers are
  int, secrets are unwrapped, nothing is unknown, empty optional values are left out. Defaults are
  in, the name is chosen, the provider's default tags are in `tags`, `region` is `ctx.region`.
- `create` runs once for a resource, `update` only when something changed that does not replace.
- A botocore ClientError becomes the official provider's text, with `label` in front.

What the calls promise
- They return what the service says, under the same names, not what they were asked for. A name
  that they leave out keeps its argument (create, update) or last value (read): right for what the
  service does not store, such as `triggers` or `code`. None says "not set" and removes it.
- `tagsAll` and `region` are filled in by the machinery, `tags` is returned by the calls.
- `delete` of what is gone already is fine. `read` returns None when it is gone.
- A `create` that fails half-way deletes what it made, or raises `Incomplete`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

Values = dict[str, Any]  # arguments or outputs of a resource, by Pulumi's wire names

# Where the types live; each module is imported at the first use of one of its types, because
# the start of the provider process is part of every `up`.
MODULES = {
    "iam": "sandbox.provider.iam",
    "lambda": "sandbox.provider.lambda_",
    "apigateway": "sandbox.provider.apigateway",
    "cloudwatch": "sandbox.provider.logs",
    "index": "sandbox.provider.functions",
}


@dataclass(frozen=True)
class Created:
    """What a create made: the resource's Pulumi id and its outputs."""

    id: str
    outputs: Values


class Incomplete(Exception):
    """A create or update stopped half-way and what exists is worth keeping.

    The engine keeps the resource with these outputs, shows the reason, fails, and updates the
    resource next time.
    """

    def __init__(self, created: Created, reason: str) -> None:
        super().__init__(reason)
        self.created = created
        self.reason = reason


class Refused(Exception):
    """The provider's own refusal during a call, in the words that the user shall read."""


class Context(Protocol):
    """What a call is given: clients, where it runs, and a way to wait that a Ctrl-C ends."""

    @property
    def region(self) -> str:
        """The region of this resource, `us-east-1` for instance."""

    @property
    def account(self) -> str:
        """The account number, twelve digits; asked for once."""

    @property
    def partition(self) -> str:
        """`aws`, or `aws-cn` and `aws-us-gov` in the regions of those."""

    @property
    def endpoint(self) -> str | None:
        """The sandbox's URL without a trailing slash; None when calls go to AWS itself."""

    def client(self, service: str, region: str | None = None) -> Any:
        """The boto3 client of a service, made at its first use, safe to share by threads."""

    def archive(self, value: Any) -> bytes:
        """The bytes of an archive argument (`code`) as a zip file; the same files, same bytes."""

    def content(self, value: Any) -> bytes:
        """The bytes of an asset argument (a file, a text, or an archive)."""

    def wait(self, seconds: float) -> None:
        """Sleep, for polling; raises when the deployment is cancelled meanwhile."""

    def made(self, id: str, outputs: Values | None = None) -> None:
        """Note, inside `create`, what exists now: a later create of the same resource adopts it.

        Needed only by a create of several calls; the id of a finished create is noted anyway.
        """

    def doing(self, what: str) -> AbstractContextManager[None]:
        """Errors in the block start with this text: `attaching IAM Policy (x) to IAM Role (y)`."""


Inputs = Values
Create = Callable[[Context, Inputs], Created]
Read = Callable[[Context, str, Values], "Values | None"]
Update = Callable[[Context, str, Values, Inputs], Values]
Delete = Callable[[Context, str, Values], None]
Find = Callable[[Context, Inputs], "Created | None"]
Import = Callable[[Context, str], Created]
Function = Callable[[Context, Values], Values]


@dataclass(frozen=True)
class Kind:
    """One resource type: its token and the calls behind it.

    token: Pulumi's name, `aws:iam/role:Role`.
    label: how the official provider names it in errors, with the argument or output that tells
        which one in braces: `IAM Role ({name})`. `{id}` is the id, once there is one. Without
        braces the id follows in all errors but those of create.
    create: (ctx, inputs) -> Created.
    read: (ctx, id, last outputs) -> outputs, or None when it is gone. After an import the last
        outputs are those that `import_` gave.
    delete: (ctx, id, last outputs).
    update: (ctx, id, last outputs, new inputs) -> outputs. Leave it out for a type that is only
        ever replaced.
    find: (ctx, inputs) -> what an interrupted create of these inputs left behind, or None.
        Called only after such an interruption, so it may search by name or path.
    import_: (ctx, what the user gave to import or `.get()`) -> the id and the outputs that
        `read` needs. Leave it out when the user gives the id itself.
    computed: names of outputs that are unknown until created; left out, the facts say.
    """

    token: str
    label: str
    create: Create
    read: Read
    delete: Delete
    update: Update | None = None
    find: Find | None = None
    import_: Import | None = None
    computed: tuple[str, ...] | None = None


REGISTRY: dict[str, Kind] = {}
FUNCTIONS: dict[str, Function] = {}
_loaded: set[str] = set()


def _load(token: str) -> None:
    """Import the service module that a token belongs to, once."""
    part = token.split(":")[1].split("/")[0] if token.count(":") == 2 else ""
    if part in _loaded or part not in MODULES:
        return
    module = importlib.import_module(MODULES[part])
    for kind in getattr(module, "KINDS", ()):
        REGISTRY[kind.token] = kind
    FUNCTIONS.update(getattr(module, "FUNCTIONS", {}))
    _loaded.add(part)


def kind(token: str) -> Kind | None:
    """The kind of a resource token, or None when the provider lacks it."""
    _load(token)
    return REGISTRY.get(token)


def function(token: str) -> Function | None:
    """The function behind an invoke token, or None when the provider lacks it."""
    _load(token)
    return FUNCTIONS.get(token)


def load_all() -> None:
    """Import every service module: to list what exists."""
    for part in MODULES:
        _load(f"aws:{part}/x:X")
