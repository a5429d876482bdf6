"""What tests of live forms do: walk the widgets, press a button, make a handler fail."""

import ipywidgets

from lab.draw.page import Page

# ipywidgets gives these a real <label>; sliders, toggles and radio groups get none.
LABELLED = (ipywidgets.Text, ipywidgets.Textarea, ipywidgets.IntText, ipywidgets.FloatText,
            ipywidgets.Dropdown)  # fmt: skip
PLAIN = (*LABELLED, ipywidgets.Button, ipywidgets.Box, ipywidgets.HTML, ipywidgets.Label, Page)


def every(widget):
    """The widget and all below it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def assert_labelled_and_plain(box):
    """Every field and button has its words, and nothing is there that a keyboard cannot use."""
    found = list(every(box))
    fields = [one for one in found if isinstance(one, LABELLED)]
    assert fields and all(one.description for one in fields)
    assert all(one.description for one in found if isinstance(one, ipywidgets.Button))
    assert all(isinstance(one, PLAIN) for one in found)
    # What keeps the notebook's shortcuts out of them, and the class by which it knows them.
    assert isinstance(box.children[-1], Page) and "kit-controls" in box._dom_classes


def press(button):
    """Call what a click calls. `button.click()` would drop what that raises (it logs it)."""
    return lambda: [handler(button) for handler in button._click_handlers.callbacks]


def boom(*_, **__):
    """A handler that fails."""
    raise ZeroDivisionError("by design")


def assert_failure_is_shown(view):
    """A handler of this view has failed by `boom`, and every form says so."""
    assert view.state()["state"] == "failed"
    for form in (view.text(), str(view.html())):
        assert "failed" in form and "ZeroDivisionError: by design" in form and "Fix:" in form
