"""`graph`: what is deployed, or what a plan would leave, as a picture."""

from __future__ import annotations

from lab.deploy import places
from lab.errors import LabError
from lab.graph.state import MOST
from lab.graph.view import GraphView
from lab.session import session
from lab.session.results import Plan


def graph(plan: Plan | None = None, *, chapter: int | None = None) -> GraphView:
    """Draw the stack's resources along the way of a request, and what refers to what.

    >>> graph(plan())                    # what the plan would make of them
    >>> graph(chapter=6).edges()[0]
    ('you', 'calls', 'languageModelStage')

    Args:
        plan: what `plan()` has returned; default: what is deployed.
        chapter: whose resources are shown one by one; default: all where they fit, else the
            notebook's own.

    Raises:
        LabError: the plan was one that came to nothing.
    """
    opened = session.current()
    if plan is not None and not plan.resources:
        raise LabError("This plan has nothing to draw.", "Run graph(plan()).")
    resources = session.resources() if plan is None else plan.resources
    known = places.of_gateway()

    def chapter_of(name: str) -> int:
        return known[name].chapter if name in known else 0

    view = GraphView(
        resources, chapter_of, opened.where(), chapter, None if plan else session.resources
    )
    if chapter is None and len(resources) > MOST and opened.chapter.number in view.chapters:
        view.focus = opened.chapter.number
    return view
