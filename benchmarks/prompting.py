"""A warm prompt through the gateway, beside the same prompt to the model in this process."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

import requests

from benchmarks import handler
from benchmarks.report import Report

PROMPT = "What is gravity?"
LONG, SHORT = 64, 1  # tokens: one run shows tokens a second, the other what lies around them
ADDED_MS, SHARE = 15.0, 0.95


def in_process() -> Any:
    """The function's own modules, loaded here as Lambda's worker loads them."""
    parts = handler.function()

    def ask(tokens: int) -> Any:
        body = json.dumps({"prompt": PROMPT, "max_tokens": tokens}).encode()
        return parts.api.route("POST", "/model", body, parts.model).body

    return ask


def through_gateway(url: str) -> Any:
    """The same prompt as a caller sends it, on a connection that stays open."""
    caller = requests.Session()

    def ask(tokens: int) -> dict[str, Any]:
        answer = caller.post(url, json={"prompt": PROMPT, "max_tokens": tokens}, timeout=60)
        answer.raise_for_status()
        return answer.json()

    return ask


def pairs(
    direct: Any, gateway: Any, tokens: int, times: int
) -> tuple[list[float], list[float], int]:
    """Ask one and then the other, so many times; seconds of each, and tokens of an answer."""
    seconds: tuple[list[float], list[float]] = ([], [])
    count = 0
    for _ in range(times):
        for ask, taken in ((direct, seconds[0]), (gateway, seconds[1])):
            started = time.perf_counter()
            answer = ask(tokens)
            taken.append(time.perf_counter() - started)
            count = answer["usage"]["completion_tokens"]
    return seconds[0], seconds[1], count


def measure(report: Report, url: str, quick: bool = False) -> None:
    """Measure and report; the first answers load both models and are not counted."""
    direct, gateway = in_process(), through_gateway(url)
    pairs(direct, gateway, SHORT, 3)
    near, far, _ = pairs(direct, gateway, SHORT, 5 if quick else 100)
    report.milliseconds("model in process, 1 token", near)
    report.milliseconds("through the gateway, 1 token", far)
    added = (statistics.median(far) - statistics.median(near)) * 1000
    report.added("gateway and handler add, at the median", added, ADDED_MS)
    near, far, count = pairs(direct, gateway, LONG, 1 if quick else 20)
    report.milliseconds(f"model in process, {count} tokens", near)
    report.milliseconds(f"through the gateway, {count} tokens", far)
    mine = count / statistics.median(near)
    theirs = count / statistics.median(far)
    report.number("model in process", mine, "tokens/s")
    report.number("through the gateway", theirs, "tokens/s")
    report.number("share of the model's own tokens/s", theirs / mine, "", at_least=SHARE)
