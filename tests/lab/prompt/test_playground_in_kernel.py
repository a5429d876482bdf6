"""The playground in a real kernel: clicks arrive while no cell runs, failures are shown."""

import time

import pytest

from tests.lab.kernel import WIDGET, Kernel, of_kind
from tests.lab.prompt.server import serving, slow


@pytest.fixture(params=[False, True], ids=["lenient", "strict"])
def kernel(request):
    made = Kernel({"KIT_RAISE": "1" if request.param else "0"})
    made.strict = request.param
    yield made
    made.close()


def open_playground(kernel, url):
    """A playground in a cell, and the messages of that cell."""
    return kernel.cell(f"from lab.prompt.ask import playground; p = playground({url!r}); p")


def test_a_prompt_is_sent_and_stopped_by_clicks_while_no_cell_runs(kernel):
    with serving(slow(1.5)) as server:
        shown = open_playground(kernel, server.url)
        displays = of_kind(shown, "display_data")
        assert WIDGET in displays[0]["data"]
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
        kernel.send("try: p.send('hi')\nexcept KeyboardInterrupt: print('stopped')")
        kernel.until("waiting for the model", "comm_msg")
        kernel.manager.interrupt_kernel()
        kernel.until("stopped", "stream")
        assert time.monotonic() - asked < 5
        assert kernel.value("p.state()['state']") == "stopped"
