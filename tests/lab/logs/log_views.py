"""The log viewer in every state, for the tests of what all views keep."""

from __future__ import annotations

import json

from lab.draw.guard import Failure
from lab.draw.view import View
from lab.logs.events import ACCESS, EXECUTION, FUNCTION
from lab.logs.state import DENIED, EMPTY, MISSING, READ, Logs, Source
from lab.logs.view import LogView

WHEN = "2026-11-24 12:00:00 UTC"
NOW = 1_795_521_600_000  # milliseconds: 12:00:00 of that day
RID = "3569495f-bb89-46c7-8445-5933005289d6"
LID = "b9182685-f2b6-49fd-bf3c-3786a719ad51"
GROUPS = {
    ACCESS: "accessLogs-d278a3c",
    EXECUTION: "API-Gateway-Execution-Logs_01f17306/v1",
    FUNCTION: "languageModelLogs-2127e3e",
}
ENTRY = {"requestId": RID, "method": "POST", "path": "/v1/model", "status": "200", "team": "blue",
         "latency": "389", "integrationLatency": "388", "lambdaRequestId": LID}  # fmt: skip
HANDLER = {"lambda_request_id": LID, "request_id": RID, "status": 200, "milliseconds": 384.0,
           "prompt_tokens": 24, "completion_tokens": 8}  # fmt: skip
REPORT = (
    f"REPORT RequestId: {LID}\tDuration: 385.09 ms\tBilled Duration: 1386 ms\t"
    "Memory Size: 1769 MB\tMax Memory Used: 227 MB\tInit Duration: 1000.50 ms\t"
)
CHAIN = {
    ACCESS: [json.dumps(ENTRY)],
    EXECUTION: [
        f"({RID}) Starting execution for request: {RID}",
        f"({RID}) Method request body before transformations: {{\"prompt\": \"my secret\"}}",
        f"({RID}) Method request headers: {{Authorization=***c1d207, Host=example.com}}",
        f"({RID}) Method completed with status: 200",
        f"({RID}) AWS Integration Endpoint RequestId : {LID}",
    ],
    FUNCTION: [
        json.dumps(HANDLER),
        f"START RequestId: {LID} Version: $LATEST",
        f"END RequestId: {LID}",
        REPORT,
    ],
}  # fmt: skip


def logs(lines=None, **more) -> Logs:
    """Logs that are being read, with some lines of each group."""
    known = {"where": "sandbox us-east-1", **more}
    made = Logs([Source(kind, group) for kind, group in GROUPS.items()], **known)
    made.begin(WHEN)
    for source in made.sources:
        found = (lines or {}).get(source.kind, [])
        source.state = READ if found else EMPTY
        source.detail, source.fix = "There are no lines yet.", "Send a request."
        made.add(source, [(NOW + index, text) for index, text in enumerate(found)])
    return made


def ended(state="done", **more) -> Logs:
    """Logs that are over."""
    made = logs(**more)
    made.end(state)
    return made


def unread(state: str, detail: str, fix: str) -> Logs:
    """Logs of which no group could be read."""
    made = logs()
    for source in made.sources:
        source.state, source.detail, source.fix = state, detail, fix
    made.end("done")
    return made


def shown(made: Logs) -> LogView:
    """The view; it reads nothing more."""
    return LogView(made, start=lambda _: None, now=lambda: WHEN)


def log_views(text: str) -> dict[str, View]:
    """The view in each of its states; `text` is what a stranger may write."""
    idle = Logs([Source(kind, group) for kind, group in GROUPS.items()])
    running = logs(CHAIN)
    running.phase = "reading the function"
    hostile = {
        ACCESS: [json.dumps({"path": text, "status": "404"})],
        FUNCTION: [text, f"[ERROR] {text}"],
    }
    failing = shown(ended(lines=CHAIN))
    failing.failure = Failure.of(ValueError(text), "The log viewer")
    views = {
        "idle": shown(idle),
        "running": shown(running),
        "done": shown(ended(lines=hostile)),
        "chain": shown(ended(lines=CHAIN, request_id=RID)),
        "stopped": shown(ended("stopped", lines=CHAIN, grep=text, level="warning")),
        "empty": shown(ended()),
        "failed": shown(unread(MISSING, "It does not exist.", "Chapter 14 makes it: up(14).")),
        "denied": shown(unread(DENIED, f"AccessDenied: {text}", "Allow logs:FilterLogEvents.")),
        "broken": failing,
    }
    return {f"logs_{name}": view for name, view in views.items()}
