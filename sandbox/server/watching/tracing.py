"""Which requests are traced, and the segments that API Gateway and Lambda send of them to X-Ray."""

from __future__ import annotations

import contextvars
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.exchange import Request, Response
from sandbox.server.watching import xray

Segment = dict[str, Any]


@dataclass(frozen=True)
class Span:
    """A place in a trace below which segments are put."""

    root: str  # the trace's id
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def header(self) -> str:
        """What tells whoever is called about it."""
        return f"Root={self.root};Parent={self.id};Sampled=1"


# Of what is about to invoke a function, and of the thread that runs it.
caller: contextvars.ContextVar[Span | None] = contextvars.ContextVar("kit_span", default=None)
_here = threading.local()


def begin(request: Request) -> None:
    """Decide, before a stage serves a request, whether it is traced."""
    if not request.stage.get("tracingEnabled") or "Sampled=0" in request.trace_id:
        return
    parts = dict(part.partition("=")[::2] for part in request.trace_id.split(";"))
    request.span = Span(parts["Root"])
    request.parent_span = parts.get("Parent", "")
    request.trace_id = request.span.header


def observe(request: Request, response: Response) -> None:
    """The segment of a stage; an observer of the data plane."""
    span: Span | None = request.span
    if span is None:
        return
    start = request.received.timestamp()
    region, place = request.region, request.place
    segment = {
        **_basis(span.root, f"{request.api.get('name')}/{place.stage}", "AWS::ApiGateway::Stage"),
        "id": span.id,
        "start_time": start,
        "end_time": start + max(request.latency, 1) / 1000,
        "resource_arn": f"arn:aws:apigateway:{region}::/restapis/{place.api_id}/stages/{place.stage}",
        "http": {
            "request": {
                "url": f"https://{request.domain}{request.full_path}",
                "method": request.method,
                "user_agent": request.headers.get("user-agent", ""),
                "client_ip": request.source_ip,
                "x_forwarded_for": True,
            },
            "response": {"status": response.status, "content_length": len(response.body)},
        },
        "aws": {
            "api_gateway": {
                "account_id": request.account_id,
                "rest_api_id": place.api_id,
                "stage": place.stage,
                "request_id": request.request_id,
            }
        },
        **_faults(response.status),
    }
    if request.parent_span:
        segment["parent_id"] = request.parent_span
    if request.call_span:
        segment["subsegments"] = [_integration(request, start)]
    xray.keep(segment)


def _basis(root: str, name: str, origin: str) -> Segment:
    return {"trace_id": root, "name": name, "origin": origin}


def _faults(status: int) -> Segment:
    found = {"error": 400 <= status < 500, "throttle": status == 429, "fault": status >= 500}
    return {name: True for name, is_so in found.items() if is_so}


def _integration(request: Request, start: float) -> Segment:
    span, call = request.call_span, request.call
    milliseconds = int(request.variables.get("integrationLatency") or 0)
    status = call.status if call else None
    found = {
        "id": span.id,
        "name": "Lambda",
        "namespace": "aws",
        "start_time": start,
        "end_time": start + max(milliseconds, 1) / 1000,
        "http": {"request": {"url": call.uri if call else "", "method": "POST"}},
        "aws": {"operation": "Invoke", "resource_names": [call.uri.split("/")[-2]] if call else []},
    }
    if status:
        found["http"]["response"] = {"status": status}
        found.update(_faults(status))
    return found


# Functions


def of_invocation(config: dict[str, Any], inbound: str | None = None) -> str | None:
    """What an invocation has in `_X_AMZN_TRACE_ID`; in place of the emulator's."""
    above, _here.spans = caller.get(), None
    active = (config.get("TracingConfig") or {}).get("Mode") == "Active"
    if above is None and not active:
        return inbound
    root = above.root if above else f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    _here.spans = (above, Span(root), Span(root))
    return _here.spans[2].header


def function_ran(
    config: dict[str, Any], request_id: str, seconds: float, start_up: float, failed: bool
) -> None:
    """The segments of Lambda and of the function, from the thread that ran it."""
    spans, _here.spans = getattr(_here, "spans", None), None
    if spans is None:
        return
    above, service, function = spans
    end = time.time()
    begun = end - seconds - start_up
    arn, name = config.get("FunctionArn", ""), config.get("FunctionName", "")
    common = {"resource_arn": arn, "start_time": begun, "end_time": end}
    common.update({"fault": True} if failed else {})
    outer = {**_basis(service.root, name, "AWS::Lambda"), **common, "id": service.id}
    outer["http"] = {"response": {"status": 200}}
    outer["aws"] = {"request_id": request_id, "resource_names": [name]}
    if above is not None:
        outer["parent_id"] = above.id
    inner = {**_basis(function.root, name, "AWS::Lambda::Function"), **common, "id": function.id}
    inner["parent_id"] = service.id
    inner["aws"] = {"account_id": arn.split(":")[4], "function_arn": arn}
    parts = [("Initialization", begun, start_up)] if start_up else []
    parts.append(("Invocation", begun + start_up, seconds))
    inner["subsegments"] = [
        {"id": secrets.token_hex(8), "name": part, "start_time": at, "end_time": at + lasted}
        for part, at, lasted in parts
    ]
    xray.keep(outer)
    xray.keep(inner)


def install() -> None:
    """Let functions know of their trace."""
    emulator.lambdas._xray_trace_id_for_invocation = of_invocation
