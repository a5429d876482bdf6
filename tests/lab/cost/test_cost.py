"""The arithmetic of three homes: by hand, and what is not known stays unknown."""

import pytest

from gateway.settings import Settings
from lab.cost.cost import cost
from lab.cost.state import HOURS, estimate
from lab.errors import LabError


def test_an_hour_is_quantities_times_prices():
    made = estimate({"prompts_per_hour": 1000, "function_seconds": 2, "memory_gb": 1.5})
    lambda_ = 1000 * (2 * 1.5 * 0.0000166667 + 0.0000002 + 0.0000035)
    assert made.hour("function") == pytest.approx(lambda_)
    assert made.thousand("function") == pytest.approx(lambda_)
    tokens = 1000 * (40 * 0.035e-6 + 64 * 0.14e-6 + 0.0000035)
    assert made.hour("managed model") == pytest.approx(tokens)


def test_at_rest_only_instances_cost():
    made = estimate({"least_instances": 2})
    assert made.idle_month("function") == made.idle_month("managed model") == 0
    month = 2 * (0.08925 + 0.005) * HOURS + 2 * 0.64 + 0.0225 * HOURS
    assert made.idle_month("instances") == pytest.approx(month)


@pytest.mark.parametrize(("prompts", "instances"), [(0, 1), (720, 1), (721, 2), (2160, 3)])
def test_so_many_instances_that_each_is_busy_for_a_part_of_the_time(prompts, instances):
    made = estimate({"prompts_per_hour": prompts, "instance_seconds": 3, "busy": 0.6})
    assert made.instances == instances


def test_the_break_even_is_where_both_cost_the_same():
    made = estimate({"function_seconds": 10, "instance_seconds": 0.1})
    there = made.break_even()
    both = [
        estimate({"function_seconds": 10, "instance_seconds": 0.1, "prompts_per_hour": there,
                  "capacity_units": 0}).hour(home)
        for home in ("function", "instances")
    ]  # fmt: skip
    assert both[0] == pytest.approx(both[1])


@pytest.mark.parametrize("price", ["instance_hour", "gateway_call", "lambda_gb_second"])
def test_a_price_that_is_missing_makes_its_sums_unknown_and_never_less(price):
    made = estimate({price: None})
    homes = {line.home for line in made.lines() if line.price.name == price}
    assert homes and all(made.hour(home) is None for home in homes)
    assert all(made.idle_month(home) is None for home in homes)
    assert made.break_even() is None
    assert cost(**{price: None}).text().count("unknown") >= 2


def test_a_field_changes_the_estimate_and_a_name_that_is_none_is_refused():
    view = cost(prompts_per_hour=100)
    view.live()
    view._controls.fields["prompts_per_hour"].value = 2000
    view._controls.fields["lambda_call"].value = 0.1
    assert view.estimate.assumed.prompts_per_hour == 2000
    assert view.estimate.prices["lambda_call"].looked_up == "by you"
    assert "2,000 prompts an hour" in view.text()
    for wrong in ({"prompts": 1}, {"busy": 0}, {"function_seconds": -1}):
        with pytest.raises(LabError):
            cost(**wrong)


def test_each_price_says_where_and_when():
    for price in estimate({}).prices.values():
        assert price.region == "us-east-1" and price.looked_up


def test_an_instance_can_do_what_it_takes_before_there_has_to_be_a_second():
    given = {"instance_seconds": 3, "busy": 0.6}
    can = estimate(given).one_can()
    assert can == pytest.approx(720)
    assert estimate({**given, "prompts_per_hour": can}).instances == 1
    assert estimate({**given, "prompts_per_hour": can + 1}).instances == 2


def test_what_is_assumed_of_the_function_is_what_the_program_gives_it():
    assert estimate({}).assumed.memory_gb == round(Settings().memory_size / 1024, 3)
