"""X-Ray: keeps the last traces, and answers the calls with which they are put and asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

STATE_KEY = "kit_traces"
KEPT = 2000  # traces

Segment = dict[str, Any]

_traces: dict[str, list[Segment]] = {}


class Invalid(ValueError):
    """What a call asks for is not understood; the text is for the caller."""


def keep(segment: Segment) -> None:
    """Add a segment to its trace, or take it in place of the one with its id."""
    segments = _traces.setdefault(segment["trace_id"], [])
    segments[:] = [one for one in segments if one["id"] != segment["id"]]
    segments.append(segment)
    if len(_traces) > KEPT:
        _traces.pop(next(iter(_traces)))


# Calls


def put_trace_segments(data: dict[str, Any]) -> dict[str, Any]:
    refused = []
    for text in data.get("TraceSegmentDocuments") or []:
        try:
            segment = json.loads(text)
            if not re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", segment["trace_id"]):
                raise ValueError("InvalidTraceId")
            if not re.fullmatch(r"[0-9a-f]{16}", segment["id"]):
                raise ValueError("InvalidId")
            float(segment["start_time"])
            keep(segment)
        except (ValueError, KeyError, TypeError) as error:
            code = str(error) if str(error).startswith("Invalid") else "ParseError"
            refused.append({"ErrorCode": code, "Message": "Invalid segment."})
    return {"UnprocessedTraceSegments": refused}


def batch_get_traces(data: dict[str, Any]) -> dict[str, Any]:
    ids = data.get("TraceIds") or []
    found = [
        {
            "Id": id,
            "Duration": _duration(_traces[id]),
            "LimitExceeded": False,
            "Segments": [{"Id": one["id"], "Document": json.dumps(one)} for one in _traces[id]],
        }
        for id in ids
        if id in _traces
    ]
    return {"Traces": found, "UnprocessedTraceIds": [id for id in ids if id not in _traces]}


def get_trace_summaries(data: dict[str, Any]) -> dict[str, Any]:
    try:
        start, end = float(data["StartTime"]), float(data["EndTime"])
    except (KeyError, TypeError, ValueError):
        raise Invalid("StartTime and EndTime are needed") from None
    if start > end:
        raise Invalid("StartTime must be before EndTime")
    if data.get("FilterExpression"):
        raise Invalid("The sandbox's X-Ray takes no FilterExpression: it returns all traces")
    summaries = [_summary(id, segments) for id, segments in list(_traces.items())]
    found = [one for one in summaries if start <= one["StartTime"] <= end]
    return {
        "TraceSummaries": found,
        "ApproximateTime": end,
        "TracesProcessedCount": len(summaries),
    }


def _duration(segments: list[Segment]) -> float:
    start = min(one["start_time"] for one in segments)
    return round(max(one.get("end_time", start) for one in segments) - start, 3)


def _summary(id: str, segments: list[Segment]) -> dict[str, Any]:
    ordered = sorted(segments, key=lambda one: (bool(one.get("parent_id")), one["start_time"]))
    root = ordered[0]
    http = root.get("http") or {}
    asked, answered = http.get("request") or {}, http.get("response") or {}
    shown = {
        "HttpURL": asked.get("url"),
        "HttpMethod": asked.get("method"),
        "UserAgent": asked.get("user_agent"),
        "ClientIp": asked.get("client_ip"),
        "HttpStatus": answered.get("status"),
    }
    services = [
        {"Name": one["name"], "Names": [one["name"]], "Type": one.get("origin") or "client"}
        for one in ordered
        if one.get("type") != "subsegment"
    ]
    return {
        "Id": id,
        "StartTime": root["start_time"],
        "Duration": _duration(segments),
        "ResponseTime": round(root.get("end_time", root["start_time"]) - root["start_time"], 3),
        **{f"Has{k.title()}": any(one.get(k) for one in segments) for k in FAULTS},
        "IsPartial": any(one.get("in_progress") for one in segments),
        "Http": {key: value for key, value in shown.items() if value is not None},
        "Annotations": {},
        "Users": [],
        "ServiceIds": services,
        "EntryPoint": services[0] if services else {},
    }


FAULTS = ("error", "fault", "throttle")

# The service

CALLS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "/TraceSegments": put_trace_segments,
    "/Traces": batch_get_traces,
    "/TraceSummaries": get_trace_summaries,
}


async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
    """Answer a request to X-Ray; the emulator's signature for a service."""
    call = CALLS.get(path)
    if call is None:
        return _answer(404, {"message": f"The sandbox has no {path} of X-Ray"}, "NotFound")
    try:
        data = json.loads(body or b"{}")
        return _answer(200, call(data if isinstance(data, dict) else {}))
    except (Invalid, ValueError) as error:
        return _answer(400, {"Message": str(error)}, "InvalidRequestException")


def _answer(status: int, data: dict[str, Any], error: str = "") -> Answer:
    headers = {"Content-Type": "application/json"}
    if error:
        headers["x-amzn-ErrorType"] = error
    return status, headers, json.dumps(data).encode()


def reset() -> None:
    _traces.clear()


def get_state() -> None:
    """Traces are not saved: a sandbox that starts again has none."""


def load_persisted_state(data: dict[str, Any]) -> None:
    pass


def install() -> None:
    """Let the emulator have this service."""
    emulator.app.SERVICE_HANDLERS["xray"] = handle_request
