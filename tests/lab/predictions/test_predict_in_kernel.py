"""A prediction in a real kernel: a choice and a click, and the record replaces the controls."""

from tests.lab.kernel import WIDGET, of_kind


def test_a_prediction_becomes_a_record_without_controls(kernel):
    shown = kernel.cell("from lab.predictions.predict import predict; q = predict('1'); q")
    (live,) = of_kind(shown, "display_data")
    assert WIDGET in live["data"]
    kernel.run("choice, commit = q.live().children[1].children; choice.value = q.question.right")
    kernel.click("commit")
    record = kernel.until(": right.")[-1]["content"]
    assert list(record["data"]) == ["text/plain", "text/html"]
    assert record["transient"] == live["transient"]
