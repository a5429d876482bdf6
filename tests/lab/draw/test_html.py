"""Text is escaped by type, and nothing a stranger wrote can act in a page."""

import pytest

from lab.draw.html import Markup, clean, escape, join, tag

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
