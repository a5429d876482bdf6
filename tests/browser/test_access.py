"""What assistive technology and a keyboard find in the widgets: axe-core, zoom, the order of Tab."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(300)
OURS = ".kit, .kit-controls"
AXE = """
async (contrast) => {
  const folds = [...document.querySelectorAll(".kit details:not([open])")];
  folds.forEach((fold) => (fold.open = true));
  await new Promise((drawn) => setTimeout(drawn, 200));
  const include = [...document.querySelectorAll(".kit, .kit-controls")];
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const rules = { "color-contrast": { enabled: contrast } };
  const only = { type: "tag", values: tags };
  const found = await axe.run({ include }, { runOnly: only, rules, resultTypes: ["violations"] });
  folds.forEach((fold) => (fold.open = false));
  const nodes = (one) => one.nodes.map((each) => `${one.id}: ${each.html.slice(0, 160)}: ${each.failureSummary}`);
  return { boxes: include.length, wrong: found.violations.flatMap(nodes), rules: found.passes.length };
}
"""
# What can have the focus in one box of controls, in the order of the page: its place and its name.
STOPS = """
(box) => [...box.querySelectorAll("button, input, textarea, select, summary")]
  .filter((each) => !each.disabled && each.checkVisibility())
  .map((each) => {
    const place = each.getBoundingClientRect();
    return { top: place.top, bottom: place.bottom, left: place.left, index: each.tabIndex };
  })
"""


@pytest.fixture(scope="module")
def checked(page) -> Any:
    """The page of all widgets, with axe-core in it."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    page.evaluate(source)
    return page


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_at_any_width(checked, theme):
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    checked.evaluate(change, arg=theme)
    checked.evaluate("() => jupyterapp.shell.collapseLeft()")
    for width in (1280, 800, 320):
        checked.set_viewport_size({"width": width, "height": 1400})
        checked.wait_for_timeout(300)
        # Colours are those of the theme at any width, and take axe the longest.
        found = checked.evaluate(AXE, arg=width == 1280)
        assert found["boxes"] > 100 and found["rules"] > 10
        assert not found["wrong"], "\n".join([f"{theme} at {width} px", *found["wrong"]])
    checked.set_viewport_size({"width": 1280, "height": 1400})


def test_a_page_at_twice_its_size_has_no_horizontal_bar(page):
    screen = page.context.new_cdp_session(page)
    # What a browser's zoom does: half as many pixels of the style sheet, each twice as large.
    half = {"width": 640, "height": 512, "deviceScaleFactor": 2, "mobile": False}
    screen.send("Emulation.setDeviceMetricsOverride", half)
    page.wait_for_timeout(300)
    wide = page.evaluate(
        "ours => [...document.querySelectorAll(ours)].filter(it => it.scrollWidth > it.clientWidth + 1)"
        ".map(it => it.innerText.slice(0, 60))",
        arg=OURS,
    )
    assert page.evaluate("() => devicePixelRatio") == 2
    screen.send("Emulation.clearDeviceMetricsOverride")
    assert wide == []


def test_the_order_of_tab_is_the_order_of_reading(page):
    boxes = page.locator(".kit-controls").all()
    assert len(boxes) > 10
    for box in boxes:
        stops = box.evaluate(STOPS)
        assert all(stop["index"] == 0 for stop in stops)
        for one, after in pairwise(stops):
            below = after["top"] >= one["bottom"] - 4
            assert below or after["left"] > one["left"], box.inner_text()


def test_tab_goes_through_all_controls_and_out_again(page):
    box = page.locator(".kit-controls:has(textarea) >> nth=0")
    box.scroll_into_view_if_needed()
    number = len(box.evaluate(STOPS))
    box.locator("textarea, input, select, button").first.focus()
    for left in reversed(range(number)):
        inside = box.evaluate("box => box.contains(document.activeElement)")
        assert inside, f"{left} controls were not reached"
        page.keyboard.press("Tab")
    assert not box.evaluate("box => box.contains(document.activeElement)")
