"""The estimate on the page: three homes side by side, then each line, with fields to change."""

from __future__ import annotations

from typing import Any

from lab.cost.state import ASSUMED, HOMES, Estimate, Line, estimate
from lab.draw import fields, panels, words
from lab.draw.guard import Failure, guard
from lab.draw.html import Markup, clean
from lab.draw.view import View

UNKNOWN = "unknown"
REMARK = "Estimates from list prices: no data transfer, no logs, no discount, nothing for free."


class CostView(View):
    """What three homes cost.

    Attributes:
        estimate: the numbers.
    """

    def __init__(self, made: Estimate) -> None:
        self.estimate = made
        self._controls: Controls | None = None

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return self.estimate.facts()

    def text(self) -> str:
        """The plain-text form."""
        rows = [("", "idle month", "hour", "1,000 prompts"), *self._homes()]
        lines = [self._title()]
        lines += [f"  {row[0]:14} {row[1]:>12} {row[2]:>12} {row[3]:>14}" for row in rows]
        lines += [f"  {line}" for line in self._sentences()]
        return clean("\n".join(lines))

    def html(self) -> Markup:
        """The homes, what was assumed, and each line with its price's region and date."""
        return panels.panel(
            panels.title(self._title()),
            panels.table(
                "US dollars", ("home", "idle month", "hour", "1,000 prompts"), self._homes(),
                numbers=(1, 2, 3),
            ),
            *(panels.muted(line) for line in self._sentences()),
            panels.details("What is assumed", self._assumptions()),
            panels.details("Each line of an hour", self._lines()),
            label="Cost",
        )  # fmt: skip

    def live(self) -> Any | None:
        """Fields, and the tables under them."""
        if self._controls is None:
            self._controls = Controls(self)
        return self._controls.box

    def _ipython_display_(self) -> None:
        from lab.draw.kernel import in_notebook

        if not in_notebook():
            print(self.text())
            return
        from IPython.display import display

        from lab.draw.view import WIDGET, model

        bundle = self._repr_mimebundle_()
        display({**bundle, WIDGET: model(self.live())}, raw=True)

    def _title(self) -> str:
        prompts = self.estimate.assumed.prompts_per_hour
        return f"{prompts:,g} prompts an hour, {words.count(self.estimate.instances, 'instance')}"

    def _homes(self) -> list[tuple[str, str, str, str]]:
        made = self.estimate
        return [
            (
                home,
                dollars(made.idle_month(home)),
                dollars(made.hour(home)),
                dollars(made.thousand(home)),
            )
            for home in HOMES
        ]

    def _sentences(self) -> list[str]:
        even, most = self.estimate.break_even(), self.estimate.one_can()
        if even is None:
            first = "From when on an instance costs less than the function is unknown."
        else:
            first = f"One instance costs less than the function from {even:,.0f} prompts an hour on"
            first += f". It can answer {most:,.0f}" + (": never, then." if even > most else ".")
        told = ", ".join(self.estimate.measured) or "nothing"
        return [first, f"Measured here: {told}. {REMARK}"]

    def _assumptions(self) -> Markup:
        assumed = self.estimate.assumed
        pairs = [(name.replace("_", " "), f"{getattr(assumed, name):g}") for name in ASSUMED]
        return panels.definition(pairs, "Assumed; change one: cost(prompts_per_hour=1000)")

    def _lines(self) -> Markup:
        heads = ("home", "what", "quantity", "unit", "price", "dollars", "region", "price of")
        return panels.table(
            "An hour", heads, [row(line) for line in self.estimate.lines()], numbers=(2, 4, 5)
        )


def row(line: Line) -> tuple[object, ...]:
    """A line of the table."""
    price = UNKNOWN if line.price.dollars is None else f"{line.price.dollars:.10f}".rstrip("0")
    told = (line.home, line.what, f"{line.quantity:,.4g}", line.unit, price)
    return (*told, dollars(line.dollars), line.price.region, line.price.looked_up)


def dollars(value: float | None) -> str:
    """An amount; what is not known is no zero."""
    if value is None:
        return UNKNOWN
    return f"{value:,.2f}" if value >= 1 or not value else f"{value:.4f}"


class Controls:
    """A field for each assumption and price; the tables follow."""

    def __init__(self, view: CostView) -> None:
        import ipywidgets

        self._view = view
        self.panel = ipywidgets.HTML(str(view.html()))
        self.fields = {
            name: ipywidgets.FloatText(
                value=value, description=name.replace("_", " "), style=fields.STYLE
            )
            for name, value in self._values().items()
        }
        guarded = guard(self._failed, during="The cost fields")
        for one in self.fields.values():
            one.observe(guarded(self._changed), names="value")
        self.box = fields.box(fields.grid(*self.fields.values()), self.panel)

    def _values(self) -> dict[str, float]:
        made = self._view.estimate
        known = {name: getattr(made.assumed, name) for name in ASSUMED}
        prices = {name: one.dollars for name, one in made.prices.items()}
        return {name: value for name, value in {**known, **prices}.items() if value is not None}

    def _changed(self, _: object) -> None:
        before = self._values()
        given = {name: one.value for name, one in self.fields.items()}
        unlike = {name: value for name, value in given.items() if value != before[name]}
        made = self._view.estimate
        known = {name: getattr(made.assumed, name) for name in ASSUMED}
        own = {name: one.dollars for name, one in made.prices.items() if one.looked_up == "by you"}
        self._view.estimate = estimate({**known, **own, **unlike}, made.measured)
        self.panel.value = str(self._view.html())

    def _failed(self, failure: Failure) -> None:
        self.panel.value = str(failure.html())
