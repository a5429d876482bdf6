"""What every view keeps: three forms of one state, escaped, labelled, small; golden files."""

import functools
import html.parser
import json
import re

import pytest

from lab.draw.html import Markup
from lab.draw.panels import SHOWN, excerpt
from tests.lab.draw import golden
from tests.lab.draw.widgets import HOSTILE, views
from tests.lab.prompt.prompt_views import exchanges, playground

VIEWS = views()
HUGE = "<&'\"" * 250_000
written = functools.cache(views)  # with what a stranger wrote, which takes seconds: not on import


class Page(html.parser.HTMLParser):
    """The elements of a page, whether they are closed in order, and its text."""

    void = ("br", "hr", "img", "input")

    def __init__(self, markup):
        super().__init__()
        self.found, self.open, self.words = [], [], []
        self.feed(markup)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, name, attributes):
        self.found.append((name, dict(attributes), list(self.open)))
        if name not in self.void:
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open and self.open.pop() == name, f"</{name}> closes something else"

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, name):
        return [(attributes, above) for found, attributes, above in self.found if found == name]


@pytest.mark.parametrize("name", VIEWS)
def test_text_is_as_in_the_golden_file(name):
    golden.check(f"lab/{name}.txt", VIEWS[name].text())


@pytest.mark.parametrize("name", VIEWS)
def test_html_is_as_in_the_golden_file(name):
    golden.check(f"lab/{name}.html", str(VIEWS[name].html()))


@pytest.mark.parametrize("name", VIEWS)
def test_state_survives_json_and_the_bundle_has_both_forms(name):
    view = VIEWS[name]
    assert json.loads(json.dumps(view.state())) == view.state()
    bundle = view._repr_mimebundle_()
    assert bundle["text/plain"] == view.text() == repr(view)
    assert bundle["text/html"] == view.html() and isinstance(view.html(), Markup)


@pytest.mark.parametrize("name", VIEWS)
def test_a_record_says_the_same_and_holds_nothing_live(name):
    record = VIEWS[name].record()
    assert (record.text(), record.html(), record.live()) == (
        VIEWS[name].text(), VIEWS[name].html(), None
    )  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_what_a_stranger_wrote_stays_text(name):
    page, text = Page(str(written(HOSTILE)[name].html())), written(HOSTILE)[name].text()
    assert not page.all("script") and not page.all("img")
    assert not [a for _, attributes, _ in page.found for a in attributes if a.startswith("on")]
    for shown in ("".join(page.words), text):
        assert not re.search("[\x00\x1b\u202e\ud800-\udfff]", shown)
    assert str(written(HOSTILE)[name].html()).encode() and text.encode()


@pytest.mark.parametrize("name", VIEWS)
def test_a_megabyte_is_cut_and_drawn_quickly(name):
    assert len(written(HUGE)[name].html()) < 64_000
    assert len(written(HUGE)[name].text()) < 64_000


@pytest.mark.parametrize("name", VIEWS)
def test_markup_is_labelled_and_needs_no_controls(name):
    page = Page(str(VIEWS[name].html()))
    panels = [a for a, _ in page.all("div") if a.get("class") == "kit"]
    assert len(panels) == 1 and panels[0]["role"] == "group" and panels[0]["aria-label"]
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(attributes.get("scope") in ("row", "col") for attributes, _ in page.all("th"))
    for control in ("button", "input", "textarea", "select", "a", "iframe", "form"):
        assert not page.all(control), f"a record has a <{control}>"
    assert "outline:none" not in str(VIEWS[name].html()).replace(" ", "")


@pytest.mark.parametrize("name", VIEWS)
def test_every_badge_has_a_symbol_and_a_word(name):
    markup = str(VIEWS[name].html())
    badges = re.findall(r'<span class="kit-badge [\w-]+">([^<]*)</span>', markup)
    assert markup.count("kit-badge kit-") == len(badges)
    assert all(re.fullmatch(r"\S+ \w.*", badge) for badge in badges)


def test_a_password_is_shown_in_no_form():
    assert "hunter2" not in VIEWS["show"].text() + str(VIEWS["show"].html())
    assert "hunter2" not in json.dumps(VIEWS["show"].state())


def test_what_is_redrawn_while_it_runs_has_nothing_to_focus():
    running = playground(exchanges()["running"])
    status = running.live() and running._controls.status.value
    page = Page(status)
    assert "waiting for the model, 2\u00a0s" in "".join(page.words)
    assert not page.all("details") and not page.all("a") and not page.all("summary")


@pytest.mark.parametrize("text", ["", "x", "x" * SHOWN, "é" * 50])
def test_what_fits_is_not_cut(text):
    assert excerpt(text) == text


@pytest.mark.parametrize("text", ["x" * 5000, "<" * 5000, "\u202e" * 5000, "👩‍👩‍👧" * 5000])
def test_what_is_cut_says_how_much_is_missing(text):
    shown = excerpt(text)
    kept, _, said = shown.rpartition("\n")
    assert text.startswith(kept) and kept
    assert re.fullmatch(r"… cut: [\d.]+ (bytes|kB) of [\d.]+ kB shown", said)
