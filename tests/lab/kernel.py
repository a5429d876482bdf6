"""A notebook's kernel in a test: cells run in it, clicks arrive, and all that it shows is seen."""

from __future__ import annotations

import os
import queue
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_client.manager import KernelManager

from tools.notebooks import kernel_by_sockets

LIMIT = 20  # seconds for anything that should take a moment
WIDGET = "application/vnd.jupyter.widget-view+json"


class Kernel:
    """A kernel, and what it publishes.

    Args:
        env: what its environment has besides this process's own.
    """

    def __init__(self, env: Mapping[str, str] = {}) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="kernel-")
        config = kernel_by_sockets(self.folder.name)
        self.manager = KernelManager(kernel_name="python3", config=config)
        self.manager.start_kernel(
            env={**os.environ, **env},
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.pid = self.manager.provisioner.process.pid

    def close(self) -> None:
        """End it, whatever it does."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.folder.cleanup()

    # Cells

    def send(self, code: str) -> str:
        """Start a cell; `reply` waits for it. It runs also after one that failed."""
        return self.client.execute(code, allow_stdin=False, stop_on_error=False)

    def reply(self, request: str, timeout: float = 60.0) -> dict[str, Any]:
        """How a cell ended, with all text that it showed as `shown`."""
        shown: dict[str, str] = {}
        for message in self.published(request, timeout):
            kind, content = message["msg_type"], message["content"]
            if kind == "error":
                shown["error"] = "\n".join(content["traceback"])
            if kind in ("display_data", "update_display_data", "execute_result"):
                key = content.get("transient", {}).get("display_id", kind)
                shown[key] = content["data"].get("text/plain", "")
            if kind == "stream":
                shown[content["name"]] = shown.get(content["name"], "") + content["text"]
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                return {**message["content"], "shown": "\n".join(shown.values()), "parts": shown}

    def run(self, code: str, timeout: float = 60.0) -> dict[str, Any]:
        """Run a cell to its end; an error in it is an error here."""
        reply = self.reply(self.send(code), timeout)
        assert reply["status"] == "ok", reply["shown"]
        return reply

    def cell(self, code: str) -> list[dict[str, Any]]:
        """Run a cell; everything that it published."""
        return list(self.published(self.send(code), LIMIT))

    def published(self, request: str, timeout: float) -> Iterator[dict[str, Any]]:
        """What a cell publishes, one by one, to its end."""
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                yield message
                if message["content"].get("execution_state") == "idle":
                    return

    def value(self, expression: str) -> str:
        """The value of an expression, as text."""
        return self.run(f"print({expression})")["parts"]["stdout"].strip()

    # Between cells

    def click(self, button: str) -> None:
        """Press a button as the browser does."""
        model = self.value(f"{button}.model_id")
        press = {"comm_id": model, "data": {"method": "custom", "content": {"event": "click"}}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", press))

    def until(self, text: str, kind: str = "update_display_data") -> list[dict[str, Any]]:
        """All messages up to the first of this kind that holds this text."""
        seen: list[dict[str, Any]] = []
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                seen.append(self.client.get_iopub_msg(timeout=1))
            except queue.Empty:
                continue
            if seen[-1]["msg_type"] == kind and text in str(seen[-1]["content"]):
                return seen
        raise TimeoutError(f"no {kind} with {text!r}")


def of_kind(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """What the messages of one kind hold."""
    return [message["content"] for message in messages if message["msg_type"] == kind]
