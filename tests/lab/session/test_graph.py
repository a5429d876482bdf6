"""The graph of a real engine's state and plan."""

import pytest

import lab.widgets
from gateway import metrics
from lab.errors import LabError
from lab.graph.graph import graph
from lab.session import session
from lab.session.program import replaced
from lab.session.results import Plan


def test_a_plan_and_a_state_are_drawn_as_the_engine_has_them(opened):
    assert "Nothing is deployed yet" in graph().text()
    session.up(3)
    live = graph()
    assert live.state()["kind"] == "deployed" and len(live.state()["boxes"]) == 8
    invoke = ("languageModelInvokePolicy", "role", "languageModelApiRole")
    assert invoke in live.edges()
    wanted = session.plan(6)
    made = {one.name for one in wanted.resources if one.operation == "create"}
    assert made == {
        "modelPath", "modelMethod", "modelIntegration", "languageModelDeployment",
        "languageModelStage",
    }  # fmt: skip
    edges = graph(wanted).edges()
    assert ("modelIntegration", "uri", "LanguageModelLambda") in edges
    assert ("languageModelDeployment", "depends_on", "modelIntegration") in edges
    assert ("you", "calls", "languageModelStage") in edges
    assert "- delete" in graph(session.plan(1, delete=True)).text()
    with pytest.raises(LabError, match=r"Run graph\(plan\(\)\)"):
        graph(Plan({}))


def test_what_a_notebook_imports_of_the_lab_takes_the_place_of_no_step():
    def graph():
        """A learner's own."""

    assert replaced({"graph": metrics.graph}, {"graph": lab.widgets.graph}) == {}
    assert replaced({"graph": metrics.graph}, {"graph": graph}) == {"graph": graph}
