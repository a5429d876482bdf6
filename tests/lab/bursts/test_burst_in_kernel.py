"""The rate-limit chart in a real kernel: drawn live, interrupted, and left as a record."""

import time

from tests.lab.kernel import of_kind
from tests.lab.prompt.server import serving


def answered(seconds=0.0):
    def reply(command, body):
        time.sleep(seconds)
        return 200, {}, b"{}"

    return reply


def test_a_burst_is_one_display_that_becomes_a_record(kernel):
    with serving(answered()) as server:
        code = f"from lab.widgets import burst\nb = burst({server.url!r}, n=6, rate=10)\nb"
        seen = kernel.cell(code)
        (first,) = of_kind(seen, "display_data")
        updates = of_kind(seen, "update_display_data")
        assert "running" in first["data"]["text/plain"] and len(updates) >= 2
        assert "6 answered" in updates[-1]["data"]["text/plain"]
        assert list(updates[-1]["data"]) == ["text/plain", "text/html"]
        assert {one["transient"]["display_id"] for one in updates} == {
            first["transient"]["display_id"]
        }
        assert not of_kind(seen, "execute_result"), "shown twice"
        assert len(of_kind(kernel.cell("b"), "display_data")) == 1, (
            "in another cell it is shown again"
        )


def test_an_interrupt_stops_a_burst_and_shows_what_it_has(kernel):
    with serving(answered(0.2)) as server:
        asked = f"from lab.widgets import burst; burst({server.url!r}, n=500, rate=10)"
        kernel.send(asked)
        kernel.until("2 answered")
        kernel.manager.interrupt_kernel()
        record = kernel.until("stopped")[-1]["content"]
        assert "answered" in record["data"]["text/plain"]
        sent = len(server.seen)
        error = kernel.until("Stopped after", "error")[-1]["content"]
        assert error["ename"] == "Stopped"
        kernel.run("import time; time.sleep(0.5)")
        assert len(server.seen) <= sent + 1, "it goes on in the background"
