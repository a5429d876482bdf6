"""The budget to the token and to the second, on a table in memory."""

import time
from types import SimpleNamespace

import budget
import inner
import pytest
from errors import ApiError
from inner import Ask, EndPiece, Message, TextPiece, Usage

from tests.gateway.fake_model import FakeModel
from tests.gateway.table import Table

NOON = 20_784 * 86_400 + 12 * 3600  # of a day in November 2026, UTC
DAY = time.strftime("%Y-%m-%d", time.gmtime(NOON))


@pytest.fixture
def clock(monkeypatch):
    """The time, which tests set."""
    clock = SimpleNamespace(now=NOON)
    monkeypatch.setattr(budget.time, "time", lambda: clock.now)
    monkeypatch.setattr(
        budget.time, "gmtime", lambda seconds=None, real=time.gmtime: real(seconds or clock.now)
    )
    return clock


@pytest.fixture
def tokens(clock):
    """1,000 tokens a day."""
    return budget.Budget(Table(), "budgets", 1000)


def of(tokens, caller="blue"):
    return tokens.client.items[f"{caller}#{DAY}"]


def test_a_promise_is_written_with_its_end_and_the_item_with_its_own(tokens):
    promise = tokens.reserve("blue", 300, 60, 40)
    assert promise == budget.Promise(f"blue#{DAY}", promise.name, 300, read=40, used=0)
    assert promise.name.startswith("promise-") and len(promise.name) == len("promise-") + 32
    assert of(tokens) == {
        promise.name: {"S": f"300 {NOON + 65} 40"},
        "taken": {"N": "300"},
        "expires": {"N": str(NOON + 7 * 86_400)},
    }


def test_without_an_end_a_call_is_thought_dead_after_a_quarter_of_an_hour(tokens):
    promise = tokens.reserve("blue", 300)
    assert of(tokens)[promise.name] == {"S": f"300 {NOON + 905} 0"}
    assert budget.Metered(None, tokens, "blue").seconds == 900


def test_two_promises_have_two_names(tokens):
    assert tokens.reserve("blue", 1).name != tokens.reserve("blue", 1).name


def test_all_tokens_of_a_day_may_be_taken_and_not_one_more(tokens):
    tokens.reserve("blue", 1000)
    with pytest.raises(ApiError):
        tokens.reserve("blue", 1)
    with pytest.raises(ApiError):
        tokens.reserve("red", 1001)
    tokens.reserve("red", 999)
    tokens.reserve("red", 1)
    assert of(tokens, "red")["taken"] == {"N": "1000"}


def test_more_than_a_day_has_does_not_even_ask_the_table(tokens):
    with pytest.raises(ApiError):
        tokens.reserve("blue", 1001)
    assert tokens.client.asked == [] and tokens.client.reads == []


def test_who_settles_gives_back_what_was_not_used(tokens):
    promise = tokens.reserve("blue", 300)
    promise.used = 120
    tokens.settle(promise)
    assert of(tokens)["taken"] == {"N": "120"} and promise.name not in of(tokens)


def test_who_used_nothing_gives_back_all(tokens):
    tokens.settle(tokens.reserve("blue", 300))
    assert of(tokens)["taken"] == {"N": "0"}


def test_a_call_without_a_key_has_the_budget_of_all_without(tokens):
    tokens.reserve(None, 10)
    tokens.reserve("", 10)
    assert of(tokens, "no-key")["taken"] == {"N": "20"}


@pytest.mark.parametrize("later, free", [(64, False), (65, False), (65.5, True), (66, True)])
def test_a_promise_is_dead_when_its_end_is_over_and_not_at_it(tokens, clock, later, free):
    dead = tokens.reserve("blue", 800, 60)
    clock.now = NOON + later
    if free:
        tokens.reserve("blue", 900)
        assert of(tokens)["taken"] == {"N": "900"} and dead.name not in of(tokens)
    else:
        with pytest.raises(ApiError):
            tokens.reserve("blue", 900)
        assert of(tokens)["taken"] == {"N": "800"} and dead.name in of(tokens)


def test_only_dead_promises_are_given_back(tokens, clock):
    tokens.reserve("blue", 200, 60)
    living = tokens.reserve("blue", 300, 600)
    tokens.reserve("blue", 400, 60)
    clock.now = NOON + 100
    tokens.reserve("blue", 700)
    assert of(tokens)["taken"] == {"N": "1000"} and living.name in of(tokens)
    assert tokens.client.reads == [True]  # what another call has just changed has to be seen


def test_a_call_that_was_given_up_and_lives_pays_what_it_used(tokens, clock):
    late = tokens.reserve("blue", 800, 60)
    late.used = 50
    clock.now = NOON + 100
    tokens.reserve("blue", 900)
    tokens.settle(late)
    assert of(tokens)["taken"] == {"N": "950"}


def test_a_call_that_dies_costs_its_prompt_to_the_token(tokens, clock):
    tokens.reserve("blue", 800, 60, 100)
    clock.now = NOON + 100
    with pytest.raises(ApiError):
        tokens.reserve("blue", 901)
    assert of(tokens)["taken"] == {"N": "100"}
    tokens.reserve("blue", 900)
    assert of(tokens)["taken"] == {"N": "1000"}


@pytest.mark.parametrize("used, taken", [(100, 1000), (130, 1030), (0, 900)])
def test_a_call_that_was_given_up_and_lives_pays_what_it_used_besides_its_prompt(
    tokens, clock, used, taken
):
    late = tokens.reserve("blue", 800, 60, 100)
    late.used = used
    clock.now = NOON + 100
    tokens.reserve("blue", 900)
    tokens.settle(late)
    assert of(tokens)["taken"] == {"N": str(taken)}


