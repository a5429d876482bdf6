"""Covers secrets and prompts in log lines: by where they stand, never by what they look like.

A value is covered because of the name of its field, in JSON, in a Python `print` of a dict, and in
header lists; or because the line is one of those that API Gateway writes a body into. What has such
a name and cannot be read to its end is covered to the end of the line.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEEP = 40  # levels of data; deeper is covered
LONG = 300_000  # characters that are read as data; CloudWatch's lines have at most 262,144
LITERAL = 20_000  # characters that are read as Python's own notation

# Fields whose value is never shown, wherever they are; compared without case, - and _.
FIELDS = _words(
    """
    authorization proxyauthorization authorizationtoken cookie setcookie cookies xapikey apikey
    apikeyvalue usageidentifierkey key keys token accesstoken refreshtoken idtoken sessiontoken
    securitytoken xamzsecuritytoken secret clientsecret secretkey secretaccesskey secretstring
    password passphrase credential credentials signature signedheaders privatekey
    prompt prompts systemprompt system messages content contents body requestbody
    responsebody input inputs output outputs completion completions choices delta text query
    question answer instructions arguments stop
    """
)
# The headers whose values may be shown; every other header is covered.
HEADERS = _words(
    """
    accept acceptencoding acceptlanguage cachecontrol connection contentlength contenttype
    contentencoding date host origin retryafter transferencoding useragent vary via
    xforwardedport xforwardedproto xamznrequestid xamzapigwid xamznerrortype xamzntraceid
    xamznremappedcontentlength xamznremappeddate xamzexecutedversion xamzfunctionerror xamzdate
    xamznlambdaintegrationtag xamznapigatewayapiid xamzsourcearn xamzsourceaccount
    xamzintegrationrequest cloudfrontviewercountry xstainlesslang xstainlesspackageversion
    """
)
# What API Gateway writes into its execution log, and which part of the line a request wrote.
BODIES = re.compile(
    r"((?:Method|Endpoint) (?:request|response) body (?:before|after) transformations|"
    r"Authorizer result body before parsing)\s*: ?(?P<rest>.*)\Z",
    re.DOTALL,
)
MAPS = re.compile(
    r"((?:Method|Endpoint) (?:request|response) (?:headers|query string|path))\s*: ?"
    r"(?P<rest>\{.*)\Z",
    re.DOTALL,
)
PAIR = re.compile(r"(?:\A|, )([A-Za-z0-9_.-]+)=")
# `Authorization: Bearer …`, `api_key=…`: a name and a value in the open.
NAMED = re.compile(r"""(?<![\w-])["']?([A-Za-z][A-Za-z0-9_-]{2,40})["']?\s*[:=]\s*""")
# Of those, the names that mean a secret also in prose. `text: …` and `key: …` do not.
OPEN = _words(
    """
    authorization proxyauthorization authorizationtoken cookie setcookie xapikey apikey
    usageidentifierkey token accesstoken refreshtoken idtoken sessiontoken xamzsecuritytoken secret
    clientsecret secretaccesskey password passphrase signature prompt messages completion
    """
)


def redact(line: str) -> tuple[str, int, Any]:
    """The line as it may be shown, how many values are covered in it, and its data if it is JSON.

    Args:
        line: as it was logged.
    """
    count = [0]

    def cover(value: object) -> str:
        count[0] += 1
        size = len(value if isinstance(value, str) else json.dumps(value, default=str))
        return f"[covered: {size:,} characters]"

    if found := BODIES.search(line):
        rest = found["rest"]
        return (line[: found.start("rest")] + (cover(rest) if rest else ""), count[0], None)
    if found := MAPS.search(line):
        return line[: found.start("rest")] + _pairs(found["rest"], cover), count[0], None
    start = min((i for i in (line.find("{"), line.find("[{")) if i >= 0), default=-1)
    if start >= 0:
        shown, data = _with_data(line, start, cover)
        return shown, count[0], data
    return _plain(line, cover), count[0], None


def _with_data(line: str, start: int, cover: Callable[[object], str]) -> tuple[str, Any]:
    """A line with JSON or a printed dict in it."""
    value, end = _parsed(line, start)
    before = _plain(line[:start], cover)
    if end < 0:  # no whole data: what has a secret's name is covered to the end
        return before + _plain(line[start:], cover, FIELDS), None
    data = covered(value, cover)
    after = line[end:]
    shown = json.dumps(data, ensure_ascii=False)
    whole = data if not before.strip() and not after.strip() else None
    return before + shown + _plain(after, cover, FIELDS if "{" in after else OPEN), whole


def _parsed(line: str, start: int) -> tuple[Any, int]:
    """The data that begins here and where it ends; -1 when it is none."""
    try:
        if len(line) - start <= LONG:
            return json.JSONDecoder().raw_decode(line, start)
    except (ValueError, RecursionError):
        pass
    try:
        if len(line) - start <= LITERAL:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the text of others, nobody here can be warned
                return ast.literal_eval(line[start:].strip()), len(line)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        pass
    return None, -1


def covered(value: Any, cover: Callable[[object], str], depth: int = 0) -> Any:
    """The data with every value covered that stands in a field of FIELDS."""
    if depth >= DEEP:
        return cover(value)
    if isinstance(value, dict):
        if named := _named_pair(value, cover):
            return named
        return {str(key): _field(str(key), part, cover, depth) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        found = list(value)
        if len(found) == 2 and isinstance(found[0], str) and _bare(found[0]) in FIELDS:
            return [found[0], cover(found[1])]  # one header of a list of pairs
        return [covered(part, cover, depth + 1) for part in found]
    if isinstance(value, bytes):
        return cover(str(value))
    if isinstance(value, str):
        return _inner(value, cover, depth)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _field(name: str, value: Any, cover: Callable[[object], str], depth: int) -> Any:
    bare = _bare(name)
    there = bare in FIELDS and value not in (None, "", "-", [], {}, True, False)
    # A number is no prompt, "input": 31 counts tokens; but it may be a password.
    if there and (bare in OPEN or not isinstance(value, (int, float))):
        return cover(value)
    if bare in ("headers", "multivalueheaders") and isinstance(value, dict):
        return {
            str(key): one if _bare(str(key)) in HEADERS else cover(one)
            for key, one in value.items()
        }
    return covered(value, cover, depth + 1)


def _named_pair(value: dict[Any, Any], cover: Callable[[object], str]) -> Any:
    """`{"name": "Authorization", "value": "…"}`, as header lists have it."""
    low = {str(key).lower(): key for key in value}
    name = next((value[low[k]] for k in ("name", "key") if k in low), None)
    if "value" in low and isinstance(name, str) and len(value) == 2 and _bare(name) in FIELDS:
        return {
            str(key): cover(part) if str(key).lower() == "value" else part
            for key, part in value.items()
        }
    return None


def _inner(text: str, cover: Callable[[object], str], depth: int) -> str:
    """A text inside of data: JSON in a string has fields too."""
    if text[:1] in ("{", "["):
        try:
            return json.dumps(covered(json.loads(text), cover, depth + 1), ensure_ascii=False)
        except (ValueError, RecursionError):
            return _plain(text, cover, FIELDS)
    return _plain(text, cover)


def _pairs(text: str, cover: Callable[[object], str]) -> str:
    """`{name=value, name=value}` of API Gateway: only the headers that are known are shown."""
    inside = text[1:].removesuffix("}")
    marks = list(PAIR.finditer(inside))
    if not marks:
        return "{" + (cover(inside) if inside.strip() else "") + "}"
    shown = []
    for mark, after in zip(marks, [*marks[1:], None]):
        value = inside[mark.end() : after.start() if after else len(inside)]
        known = _bare(mark[1]) in HEADERS or not value
        shown.append(f"{mark[1]}={value if known else cover(value)}")
    return "{" + ", ".join(shown) + "}"


def _plain(text: str, cover: Callable[[object], str], names: frozenset[str] = OPEN) -> str:
    """A text without data: after a name that means a secret, all is covered."""
    for found in NAMED.finditer(text):
        rest = text[found.end() :]
        if _bare(found[1]) in names and rest.strip() and not rest.startswith("[covered"):
            return text[: found.end()] + cover(rest)
    return text


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")
