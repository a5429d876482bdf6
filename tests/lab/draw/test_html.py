"""Text is escaped by type, and nothing a stranger wrote can act in a page."""

import re

import pytest

from lab.draw import inline
from lab.draw.html import Markup, clean, escape, join, tag, whole

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; drop table",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "\u202egnp.exe",
    "\ud800 half of a pair",
    "a" * 1_000_000,
    "👩‍👩‍👧 emoji",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_is_escaped(text):
    shown = tag("p", text, title=text)
    assert shown.count("<") == 2 and "\x1b" not in shown and "\u202e" not in shown
    assert shown.encode("utf-8")


def test_markup_goes_in_as_it_is_and_only_by_type():
    assert tag("p", tag("b", "x")) == "<p><b>x</b></p>"
    assert tag("p", str(tag("b", "x"))) == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_markup_plus_text_escapes_the_text():
    assert Markup("<b>") + "<i>" == "<b>&lt;i&gt;"
    assert isinstance(Markup("<b>") + "<i>", Markup)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.2 s to the first token", "1.2_s to the first token"),
        ("in 2 min 05 s, 4.0 kB", "in 2_min 05_s, 4.0_kB"),
        ("32.0 tokens a second, with the way", "32.0_tokens_a_second, with the way"),
        ("10 + 1.2 a second", "10 + 1.2_a_second"),
        ("0.01 US dollars an hour", "0.01_US_dollars_an_hour"),
        ("3 sandboxes, 2 hours of work, 4 mine, a 5", "3 sandboxes, 2 hours of work, 4 mine, a 5"),
    ],
)
def test_a_number_and_its_unit_stay_on_one_line(text, shown):
    assert whole(escape(text)) == shown.replace("_", "\u00a0")
    assert tag("td", text) == f"<td>{shown}</td>".replace("_", "\u00a0")


@pytest.mark.parametrize("name", ["pre", "code", "textarea", "style"])
def test_what_is_copied_stays_as_it_was_written(name):
    assert tag(name, "wait 5 s") == f"<{name}>wait 5 s</{name}>"


def test_join_escapes_each_part_and_the_separator():
    assert join(["<", Markup("<br>"), None, 3], "&") == "&lt;&amp;<br>&amp;3"


def test_attributes_are_named_as_in_html_and_quoted():
    made = tag("label", "Prompt", for_="p", aria_label='say "hi"', hidden=True, lang=None)
    assert made == '<label for="p" aria-label="say &quot;hi&quot;" hidden>Prompt</label>'


@pytest.mark.parametrize(
    "attributes",
    [{"onclick": "x()"}, {"OnLoad": "x()"}, {"href": "javascript:x()"}, {"src": "file:///etc"}],
)
def test_what_could_run_is_refused(attributes):
    with pytest.raises(ValueError):
        tag("a", "x", **attributes)


@pytest.mark.parametrize("name", ["script", "SCRIPT", "a b", "", "p>"])
def test_elements_that_could_run_are_refused(name):
    with pytest.raises(ValueError):
        tag(name, "x")


def test_invisible_characters_are_spelled_out():
    assert clean("a\u202eb\u200bc\x00d") == "a[U+202E]b[U+200B]c[U+0000]d"


def test_emoji_joined_of_several_stay_whole_and_tabs_and_newlines_too():
    assert clean("👩‍👩‍👧\t\n") == "👩‍👩‍👧\t\n"


def test_escape_shows_what_any_value_says():
    assert escape(None) == "None" and escape(1.5) == "1.5"


def test_words_of_a_picture_stay_words_where_an_untrusted_notebook_shows_them_alone():
    drawn = tag("svg", inline.text(0, 0, "measured"), inline.text(0, 9, "predicted"))
    assert re.sub(r"<[^>]*>", "", drawn).split() == ["measured", "predicted"]
