"""Who may knock at all: the learner's programs, and browsers at what an API serves to the public.

A web page that the learner looks at reaches every port of this machine. It cannot sign, but what
it sends arrives, so it is told apart by what browsers say of themselves: `Origin` with each POST
and each `fetch`, `Sec-Fetch-Site` with each request, link, image and form of a page. And a name of
the page's own that points at this machine (DNS rebinding) is told by its `Host`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from sandbox.server.base import emulator

app = emulator.app

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# Names that AWS gives to what the emulator serves. No stranger can make one point at this machine.
AWS = (".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".amazoncognito.com", ".cloudfront.net")
# What a page may not say of where a request comes from; `none` is the address bar.
FOREIGN = ("cross-site", "same-site")
# The pages and tokens of user pools, which have signing in of their own.
SIGNING_IN = ("/oauth2/", "/login", "/logout", "/.well-known/")
# The emulator's own doors, which ask nobody who they are.
CLOSED = ("/_ministack/", "/_localstack/", "/health")


class Visit:
    """A request, as far as it says who sends it and to whom."""

    def __init__(self, scope: dict[str, Any]) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.host: str = headers.get(b"host", "").lower()
        self.path: str = scope["path"]
        self.query: str = scope.get("query_string", b"").decode("latin-1")
        self.origin: str | None = headers.get(b"origin")
        self.site: str = headers.get(b"sec-fetch-site", "")

    def addressed_here(self, port: int) -> bool:
        """Whether the host is one that this sandbox serves on its port."""
        name, _, given = self.host.rpartition(":") if ":" in self.host else (self.host, "", "80")
        if name in LOOPBACK or name.endswith(".localhost"):
            return given == str(port)
        if (name or self.host).endswith(AWS):
            return True
        return app._resolve_custom_domain_request(self.host, self.path) is not None

    def from_a_page(self) -> str:
        """Which web page sent it, in words; empty for all but browsers."""
        if self.origin is not None:
            return f"a page of {self.origin[:200]}"
        return "a page of another site" if self.site in FOREIGN else ""

    def public(self) -> bool:
        """Whether it is for what AWS serves to browsers too: an API, a link that is signed."""
        return self.for_an_api() or self._signing_in() or self._signed()

    def for_an_api(self) -> bool:
        """Whether the learner's own code answers it, through an API, a URL or a load balancer."""
        return bool(
            app._parse_execute_api_url(self.host, self.path)
            or app._parse_lambda_url(self.host, self.path)
            or app._is_potential_alb_request(self.host, self.path)
            or app._parse_cloudfront_dataplane_host(self.host)
            or app._resolve_custom_domain_request(self.host, self.path)
        )

    def closed(self) -> bool:
        """Whether it is for the emulator's own doors."""
        return self.path.startswith(CLOSED[:2]) or self.path == CLOSED[2]

    def _signing_in(self) -> bool:
        return self.path.startswith(SIGNING_IN[:3]) or SIGNING_IN[3] in self.path

    def _signed(self) -> bool:
        # A presigned URL carries its proof, which is checked where it is served.
        given = parse_qs(self.query)
        return "X-Amz-Signature" in given or {"AWSAccessKeyId", "Signature"} <= set(given)


def refusal(visit: Visit, port: int) -> str:
    """Why a request is not let in, and what to do; empty when it is."""
    if not visit.addressed_here(port):
        return (
            f"The sandbox does not answer to the name {visit.host[:200]!r}, which anybody may have "
            f"pointed at this machine. Fix: call http://127.0.0.1:{port}"
        )
    return ""


def refusal_of_page(visit: Visit) -> str:
    """Why a call of AWS's services is not taken, if a web page makes it; empty when none does."""
    page = visit.from_a_page()
    if not page or visit.public():
        return ""
    return (
        f"The sandbox takes no calls of AWS's services from a browser: this one is from {page}. "
        "Fix: call them from Python or a terminal; pages may call an API's invoke URL"
    )
