"""The arithmetic: three homes, each by the hour and by the prompt. Unknown stays unknown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from math import ceil
from typing import Any

from lab.cost.prices import KNOWN, Price

HOURS = 730  # of a month
HOMES = ("function", "instances", "managed model")


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of the traffic and of the homes. Each can be changed.

    Attributes:
        prompts_per_hour: on average.
        function_seconds: that the function works for a prompt.
        instance_seconds: that an instance does.
        prompt_tokens: that are read for a prompt.
        answer_tokens: that are written.
        memory_gb: of the function; Lambda bills 1,024 MB as one (aws.amazon.com/lambda/pricing, the
            examples), and the course has 1,769 MB: one whole processor.
        busy: which part of the time an instance may be busy, so that hardly anybody waits.
        least_instances: however little there is to do.
        capacity_units: of the balancer, on average.
    """

    prompts_per_hour: float = 100
    function_seconds: float = 3.0
    instance_seconds: float = 3.0
    prompt_tokens: float = 40
    answer_tokens: float = 64
    memory_gb: float = 1.728
    busy: float = 0.6
    least_instances: float = 1
    capacity_units: float = 0.1


@dataclass(frozen=True)
class Line:
    """A quantity times a price. No dollars: the price is not known."""

    home: str
    what: str
    quantity: float
    unit: str
    price: Price

    @property
    def dollars(self) -> float | None:
        """For one hour."""
        return None if self.price.dollars is None else self.quantity * self.price.dollars


@dataclass(frozen=True)
class Estimate:
    """What an hour costs in each home."""

    assumed: Assumptions = Assumptions()
    prices: dict[str, Price] = field(default_factory=lambda: dict(KNOWN))
    measured: tuple[str, ...] = ()

    @property
    def instances(self) -> int:
        """How many instances it takes."""
        given = self.assumed
        needed = given.prompts_per_hour * given.instance_seconds / 3600 / given.busy
        return max(round(given.least_instances), ceil(needed))

    def lines(self, prompts: float | None = None) -> list[Line]:
        """All that an hour with so many prompts costs."""
        given = self.assumed
        asked = given.prompts_per_hour if prompts is None else prompts
        machines = self.instances if asked else max(1, round(given.least_instances))
        seconds = asked * given.function_seconds * given.memory_gb

        def line(home: str, name: str, quantity: float) -> Line:
            price = self.prices[name]
            return Line(home, price.what, quantity, price.unit, price)

        units = given.capacity_units if asked else 0.0
        return [
            line("function", "lambda_gb_second", seconds),
            line("function", "lambda_call", asked),
            line("function", "gateway_call", asked),
            line("instances", "instance_hour", machines),
            line("instances", "address_hour", machines),
            line("instances", "disk_month", machines / HOURS),
            line("instances", "balancer_hour", 1),
            line("instances", "lcu_hour", units),
            line("instances", "gateway_call", asked),
            line("managed model", "managed_input", asked * given.prompt_tokens),
            line("managed model", "managed_output", asked * given.answer_tokens),
            line("managed model", "gateway_call", asked),
        ]

    def hour(self, home: str, prompts: float | None = None) -> float | None:
        """Dollars for an hour; None where a price is not known."""
        found = [line.dollars for line in self.lines(prompts) if line.home == home]
        known = [dollars for dollars in found if dollars is not None]
        return sum(known) if len(known) == len(found) else None

    def idle_month(self, home: str) -> float | None:
        """Dollars for a month in which nobody asks anything."""
        hour = self.hour(home, 0)
        return None if hour is None else hour * HOURS

    def thousand(self, home: str) -> float | None:
        """Dollars for 1,000 prompts at this rate; None without prompts, too."""
        hour, prompts = self.hour(home), self.assumed.prompts_per_hour
        return None if hour is None or not prompts else hour / prompts * 1000

    def break_even(self) -> float | None:
        """Prompts an hour from which one instance costs less than the function."""
        one = replace(self, assumed=replace(self.assumed, prompts_per_hour=1))
        function, fixed = one.hour("function"), one.hour("instances", 0)
        gateway = self.prices["gateway_call"].dollars
        if function is None or fixed is None or gateway is None or function <= gateway:
            return None
        return fixed / (function - gateway)

    def one_can(self) -> float:
        """Prompts an hour that one instance can answer."""
        return 3600 / self.assumed.instance_seconds * self.assumed.busy

    def facts(self) -> dict[str, Any]:
        """All of it as plain data."""
        homes = {
            home: {
                "idle_month": self.idle_month(home),
                "hour": self.hour(home),
                "thousand_prompts": self.thousand(home),
            }
            for home in HOMES
        }
        return {
            "assumed": asdict(self.assumed),
            "measured": list(self.measured),
            "prices": [asdict(price) for price in self.prices.values()],
            "homes": homes,
            "break_even": self.break_even(),
            "one_instance_can": self.one_can(),
        }


ASSUMED = tuple(each.name for each in fields(Assumptions))


def estimate(changed: dict[str, float | None], measured: tuple[str, ...] = ()) -> Estimate:
    """An estimate with some assumptions and prices changed.

    Raises:
        ValueError: there is none of this name, or a number makes no sense.
    """
    prices, assumed = dict(KNOWN), {}
    for name, value in changed.items():
        if name in prices:
            prices[name] = replace(prices[name], dollars=value, looked_up="by you")
        elif name not in ASSUMED:
            raise ValueError(f"There is no {name!r}: {', '.join((*ASSUMED, *prices))}.")
        elif value is None or value < 0 or (value == 0 and name in ("busy", "instance_seconds")):
            raise ValueError(f"{name} is {value!r}.")
        else:
            assumed[name] = value
    return Estimate(replace(Assumptions(), **assumed), prices, measured)
