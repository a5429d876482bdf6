"""The graph's picture, and what its controls choose."""

import re

import pytest

from lab.graph.drawing import short, slim, wide
from lab.graph.state import graph_of
from lab.graph.view import GraphView
from tests.lab.draw.live import assert_failure_is_shown, assert_labelled_and_plain, boom
from tests.lab.draw.widgets import HOSTILE
from tests.lab.graph.graph_views import PLANNED, WHERE, chapter_of, large, plan_of, small


def live(resources, focus=None, again=None):
    made = GraphView(resources, chapter_of, WHERE, focus, again)
    made.live()
    return made, made._controls


@pytest.mark.parametrize("draw", [wide, slim])
def test_every_box_and_every_arrow_is_inside_the_picture(draw):
    for resources in (small(), plan_of(small(), PLANNED), large(), small(HOSTILE)):
        graph = graph_of(resources, chapter_of)
        picture = str(draw(graph, "a graph"))
        width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture).groups())
        boxes = re.findall(
            r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', picture
        )
        assert len(boxes) == len(graph.boxes)
        for x, y, wide_, high in (map(float, box) for box in boxes):
            assert x >= 0 and x + wide_ <= width and y >= 0 and y + high <= height
        points = re.findall(
            r"[MCL ](-?[\d.]+) (-?[\d.]+)", " ".join(re.findall(r'd="([^"]*)"', picture))
        )
        assert len(points) > len(graph.drawn)
        assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


def test_a_picture_has_words_that_can_be_read_and_a_label():
    picture = str(wide(graph_of(small(), chapter_of), "what it shows"))
    assert set(re.findall(r'font-size="(\d+)"', picture)) == {"12"}
    assert 'role="img"' in picture and 'aria-label="what it shows"' in picture


def test_what_a_plan_would_do_is_a_word_and_a_frame():
    text = GraphView(plan_of(small(), PLANNED), chapter_of, WHERE)
    picture = str(wide(text.graph, ""))
    for said in ("+ create", "± replace", "~ update", "- delete"):
        assert f">{said}</text>" in picture
    assert picture.count("stroke-dasharray") == 1
    assert "= unchanged" not in picture


@pytest.mark.parametrize(
    "name, said",
    [("languageModelApi", "Api"), ("LanguageModelLambda", "Lambda"), ("languageModels", "languageModels"), ("", "")],
)  # fmt: skip
def test_a_name_is_shown_without_what_all_share(name, said):
    assert short(name) == said


def test_its_controls_are_labelled_and_plain_ones():
    assert_labelled_and_plain(live(large())[0].live())


def test_a_chapter_that_is_chosen_is_shown():
    made, controls = live(large())
    controls.chapter.value = 5
    assert made.focus == 5 and made.state()["focus"] == 5
    assert "Chapter 05 and what it touches" in made.text()
    controls.chapter.value = 0
    assert made.focus is None


def test_what_has_come_since_is_seen_when_one_looks_again():
    made, controls = live([], again=small)
    assert "Nothing is deployed yet" in made.text()
    controls.again.click()
    assert "Deployed: 13 resources" in made.text()
    assert [value for _, value in controls.chapter.options] == [0, 1, 2, 3, 4, 5, 6]


def test_a_plan_is_not_looked_at_again():
    made, controls = live(plan_of(small(), PLANNED))
    assert controls.again not in controls.box.children[0].children
    assert made.planned and not made.changes_with_time


def test_a_look_that_fails_is_shown(lenient):
    made, controls = live(small(), again=boom)
    controls.again.click()
    assert_failure_is_shown(made)


def test_edges_are_plain_data():
    edges = GraphView(small(), chapter_of, WHERE).edges()
    assert edges[0] == ("you", "calls", "stage")
    assert ("integration", "uri", "model") in edges
