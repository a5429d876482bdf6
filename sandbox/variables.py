"""What a learner's own environment holds that would lead the kit away, and what stands there instead.

One rule for the notebook's kernel and for `python -m sandbox env`. Downloads do not come here: they
take the proxies as they are. Standard library.
"""

from __future__ import annotations

import netrc
import os
from collections.abc import Mapping
from pathlib import Path

# All variables of these families are the kit's or not there. A list of names would never be whole:
# botocore reads one for each service, Pulumi's engine more than a hundred.
ENGINE = ("PULUMI_",)
SANDBOX = ("AWS_", "PULUMI_")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_FILES = {  # the settings of ~/.aws have no place in the sandbox
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")
_NETRC_FILES = ("~/.netrc", "~/_netrc")  # where `requests` looks

Changes = dict[str, str | None]
"""Variables to set, and with None to unset."""


def changes(
    environ: Mapping[str, str], own: Mapping[str, str], families: tuple[str, ...]
) -> Changes:
    """What to change in an environment so that it has `own`, and nothing in it leads elsewhere.

    Args:
        own: what the kit sets.
        families: beginnings of names that are the kit's alone: ENGINE or SANDBOX.
    """
    foreign: Changes = {name: None for name in environ if name.upper().startswith(families)}
    # With a variable, Python looks at the system's own proxies (macOS, Windows) no more. In the
    # sandbox that is right, for nothing there is elsewhere; calls to AWS may need them.
    direct = _direct(environ) if families == SANDBOX or _proxies(environ) else {}
    return {**foreign, **direct, **_no_netrc(environ), **own}


def told(before: Mapping[str, str], after: Mapping[str, str | None]) -> list[str]:
    """A line for each variable of the learner's that is widened or left out, and that was in use.

    Args:
        before: the environment as it was.
        after: the changes.
    """
    lines = []
    proxies = _proxies(before)
    widened = any(after.get(name, before.get(name)) != before.get(name) for name in _NO_PROXY)
    if proxies and widened:
        lines.append(
            f"no_proxy and NO_PROXY have {','.join(LOOPBACK)} too: what goes to this machine takes "
            "no proxy, all else does as before"
        )
    for name in proxies:
        if name in after and after[name] is None:
            kind = before[name].partition("://")[0]
            lines.append(
                f"{name} is left out, for Python's HTTP clients do not speak SOCKS ({kind}): what "
                "goes elsewhere needs HTTPS_PROXY=http://… here"
            )
    if after.get("NETRC") == os.devnull != before.get("NETRC"):
        lines.append(
            f"NETRC is {os.devnull}: the entry {_entry(before)!r} of your netrc file would replace "
            "the keys that requests send"
        )
    return lines


# Proxies

_NO_PROXY = ("no_proxy", "NO_PROXY")


def _proxies(environ: Mapping[str, str]) -> list[str]:
    """The variables that name a proxy."""
    return sorted(name for name in environ if name.lower() in _PROXIES and environ[name])


def _direct(environ: Mapping[str, str]) -> Changes:
    """What keeps calls to this machine from a proxy, for each library that a notebook has.

    requests, boto3 and httpx read no_proxy in both forms, gRPC the small one only. Go, so the
    engine itself, never takes a proxy to a loopback address.
    """
    lists = {name: environ.get(name) or "" for name in _NO_PROXY}
    small, large = lists["no_proxy"], lists["NO_PROXY"]
    found: Changes = {"no_proxy": _widen(small or large), "NO_PROXY": _widen(large or small)}
    if environ.get("no_grpc_proxy") or "*" in f"{small}{large}":  # gRPC knows no star
        own = (environ.get("no_grpc_proxy") or small or large).replace("*", "")
        found["no_grpc_proxy"] = _widen(own)
    for name in _proxies(environ):
        # A client of `openai` cannot even be made: its SOCKS part is an extra that nobody has, and
        # it looks at all proxies, whatever no_proxy says.
        if environ[name].lower().startswith("socks"):
            found[name] = None
    return found


def _widen(value: str) -> str:
    """A no_proxy list with loopback in it. A star alone means all, and only while it is alone."""
    entries = [entry for each in value.split(",") if (entry := each.strip())]
    if entries == ["*"]:
        return "*"
    return ",".join([*entries, *(each for each in LOOPBACK if each not in entries)])


# netrc


def _no_netrc(environ: Mapping[str, str]) -> Changes:
    """An empty netrc file in place of one that would replace keys: `requests` prefers its entries."""
    return {"NETRC": os.devnull} if _entry(environ) else {}


def _entry(environ: Mapping[str, str]) -> str | None:
    """The name of the netrc file's entry that fits this machine; None when there is none."""
    named = environ.get("NETRC")
    files = [Path(each).expanduser() for each in ([named] if named is not None else _NETRC_FILES)]
    file = next((each for each in files if each.exists()), None)
    if file is None:
        return None
    try:
        hosts = netrc.netrc(str(file)).hosts
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError):
        return None  # `requests` goes on without it, too
    return next((name for name in (*LOOPBACK, "default") if name in hosts), None)
