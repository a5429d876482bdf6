"""The graph on the page: a picture, the same as a table and as text, and what is chosen of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, join, tag
from lab.draw.interactive import Interactive
from lab.graph import drawing
from lab.graph.controls import Controls
from lab.graph.state import LAYERS, MOST, Box, Graph, Resource, graph_of

LONG = 80  # letters of a name
LEGEND = "Arrow: refers to. Number: the chapter that makes it."
PLANNED = f"{LEGEND} Dashed: not there yet."


class GraphView(Interactive):
    """The resources of a stack, or what a plan would leave of them.

    Args:
        resources: as lab.deploy.resources has them.
        chapter_of: the chapter that makes a resource, by its name; 0 for none.
        where: what the record says of its surroundings.
        focus: the chapter that is shown one by one; None for all alike.
        again: reads the resources anew; None where they are a plan's, which does not change.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        chapter_of: Callable[[str], int],
        where: Mapping[str, str],
        focus: int | None = None,
        again: Callable[[], Sequence[Resource]] | None = None,
    ) -> None:
        self._resources, self._chapter_of, self._where = resources, chapter_of, where
        self._again = again
        self.focus = focus

    @property
    def graph(self) -> Graph:
        """What is shown of it now."""
        return graph_of(self._resources, self._chapter_of, self.focus)

    @property
    def planned(self) -> bool:
        """Whether it is a plan's."""
        return any(one.operation for one in self._resources)

    @property
    def changes_with_time(self) -> bool:
        """Whether it can be looked at again."""
        return self._again is not None

    @property
    def chapters(self) -> list[int]:
        """The chapters that can be chosen."""
        return sorted({self._chapter_of(one.name) for one in self._resources} - {0})

    def show(self, focus: int | None) -> None:
        """Show a chapter's resources one by one; None: all alike."""
        self.focus, self.failure = focus, None
        self.draw()

    def look(self) -> None:
        """Read the resources again."""
        if self._again is not None:
            self._resources = self._again()
        self.show(self.focus)

    def make_controls(self) -> Controls:
        """What can be chosen."""
        return Controls(self)

    def edges(self) -> list[tuple[str, str, str]]:
        """Each reference that is shown: from, argument, to."""
        found = self.graph
        return [
            (found.boxes[arrow.source].name, name, found.boxes[arrow.target].name)
            for arrow in found.arrows
            for name in arrow.names
        ]

    def state(self) -> dict[str, Any]:
        """Boxes, references and what is chosen."""
        return {
            "state": "failed" if self.failure else "done",
            "kind": "planned" if self.planned else "deployed",
            "where": dict(self._where),
            "focus": self.focus,
            "boxes": [
                {
                    "name": box.name[:LONG],
                    "kind": box.kind[:LONG],
                    "layer": LAYERS[box.layer][0],
                    "chapter": box.chapter,
                    "resources": len(box.members),
                    "operations": dict(box.operations),
                }
                for box in self.graph.boxes
            ],
            "edges": [[_cut(part) for part in edge] for edge in self.edges()],
            "failure": self._failure_state(),
        }

    def text(self) -> str:
        """The boxes by layer, each with what it refers to."""
        found, layer = self.graph, -1
        lines = [self._title()]
        for place, box in enumerate(found.boxes):
            lines += [LAYERS[box.layer][0]] if box.layer != layer else []
            layer = box.layer
            lines.append(f"  {self._named(box)}{self._planned_for(box)}{_to(found, place)}")
        return clean("\n".join([*lines, *self._hint(), *self._failure_lines()]))

    def html(self) -> Markup:
        """The picture in both of its shapes, of which a page shows one; then the table."""
        found, title = self.graph, self._title()
        picture = None
        if found.boxes:
            label = f"{title}. The table below says the same."
            slim = tag("div", drawing.slim(found, label), class_="kit-slim", style="display:none")
            picture = join((tag("div", drawing.wide(found, label), class_="kit-roomy"), slim))
        return panels.panel(
            panels.title(title),
            self._badges(),
            *(panels.muted(line) for line in self._hint()),
            picture,
            panels.muted(PLANNED if self.planned else LEGEND) if found.boxes else None,
            panels.details("The same as a table", self._table(found)) if found.boxes else None,
            self._failure_pieces(),
            label=title,
        )

    def _table(self, found: Graph) -> Markup:
        rows = [
            (_cut(box.name), self._about(box), _to(found, place).removeprefix(", refers to "))
            for place, box in enumerate(found.boxes)
        ]
        return panels.table("Resources", ("resource", "what it is", "refers to"), rows)

    def _title(self) -> str:
        number = words.count(len(self._resources), "resource")
        kind = "Planned" if self.planned else "Deployed"
        return " · ".join([f"{kind}: {number}", *self._where.values()])

    def _hint(self) -> list[str]:
        if not self._resources:
            return ["Nothing is deployed yet: run up()."]
        if self.focus is not None and len(self._resources) > MOST:
            return [f"Chapter {self.focus:02d} and what it touches; choose another, or all."]
        return []

    def _badges(self) -> Markup | None:
        """What the plan would do, and with how many."""
        if not self.planned:
            return None
        done = Counter(one.operation for one in self._resources)
        known = [
            (words.OPERATIONS[name], n) for name, n in done.items() if name in words.OPERATIONS
        ]
        badges = (panels.badge(word, f"{word.word} {number}") for word, number in known)
        return tag("p", join(badges, " "))

    def _about(self, box: Box) -> str:
        chapter = f", chapter {box.chapter:02d}" if box.chapter and not box.folded else ""
        return f"{_cut(box.kind)}{chapter}{self._planned_for(box)}"

    def _named(self, box: Box) -> str:
        chapter = f", {box.chapter:02d}" if box.chapter and not box.folded else ""
        return f"{_cut(box.name)} ({_cut(box.kind)}{chapter})"

    def _planned_for(self, box: Box) -> str:
        told = [
            f"{words.OPERATIONS[name]} {number}" if len(box.members) > 1 else str(word)
            for name, number in sorted(box.operations.items())
            if (word := words.OPERATIONS.get(name)) is not None
        ]
        return f": {', '.join(told)}" if told else ""


def _to(found: Graph, place: int) -> str:
    """What a box refers to, and by which arguments."""
    told = [
        f"{_cut(found.boxes[arrow.target].name)} ({', '.join(map(_cut, arrow.names))})"
        for arrow in found.arrows
        if arrow.source == place
    ]
    return f", refers to {'; '.join(told)}" if told else ""


def _cut(text: str) -> str:
    return drawing.cut(text, LONG)