def test_a_promise_of_before_that_does_not_tell_its_prompt_is_given_back_whole(tokens, clock):
    old = tokens.reserve("blue", 800, 60)
    of(tokens)[old.name] = {"S": f"800 {NOON + 65}"}
    clock.now = NOON + 100
    tokens.reserve("blue", 1000)
    assert of(tokens)["taken"] == {"N": "1000"} and old.name not in of(tokens)


def test_an_item_that_is_not_there_has_nothing_to_give_back(tokens):
    tokens._give_back_dead("nobody")
    assert tokens.client.items == {}


@pytest.mark.parametrize("into_the_day, midnight", [(0, 86_400), (1, 86_399), (86_399, 1)])
def test_a_refusal_counts_the_seconds_until_midnight(clock, into_the_day, midnight):
    clock.now = NOON - 12 * 3600 + into_the_day + 0.9
    refused = budget.refusal(5, 3)
    assert (refused.status, refused.code, refused.type) == (429, "rate_limit_exceeded", "tokens")
    assert refused.headers == {"Retry-After": str(midnight), "x-should-retry": "false"}
    assert refused.param is None
    assert refused.message == (
        "This needs up to 5 tokens, prompt and max_tokens together, and fewer are left of the 3 "
        f"that this key has for a day. A new day begins in {midnight} s."
    )


def test_a_refusal_names_what_was_wanted_and_what_a_day_has(tokens):
    with pytest.raises(ApiError, match=r"up to 1001 tokens.* of the 1000 that"):
        tokens.reserve("blue", 1001)


# The model behind it


class Model(FakeModel):
    """A model whose prompts have 50 tokens, and which gives two pieces and an end."""

    def __init__(self, usage=(50, 7)):
        super().__init__()
        last = Usage(*usage)
        self.pieces = [TextPiece("x", Usage(50, 1)), TextPiece("x", last), EndPiece("stop", last)]
        self.long = []

    def refuse_long(self, ask):
        self.long.append(ask)

    def count(self, ask):
        assert ask is ASK
        return 50


ASK = Ask((Message("user", "hello"),), max_tokens=100)


def test_an_answer_costs_prompt_and_answer(tokens):
    model = Model()
    metered = budget.Metered(model, tokens, "blue", 10)
    assert inner.whole(metered.stream(ASK)).text == "xx"
    assert (model.asks, model.long) == ([ASK], [ASK])
    assert of(tokens)["taken"] == {"N": "57"}


def test_what_costs_nothing_is_the_models_own(tokens):
    model = Model()
    metered = budget.Metered(model, tokens, "blue", 10)
    assert (metered.name, metered.limits, metered.frames) == (
        model.name, model.limits, model.frames
    )  # fmt: skip
    assert metered.count(ASK) == 50
    metered.refuse_long(ASK)
    assert model.long == [ASK] and tokens.client.items == {}


def test_a_stream_costs_what_its_last_piece_says(tokens):
    model = Model()
    pieces = budget.Metered(model, tokens, "blue", 10).stream(ASK)
    first = next(pieces)
    assert of(tokens)["taken"] == {"N": "150"}  # all that it may need is set aside
    assert [value["S"] for name, value in of(tokens).items() if name.startswith("promise-")] == [
        f"150 {NOON + 15} 50"
    ]
    assert [first, *pieces] == model.pieces
    assert model.asks == [ASK] and of(tokens)["taken"] == {"N": "57"}


def test_a_stream_that_is_left_costs_what_it_gave(tokens):
    pieces = budget.Metered(Model(), tokens, "blue").stream(ASK)
    next(pieces)
    pieces.close()
    assert of(tokens)["taken"] == {"N": "51"}


def test_who_cannot_be_settled_is_logged_by_the_item_and_answered(tokens, capsys, monkeypatch):
    def fail(*_):
        raise OSError("gone")

    monkeypatch.setattr(budget.Budget, "settle", fail)
    assert inner.whole(budget.Metered(Model(), tokens, "blue").stream(ASK)).text == "xx"
    assert capsys.readouterr().out == f'{{"error": "OSError", "not_settled": "blue#{DAY}"}}\n'


def test_without_a_table_there_is_no_budget(monkeypatch):
    monkeypatch.delenv("BUDGET_TABLE", raising=False)
    assert budget.from_environment() is None
    monkeypatch.setenv("BUDGET_TABLE", "")
    assert budget.from_environment() is None


def test_the_environment_names_the_table_and_what_a_day_has(monkeypatch):
    for name, value in {"BUDGET_TABLE": "t", "TOKENS_PER_DAY": "20", "AWS_REGION": "us-east-1",
                        "AWS_DEFAULT_REGION": "us-east-1"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    found = budget.from_environment()
    assert (found.table, found.tokens_per_day) == ("t", 20)
    assert found.client.meta.service_model.service_name == "dynamodb"
    config = found.client.meta.config
    # A function that waits for its table longer than this has no time left to answer.
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (2, 2, 50)


def test_what_is_taken_at_the_second_try_has_its_end_too(tokens, clock):
    tokens.reserve("blue", 800, 60)
    clock.now = NOON + 100
    promise = tokens.reserve("blue", 900, 30)
    assert of(tokens)[promise.name] == {"S": f"900 {NOON + 135} 0"}
