"""The live forms in a real kernel: clicks arrive while no cell runs, and records replace controls."""

import os
import queue
import time

import pytest
from jupyter_client.manager import start_new_kernel

from tests.lab.prompt.server import serving, slow

LIMIT = 20  # seconds for anything that should take a moment


class Kernel:
    """A kernel, and what it publishes."""

    def __init__(self, strict):
        self.manager, self.client = start_new_kernel(
            env={**os.environ, "KIT_STRICT": "1" if strict else "0"}
        )

    def run(self, code):
        """Run a cell; everything that it published."""
        asked, found = self.client.execute(code), []
        for message in self.messages():
            if message["parent_header"].get("msg_id") == asked:
                found.append(message)
                if message["content"].get("execution_state") == "idle":
                    return found
        raise TimeoutError(code)

    def value(self, expression):
        """The value of an expression, as text."""
        streams = [m for m in self.run(f"print({expression})") if m["msg_type"] == "stream"]
        return streams[0]["content"]["text"].strip()

    def click(self, button):
        """Press a button as the browser does."""
        model = self.value(f"{button}.model_id")
        press = {"comm_id": model, "data": {"method": "custom", "content": {"event": "click"}}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", press))

    def messages(self):
        """What the kernel publishes, one by one, until nothing comes any more."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                yield self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue

    def until(self, text, kind="update_display_data"):
        """All messages up to the first of this kind that holds this text."""
        seen = []
        for message in self.messages():
            seen.append(message)
            if message["msg_type"] == kind and text in str(message["content"]):
                return seen
        raise TimeoutError(f"no {kind} with {text!r}")


@pytest.fixture(params=[False, True], ids=["lenient", "strict"])
def kernel(request):
    made = Kernel(request.param)
    made.strict = request.param
    yield made
    made.client.stop_channels()
    made.manager.shutdown_kernel(now=True)


def open_playground(kernel, url):
    """A playground in a cell, and the messages of that cell."""
    return kernel.run(f"from lab.prompt.ask import playground; p = playground({url!r}); p")


def test_a_prompt_is_sent_and_stopped_by_clicks_while_no_cell_runs(kernel):
    with serving(slow(1.5)) as server:
        shown = open_playground(kernel, server.url)
        displays = [m["content"] for m in shown if m["msg_type"] == "display_data"]
        assert "application/vnd.jupyter.widget-view+json" in displays[0]["data"]
        assert list(displays[1]["data"]) == ["text/plain", "text/html"]
        kernel.click("p._controls.button")
        kernel.until("waiting for the model", "comm_msg")
        done = kernel.until("200 from the function")[-1]["content"]
        assert done["transient"] == displays[1]["transient"], "the record is another display"
        kernel.click("p._controls.button")
        kernel.until("waiting for the model", "comm_msg")
        kernel.click("p._controls.button")
        kernel.until("stopped waiting after")


def test_a_handler_that_fails_leaves_a_panel_and_in_tests_an_error(kernel):
    open_playground(kernel, "http://127.0.0.1:1/v1/model")
    kernel.run("def boom(*_): raise ZeroDivisionError('by design')\np.begin = boom")
    kernel.click("p._controls.button")
    seen = kernel.until("ZeroDivisionError: by design")
    seen += kernel.until("idle", "status")
    assert any(m["msg_type"] == "error" for m in seen) == kernel.strict


def test_an_interrupt_stops_the_waiting_in_a_cell(kernel):
    with serving(slow(10)) as server:
        open_playground(kernel, server.url)
        asked = time.monotonic()
        kernel.client.execute("try: p.send('hi')\nexcept KeyboardInterrupt: print('stopped')")
        kernel.until("waiting for the model", "comm_msg")
        kernel.manager.interrupt_kernel()
        kernel.until("stopped", "stream")
        assert time.monotonic() - asked < 5
        assert kernel.value("p.state()['state']") == "stopped"


def test_a_prediction_becomes_a_record_without_controls(kernel):
    shown = kernel.run("from lab.predictions.predict import predict; q = predict('1'); q")
    live = next(m["content"] for m in shown if m["msg_type"] == "display_data")
    assert "application/vnd.jupyter.widget-view+json" in live["data"]
    kernel.run("choice, commit = q.live().children[1].children; choice.value = 'b'")
    kernel.click("commit")
    record = kernel.until("You said b; a is right.")[-1]["content"]
    assert list(record["data"]) == ["text/plain", "text/html"]
    assert record["transient"] == live["transient"]
