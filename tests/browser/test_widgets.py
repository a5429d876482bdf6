"""Every panel and every control in JupyterLab: how it looks, and where its keys and the focus go."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(420)
MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8")
NOTEBOOK = "jupyterapp.shell.currentWidget.content"
HOLDS = f"it => {NOTEBOOK}.activeCell.node.contains(it)"


def place(page):
    """Index of the active cell, and how many there are."""
    return page.evaluate(f"() => [{NOTEBOOK}.activeCellIndex, {NOTEBOOK}.widgets.length]")


def activate(page, control):
    """The focus on a control, as a click into its cell and Tab put it there."""
    control.scroll_into_view_if_needed()
    control.evaluate("it => it.closest('.jp-Cell').querySelector('.jp-InputPrompt').click()")
    page.keyboard.press("Escape")
    control.focus()
    page.wait_for_function(HOLDS, arg=control.element_handle())


def test_plain_text_breaks_between_words(page):
    pre = page.get_by_text("the last one", exact=True).last
    styles = "it => [getComputedStyle(it).wordBreak, getComputedStyle(it).overflowWrap]"
    assert pre.evaluate(styles) == ["normal", "anywhere"]


KEYS = ["ArrowDown", "ArrowUp", "a", "b", "d", "d", "x", "y", "m", "j", "k", "Shift+M", "c", "v"]


@pytest.mark.parametrize(
    "name",
    [
        "select >> nth=0",  # of the prediction
        "button:has-text('First step') >> nth=0",
        ".kit summary >> nth=0",  # of a record
        ".kit-controls textarea >> nth=0",
        ".kit-controls input >> nth=0",
    ],
)
def test_a_key_never_reaches_the_notebook(page, name):
    control = page.locator(f".jp-Notebook {name}")
    activate(page, control)
    before = place(page)
    for key in KEYS:
        page.keyboard.press(key)
        focused = control.evaluate("it => it === document.activeElement")
        assert (key, focused, place(page)) == (key, True, before)


def test_the_result_of_a_press_gets_the_focus(page):
    choice = page.locator(".jp-Notebook select >> nth=0")
    activate(page, choice)
    choice.select_option("b")
    button = page.get_by_role("button", name="Commit").first
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("You said b; a is right.").wait_for(timeout=20_000)
    page.wait_for_function("() => document.activeElement.matches('.kit')")
    assert "You said b" in page.evaluate("() => document.activeElement.innerText")


def test_help_is_shown_and_its_code_is_copied(page, lab):
    button = page.get_by_role("button", name="Solution").first
    button.scroll_into_view_if_needed()
    button.click()
    cell = page.locator(".jp-Cell", has=button)
    cell.get_by_text("Exercise 1.1: solution").wait_for(timeout=20_000)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=lab.url)
    cell.get_by_role("button", name="Copy").first.click()
    cell.get_by_text("Copied").wait_for(timeout=5_000)
    assert "lambda.amazonaws.com" in page.evaluate("() => navigator.clipboard.readText()")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_words_are_whole_and_dark_enough_and_nothing_is_wider_than_its_place(page, lab, theme):
    page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", arg=theme
    )
    page.evaluate("() => jupyterapp.shell.collapseLeft()")
    for width in (1280, 800, 320):
        page.set_viewport_size({"width": width, "height": 1400})
        page.wait_for_timeout(500)
        found = page.evaluate(MEASURE)
        lab.picture(page, f"widgets_{theme[11:].lower()}_{width}")
        assert found["boxes"] > 60
        kinds = ("broken", "apart", "wide", "pale", "right")
        wrong = {name: found[name] for name in kinds if found[name]}
        assert not wrong, "\n".join([f"at {width} px", *map(str, wrong.items())])
    page.set_viewport_size({"width": 1280, "height": 1400})
