"""Conversations in a real kernel: one display that grows, and becomes the record."""

import time

from tests.lab.chat.streams import END, event, speaking, spoken, stream, usage
from tests.lab.kernel import of_kind

KEY = "bLue0123456789abcdefghijklmnopqrstuvwxyz"


def test_an_answer_grows_in_one_display_and_leaves_its_record(kernel):
    events = (*spoken(" ".join("abcdefghij")), usage(12), END)
    with speaking(stream(*events, pause=0.15)) as server:
        code = f"from lab.chat.chat import chat\nchat('hi', url={server.url!r}, key={KEY!r}, stream=True)"
        began = time.monotonic()
        seen = kernel.cell(code)
        took = time.monotonic() - began
    shown, drawn = of_kind(seen, "display_data"), of_kind(seen, "update_display_data")
    assert len(shown) == 1 and {one["transient"]["display_id"] for one in drawn} == {
        shown[0]["transient"]["display_id"]
    }
    assert 3 <= len(drawn) <= took * 4 + 2, "drawn four times a second at most, and at the end"
    assert "Answer: abcd" in str(drawn[-3]["data"]["text/plain"])
    last = drawn[-1]["data"]
    assert sorted(last) == ["text/html", "text/plain"] and "abcdefghij" in last["text/plain"]
    results = [one["data"] for one in of_kind(seen, "execute_result")]
    assert results in ([], [{"text/plain": ""}]), "the record is on the page twice"
    assert not of_kind(seen, "error")
    assert KEY not in str([*shown, *drawn, *results])


def test_in_a_later_cell_the_answer_shows_itself(kernel):
    with speaking(stream(*spoken("It pulls."), END)) as server:
        kernel.cell(
            f"from lab.chat.chat import chat\na = chat('hi', url={server.url!r}, stream=True)"
        )
        seen = kernel.cell("a")
    (result,) = of_kind(seen, "execute_result")
    assert "Itpulls." in result["data"]["text/plain"]


def test_an_interrupt_leaves_the_text_that_had_come(kernel):
    slow = [event({"content": word}) for word in "abc"] + [b": wait\n\n"] * 100
    with speaking(stream(*slow, pause=0.1)) as server:
        kernel.send(f"from lab.chat.chat import chat\nchat('hi', url={server.url!r}, stream=True)")
        kernel.until("Answer: abc")
        began = time.monotonic()
        kernel.manager.interrupt_kernel()
        seen = kernel.until("Stopped", "error")
        assert time.monotonic() - began < 5
    record = of_kind(seen, "update_display_data")[-1]["data"]
    assert "stopped" in record["text/plain"] and "Answer: abc" in record["text/plain"]


def test_the_playground_streams_and_stops_by_clicks_while_no_cell_runs(kernel):
    slow = [event({"content": word}) for word in "abc"] + [b": wait\n\n"] * 100
    with speaking(stream(*slow, pause=0.1)) as server:
        kernel.cell(f"from lab.chat.chat import chat\np = chat(url={server.url!r}, key={KEY!r})\np")
        kernel.click("p._controls.button")
        seen = kernel.until("abc</div>", "comm_msg")
        kernel.click("p._controls.button")
        seen += kernel.until("what came until then is kept")
    assert KEY not in str([m["content"] for m in seen])
