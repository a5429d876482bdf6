"""The rate-limit chart and the log viewer in a real kernel: drawn live, interrupted, clicked."""

import time

import pytest

from tests.lab.prompt.server import serving
from tests.lab.prompt.test_playground_in_kernel import Kernel

WIDGET = "application/vnd.jupyter.widget-view+json"
VIEW = """
import time
from lab.logs import logs as module
from lab.logs.state import Logs, Source
from lab.logs.reading import LogReading, Reader
from lab.logs.view import LogView

class Client:
    def __init__(self):
        self.events = []
    def say(self, text):
        now = int(time.time() * 1000)
        self.events.append({"logStreamName": "s", "timestamp": now, "message": text})
    def filter_log_events(self, **asked):
        return {"events": list(self.events)}

client = Client()
client.say("the first line")
reader = Reader(client)
made = Logs([Source("function", "group")])
view = LogView(made, start=lambda m: LogReading(m, reader), now=lambda: "now")
"""


@pytest.fixture
def kernel():
    made = Kernel(strict=True)
    yield made
    made.client.stop_channels()
    made.manager.shutdown_kernel(now=True)


def answered(seconds=0.0):
    def reply(command, body):
        time.sleep(seconds)
        return 200, {}, b"{}"

    return reply


def displays(messages):
    return [m["content"] for m in messages if m["msg_type"] == "display_data"]


def test_a_burst_is_one_display_that_becomes_a_record(kernel):
    with serving(answered()) as server:
        code = f"from lab.widgets import burst\nb = burst({server.url!r}, n=6, rate=10)\nb"
        seen = kernel.run(code)
        (first,) = displays(seen)
        updates = [m["content"] for m in seen if m["msg_type"] == "update_display_data"]
        assert "running" in first["data"]["text/plain"] and len(updates) >= 2
        assert "6 answered" in updates[-1]["data"]["text/plain"]
        assert list(updates[-1]["data"]) == ["text/plain", "text/html"]
        assert {one["transient"]["display_id"] for one in updates} == {
            first["transient"]["display_id"]
        }
        assert not [m for m in seen if m["msg_type"] == "execute_result"], "shown twice"
        assert len(displays(kernel.run("b"))) == 1, "in another cell it is shown again"


def test_an_interrupt_stops_a_burst_and_shows_what_it_has(kernel):
    with serving(answered(0.2)) as server:
        asked = f"from lab.widgets import burst; burst({server.url!r}, n=500, rate=10)"
        kernel.client.execute(asked)
        kernel.until("2 answered")
        kernel.manager.interrupt_kernel()
        record = kernel.until("stopped")[-1]["content"]
        assert "answered" in record["data"]["text/plain"]
        sent = len(server.seen)
        error = kernel.until("Stopped after", "error")[-1]["content"]
        assert error["ename"] == "Stopped"
        kernel.run("import time; time.sleep(0.5)")
        assert len(server.seen) <= sent + 1, "it goes on in the background"


def test_the_log_viewer_follows_and_pauses_by_clicks_while_no_cell_runs(kernel):
    shown = displays(kernel.run(VIEW + "view.read(); view"))
    assert WIDGET in shown[0]["data"] and list(shown[1]["data"]) == ["text/plain", "text/html"]
    assert "the first line" in shown[1]["data"]["text/plain"]
    kernel.click("view._controls.follow")
    kernel.until("Following", "comm_msg")
    kernel.run("client.say('a second line')")
    record = kernel.until("a second line")[-1]["content"]
    assert record["transient"] == shown[1]["transient"], "the record is another display"
    kernel.click("view._controls.follow")
    kernel.until("'description': 'Follow'", "comm_msg")
    kernel.run("client.say('a third line'); time.sleep(1.5)")
    assert "a third line" not in kernel.value("view.text()")
    kernel.click("view._controls.refresh")
    kernel.until("a third line")


def test_an_interrupt_ends_following_in_a_cell_and_is_no_error(kernel):
    kernel.run(VIEW)
    kernel.client.execute("module._follow(view, 60); print('went on')")
    kernel.until("the first line")
    kernel.manager.interrupt_kernel()
    kernel.until("went on", "stream")
    assert kernel.value("view.state()['state']") == "stopped"
