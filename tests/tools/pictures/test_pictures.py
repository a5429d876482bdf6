"""The pictures: drawn from the program, the same bytes each time, readable by all."""

import re
from xml.etree import ElementTree

import pytest

from gateway.settings import Settings
from lab.bursts.bucket import Limit
from lab.course import CHAPTERS
from lab.draw.svg import Drawing, number
from lab.draw.theme import contrast
from lab.policy import access
from lab.policy.decision import Caller
from lab.policy.routes import CUSTOM, Api, Route
from tests import chapters
from tools.graph import Edge, Graph, Node, program_graph, snake
from tools.pictures import __main__ as pictures
from tools.pictures import facts, layout, limits, resources, routes
from tools.pictures.boxes import MOST_BOXES, short

NAME = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def graph():
    return program_graph()


@pytest.fixture(scope="module")
def drawn():
    return {path.name: text for path, text in pictures.build_all().items()}


def test_the_committed_pictures_are_what_the_program_draws(capsys):
    assert pictures.main(["--check"]) == 0, capsys.readouterr().out


def test_there_is_a_map_and_two_pictures_a_chapter(drawn):
    """The way of a request is on each page, what explains on those that it is drawn for."""
    shown = [each for each in CHAPTERS if each.number in pictures.EXPLAINED]
    wanted = {"map.svg", *(f"way_{chapter.number:02d}.svg" for chapter in CHAPTERS)}
    wanted |= {f"{chapter.name}.svg" for chapter in shown} | {
        "cold_start.svg",
        "two_targets.svg",
    }
    assert set(drawn) == wanted


def test_every_resource_of_the_first_chapters_is_on_the_map(graph, drawn):
    mapped = [node for node in graph.nodes if node.chapter <= resources.MAPPED]
    assert len(mapped) == 13
    for node in mapped:
        assert f">{short(node.name)}<" in drawn["map.svg"]


def test_the_picture_of_the_roles_names_all_that_its_chapter_makes(graph, drawn):
    made = {short(node.name) for node in graph.of_chapter(2)}
    assert made == {"Lambda", "ExecutionRole", "Logs", "Rights", "InvokePolicy"}
    assert not [name for name in made if f">{name}" not in drawn["02_model_function.svg"]]


def test_every_chapter_with_steps_has_something_drawn_for_it():
    assert not {each.number for each in CHAPTERS if each.steps} - set(pictures.EXPLAINED)


def test_each_file_says_what_it_shows_and_can_be_read(drawn):
    for name, text in drawn.items():
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img", name
        assert root.get("viewBox", "").startswith("0 0 640 "), name
        assert root.get("width") == "720", name  # letters as large as a page's prose
        assert root.find(f"{NAME}title").text, name
        assert len(root.find(f"{NAME}desc").text) > 20, name
        words = root.findall(f"{NAME}text")
        assert words and all(int(word.get("font-size")) >= 12 for word in words), name
        boxes = [box for box in root.findall(f"{NAME}rect") if box.get("rx")]
        assert len(boxes) <= MOST_BOXES, name
        # One box alone is no picture: a chart has marks, a line of time bars.
        shapes = [each for tag in ("rect", "circle") for each in root.findall(f"{NAME}{tag}")]
        assert len(shapes) > 2, name
        assert not re.search(r"<script|<image|href|@import|url\(", text), name


def test_no_box_leaves_the_page_or_lies_on_another(drawn):
    for name, text in drawn.items():
        root = ElementTree.fromstring(text)
        height = float(root.get("viewBox").split()[3])
        boxes = [
            tuple(float(box.get(key)) for key in ("x", "y", "width", "height"))
            for box in root.findall(f"{NAME}rect")
            if box.get("rx")
        ]
        for at, (x, y, wide, tall) in enumerate(boxes):
            assert x >= 0 and x + wide <= 640 and y >= 0 and y + tall <= height, name
            for x2, y2, wide2, tall2 in boxes[:at]:
                apart = x >= x2 + wide2 or x2 >= x + wide or y >= y2 + tall2 or y2 >= y + tall
                assert apart, name


def test_a_lit_box_differs_by_its_frame_and_not_only_by_colour(drawn):
    frames = set(
        re.findall(r'rx="6" fill="(#\w+)" stroke="\S+" stroke-width="(\S+)"', drawn["way_03.svg"])
    )
    assert {width for _, width in frames} == {"1.5", "3"}
    for fill, _ in frames:
        assert contrast("#1b1f24", fill) >= 4.5


def test_the_way_of_a_prompt_lights_one_part_a_chapter(drawn):
    assert "Lit: API." in drawn["way_03.svg"]
    assert "Lit: stage, API, /model, integration, function, role." in drawn["way_00.svg"]
    assert "Lit" not in drawn["way_99.svg"]


def test_edges_carry_the_argument_that_refers(graph):
    assert Edge("modelIntegration", "uri", "LanguageModelLambda") in graph.edges
    assert Edge("modelIntegration", "credentials", "languageModelApiRole") in graph.edges
    assert snake("restApiId") == "rest_api_id"


def test_a_name_that_the_program_lacks_is_named(graph):
    with pytest.raises(KeyError, match="declares no resource 'nobody'"):
        graph.node("nobody")


