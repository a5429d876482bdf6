"""The log viewer in a real kernel: it follows, pauses by clicks, and is interrupted."""

from tests.lab.kernel import WIDGET, of_kind

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


def test_the_log_viewer_follows_and_pauses_by_clicks_while_no_cell_runs(kernel):
    shown = of_kind(kernel.cell(VIEW + "view.read(); view"), "display_data")
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
    kernel.send("module._follow(view, 60); print('went on')")
    kernel.until("the first line")
    kernel.manager.interrupt_kernel()
    kernel.until("went on", "stream")
    assert kernel.value("view.state()['state']") == "stopped"
