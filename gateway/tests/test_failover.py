"""Each condition in which a backend fails, provoked; and breakers, in memory and in a table."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).resolve().parent
FUNCTION = HERE.parent / "functions" / "model"


@pytest.fixture(autouse=True)
def _folders(monkeypatch):
    for folder in (HERE, FUNCTION):
        monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield
    # Lambda's names are short ones; no other test is to find these.
    for name in set(sys.modules) - before:
        path = str(getattr(sys.modules[name], "__file__", "") or "")
        if path.startswith((str(HERE), str(FUNCTION))):
            monkeypatch.delitem(sys.modules, name)


def names():
    """The rows' names, without loading what they need."""
    sys.path[:0] = [str(HERE), str(FUNCTION)]
    try:
        import conditions

        return [row.name for row in conditions.CONDITIONS]
    finally:
        del sys.path[:2]


class Items:
    """DynamoDB's one item of a breaker: what its few expressions do to it."""

    class Failed(Exception):
        """Its condition does not hold."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=Failed)

    def __init__(self):
        self.item, self.reads, self.writes, self.down = {}, 0, 0, False

    def get_item(self, TableName, Key):
        self.reads += 1
        self.is_meant(TableName, Key)
        self.fail_if_down()
        return {"Item": dict(self.item)}

    def is_meant(self, table, key):
        assert (table, key) == ("breakers", {"id": {"S": "first"}})

    def fail_if_down(self):
        if self.down:
            raise TimeoutError

    def update_item(self, TableName, Key, UpdateExpression, ExpressionAttributeValues, **more):
        self.writes += 1
        self.is_meant(TableName, Key)
        self.fail_if_down()
        given = {name: float(each["N"]) for name, each in ExpressionAttributeValues.items()}
        if not self.holds(more.get("ConditionExpression", ""), given):
            raise self.Failed
        assert (
            UpdateExpression.startswith(("SET ", "REMOVE ")) and more["ReturnValues"] == "ALL_NEW"
        )
        if UpdateExpression.startswith("REMOVE"):
            self.item.clear()
        elif "ADD failures" in UpdateExpression:
            self.put("failures", self.number("failures") + given[":one"])
        elif "openUntil" in UpdateExpression:
            self.put("openUntil", given[":until"])
            self.item.pop("trialUntil", None)
        else:
            self.put("trialUntil", given[":until"])
        return {"Attributes": dict(self.item)}

    def holds(self, condition, given):
        now, until = given.get(":now", 0), given.get(":until", 0)
        opened, trial = self.number("openUntil"), self.number("trialUntil")
        if condition.startswith("openUntil <= :now AND"):
            return 0 < opened <= now and trial <= now
        if condition.endswith("openUntil < :until"):
            return opened < until
        return not condition or opened <= now

    def number(self, name):
        return float(self.item.get(name, {"N": "0"})["N"])

    def put(self, name, value):
        self.item[name] = {"N": str(value)}


def in_a_table():
    """A breaker in an item of its own."""
    from failover.table import Table

    return Table(Items(), "breakers", "first")


@pytest.mark.parametrize("name", names())
def test_a_caller_sees_what_the_table_says(name):
    from conditions import CONDITIONS, Run

    row = next(row for row in CONDITIONS if row.name == name)
    result = Run(row).result()
    assert (result["saw"], result["asked"]) == (row.saw, row.asked)


BREAKING = ("failures", "success between", "Retry-After 60", "half open", "all open")


@pytest.mark.parametrize("name", [each for each in names() if any(w in each for w in BREAKING)])
def test_a_breaker_in_a_table_does_the_same(name):
    from conditions import CONDITIONS, Run

    row = next(row for row in CONDITIONS if row.name == name)
    result = Run(row, in_a_table).result()
    assert (result["saw"], result["asked"]) == (row.saw, row.asked)


def test_of_many_environments_one_tries_and_all_learn():
    from failover.breaker import TRIAL
    from failover.table import FRESH, Table

    items = Items()
    environments = [Table(items, "breakers", "first") for _ in range(5)]
    for each in environments[:3]:
        assert each.admits(100.0)
        each.failed(100.0)
    assert not any(each.admits(100.0 + FRESH) for each in environments)
    assert environments[4].wait(100.0 + FRESH) == 10 - FRESH
    assert [each.admits(110.0 + FRESH) for each in environments] == [True, *[False] * 4]
    # Who tries may be gone: after a while, another does.
    late = 110.0 + FRESH + TRIAL
    assert [each.admits(late) for each in environments] == [True, *[False] * 4]
    environments[0].succeeded(late)
    assert all(each.admits(late + FRESH) for each in environments)


def test_what_is_well_is_not_written_and_read_once_a_second():
    from failover.table import Table

    items = Items()
    breaker = Table(items, "breakers", "first")
    for hundredth in range(300):
        assert breaker.admits(100 + hundredth / 100)
        breaker.succeeded(100 + hundredth / 100)
    assert (items.reads, items.writes) == (3, 0)


def test_without_its_table_a_breaker_is_closed(capsys):
    from failover.table import Table

    items = Items()
    breaker = Table(items, "breakers", "first")
    items.down = True
    for second in range(5):
        assert breaker.admits(100.0 + second)
        breaker.failed(100.0 + second, 60)
        breaker.succeeded(100.0 + second)
    assert '"breaker": "first", "error": "TimeoutError"' in capsys.readouterr().out


def test_the_answer_to_an_older_question_closes_no_open_breaker():
    from failover.breaker import Memory

    for breaker in (Memory(), in_a_table()):
        breaker.failed(100.0, 60)
        breaker.succeeded(101.0)
        assert not breaker.admits(102.0)
        breaker.failed(103.0)  # nor does a shorter pause shorten the longer one
        assert breaker.wait(104.0) == 56


def test_no_pause_is_longer_than_five_minutes_and_a_date_is_none():
    from errors import ApiError
    from failover.breaker import pause
    from failover.chain import retry_after

    assert (pause(None), pause(0), pause(7), pause(86_400)) == (10, 0, 7, 300)
    for text, seconds in (("7", 7), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)):
        refused = ApiError(429, "c", "m", headers={"Retry-After": text})
        assert retry_after(refused) == seconds
