"""The few shapes that controls are made of: fields with their labels, buttons, rows."""

from __future__ import annotations

from typing import Any

import ipywidgets

from lab.draw.page import page

STYLE = {"description_width": "initial"}  # a label as wide as its words
WIDE = {"width": "100%", "max_width": "860px"}  # as wide as a panel


def wide(**more: Any) -> Any:
    """The layout of a field that takes the whole width."""
    return ipywidgets.Layout(**WIDE, **more)


def choice(name: str, options: Any, **more: Any) -> Any:
    """A dropdown with its label."""
    return ipywidgets.Dropdown(options=options, description=name, style=STYLE, **more)


def line(name: str, **more: Any) -> Any:
    """A field of one line with its label."""
    return ipywidgets.Text(description=name, style=STYLE, **more)


def area(name: str, rows: int, layout: Any = None, **more: Any) -> Any:
    """A field of several lines with its label, as wide as a panel unless a layout is given."""
    shape = layout or wide()
    return ipywidgets.Textarea(description=name, rows=rows, layout=shape, style=STYLE, **more)


def button(name: str, press: Any, tooltip: str = "", *, primary: bool = False, **more: Any) -> Any:
    """A button, and what a press of it does: a handler that is guarded.

    Args:
        primary: whether it is the one that Ctrl+Enter presses.
    """
    layout = more.pop("layout", None) or ipywidgets.Layout(width="auto")
    made = ipywidgets.Button(description=name, tooltip=tooltip or None, layout=layout, **more)
    made.on_click(press)
    if primary:
        made.add_class("kit-primary")
    return made


def row(*children: Any) -> Any:
    """Controls beside each other, below each other where there is no room."""
    layout = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
    return ipywidgets.HBox(children, layout=layout)


def grid(*children: Any) -> Any:
    """Many fields that line up in columns, each below its label."""
    made = ipywidgets.HBox(children)
    made.add_class("kit-grid")
    return made


def box(*children: Any) -> Any:
    """All controls of a view, one below the other; what keeps their keys from the notebook too."""
    made = ipywidgets.VBox([*children, page()])
    made.add_class("kit-controls")
    return made
