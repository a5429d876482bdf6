"""The pictures of the pages, measured where they are seen: with real letters, light and dark."""

from pathlib import Path

import pytest

from tools import notebooks

PICTURES = sorted((notebooks.ROOT / "images").glob("*.svg"))
MEASURE = (Path(__file__).parent / "pictures.js").read_text("utf-8")
GROUND = "() => getComputedStyle(document.querySelector('rect')).fill"

BOX = '<rect x="90" y="40" width="9" height="20"/>'
ARROW = BOX + '<path fill="none" d="M10 50H90"/><path fill="red" d="M90 50l-8 -4v8z"/>'


@pytest.fixture(scope="module")
def page(browser):
    opened = browser.new_page(viewport={"width": 720, "height": 900})
    yield opened
    opened.close()


def test_words_are_in_their_boxes_and_nowhere_on_each_other(page):
    wrong = {}
    for picture in PICTURES:
        page.set_content(picture.read_text("utf-8"))
        if found := page.evaluate(MEASURE):
            wrong[picture.name] = found
    assert len(PICTURES) > 30
    assert not wrong


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ('<rect x="10" y="40" width="40" height="30"/><text x="12" y="60">far too long', "edge of"),
        ('<path fill="red" d="M90 50l-8 -4v8z"/><text x="300" y="60">a', "an arrow to 90, 50: nothing there"),
        (f"{ARROW}<text>a", "an arrow from 10, 50: nothing there"),
        ('<text x="600" y="60">far too long', "outside of the picture"),
        ('<text x="10" y="60">one</text><text x="14" y="60">two', "one: on two"),
        ('<path fill="none" d="M0 56H300"/><text x="50" y="60">words', "on a line"),
        (
            '<rect x="10" width="90" height="80"/><text x="20" y="40">A</text><text x="20" y="70">A',
            "said twice in a box",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(page, drawn, told):
    page.set_content(
        f'<svg viewBox="0 0 640 100"><rect width="640" height="100"/>{drawn}</text></svg>'
    )
    assert told in " ".join(page.evaluate(MEASURE))


def test_a_dark_page_gets_a_dark_picture(page):
    page.set_content(PICTURES[0].read_text("utf-8"))
    page.emulate_media(color_scheme="light")
    light = page.evaluate(GROUND)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(GROUND)
    page.emulate_media(color_scheme=None)
    assert (light, dark) == ("rgb(244, 246, 248)", "rgb(28, 33, 40)")