def test_more_boxes_than_can_be_read_are_refused():
    nodes = tuple(Node(f"n{at}", "aws:x/y:Z", 1) for at in range(16))
    with pytest.raises(ValueError, match="16 boxes, at most 15 can be read"):
        resources.overview(Graph(nodes, ()))


def test_text_too_small_to_read_is_refused():
    with pytest.raises(ValueError, match="text of 11 px is too small to read: use 12 or more"):
        Drawing("A", "b", 10).text(0, 0, "x", size=11)


def test_text_is_escaped():
    drawing = Drawing("<script>", "a & b", 10)
    drawing.text(0, 0, "<b>")
    assert "<script>" not in drawing.svg()
    assert "&lt;b&gt;" in drawing.svg()


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (1.25, "1.2"), (-0.04, "0"), (-3.5, "-3.5")]
)
def test_coordinates_are_short(value, text):
    assert number(value) == text


def test_arrows_that_a_longer_way_implies_are_reduced():
    assert layout.reduce([("a", "b"), ("b", "c"), ("a", "c")]) == [("a", "b"), ("b", "c")]


def test_a_row_keeps_its_gaps_and_stays_near_its_wishes():
    graph = layout.layered(["a", "b", "top"], [("top", "a"), ("top", "b")])
    assert graph.rows == (("a", "b"), ("top",))
    x = layout.centres(graph, dict.fromkeys("ab", 100.0) | {"top": 100.0}, 20)
    assert x["b"] - x["a"] == 120
    assert x["top"] == (x["a"] + x["b"]) / 2


def test_a_long_arrow_passes_a_row_through_a_place_of_its_own():
    graph = layout.layered(["a", "b", "c"], [("c", "b"), ("b", "a"), ("c", "a")])
    assert graph.ways[("c", "a")] == ("c", "~c~a~1", "a")
    assert "~c~a~1" in graph.rows[1]


def test_the_path_is_matched_before_a_key_and_a_plan(drawn):
    told = drawn[f"way_{chapters.PLANS:02d}.svg"].split("Your request meets ")[1]
    assert re.findall(r"(/model|key|plan|integration|function) \(", told) == [
        "/model", "key", "plan", "integration", "function",
    ]  # fmt: skip


def test_no_request_passes_through_a_role_a_log_or_an_alarm(drawn):
    for chapter, words in (
        (1, "role"),
        (chapters.LOGS, "logs"),
        (chapters.ALARMS, "alarms"),
        (chapters.BUDGET, "budget"),
    ):
        text = drawn[f"way_{chapter:02d}.svg"]
        assert f"then {words} (" not in text
        assert f": {words} (chapter {chapter:02d})." in text


def test_the_bucket_is_drawn_by_the_lab_with_the_settings_of_the_program(drawn):
    settings = Settings()
    limit = Limit(settings.team_rate, settings.team_burst)
    found = limits.asked_of(limit, limits.ASKED)
    root = ElementTree.fromstring(drawn["11_how_many_requests.svg"])
    passed = [each for each in found if each.verdict == "answered"]
    assert len(root.findall(f"{NAME}circle")) == len(passed) > limit.burst
    assert f"at most {settings.team_burst} (burst)" in drawn["11_how_many_requests.svg"]
    # In three seconds no more pass than were there and came.
    assert len([each for each in passed if each.at < 3]) <= limit.burst + 3 * limit.rate


# What the policy tester calls the steps that it knows.
CALLED = {
    "path and method": "route",
    "resource policy": "resource policy, explicit deny",
    "authorizer": "authentication",
    "both together": "policies together",
    "API key and plan": "API key",
}


def test_the_order_of_decisions_is_that_of_the_policy_tester():
    """The picture and the widget of one page must not contradict each other."""
    everyone = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}]}  # fmt: skip
    route = Route("POST", "/model", CUSTOM, key_required=True)
    api = Api("api", "v1", "us-east-1", "1", (route,), everyone)
    caller = Caller("bearer", "blue", policies=(("the authorizer's policy", everyone),), key=True)
    decision = access.decide(api, caller, "POST", "/model")
    assert [step.name for step in decision.steps] == list(CALLED.values())
    assert [step for step, _, _ in routes.DECISIONS][: len(CALLED)] == list(CALLED)


def test_statuses_of_refusals_are_the_gateways():
    assert [routes.status_of(e) for _, _, exits in routes.DECISIONS for e, _ in exits] == [
        "403", "403", "401", "403", "403", "403", "429", "400", "500", "502", "504",
    ]  # fmt: skip


def test_a_fact_that_is_no_more_is_named():
    assert facts.constant("functions/model/failover/breaker.py", "FAILURES") == 3
    assert facts.argument("instances/balancer.py", "health_check")["path"] == "/health"
    with pytest.raises(KeyError, match=r"gateway/api.py gives nothing the name NONE_OF_THESE"):
        facts.constant("api.py", "NONE_OF_THESE")
    with pytest.raises(KeyError, match=r"gateway/api.py calls nothing with none_of_these"):
        facts.argument("api.py", "none_of_these")
    assert facts.entry("metrics.py", "extended_statistic", "threshold") == 20_000
    with pytest.raises(KeyError, match=r"gateway/api.py has no b beside a"):
        facts.entry("api.py", "a", "b")
