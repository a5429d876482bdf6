"""A DynamoDB table in memory, as far as the budget's updates go: for tests of its arithmetic.

That DynamoDB itself takes these updates is what test_budget.py shows, with a real table.
"""

import re
from types import SimpleNamespace


class ConditionalCheckFailedException(Exception):
    """The condition of an update does not hold."""


class Table:
    """A client whose only table is this one; `items` by id, `asked` what it was asked to change."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailedException)

    def __init__(self, name="budgets"):
        self.name, self.items, self.asked, self.reads = name, {}, [], []

    def get_item(self, *, TableName, Key, ConsistentRead):
        assert TableName == self.name and list(Key) == ["id"]
        self.reads.append(ConsistentRead)
        id = Key["id"]["S"]
        return {"Item": {"id": {"S": id}, **self.items[id]}} if id in self.items else {}

    def update_item(
        self,
        *,
        TableName,
        Key,
        UpdateExpression,
        ExpressionAttributeValues,
        ConditionExpression="",
        ExpressionAttributeNames=None,
    ):
        assert TableName == self.name and list(Key) == ["id"]
        self.asked.append(UpdateExpression)
        item = self.items.setdefault(Key["id"]["S"], {})
        names, values = ExpressionAttributeNames or {}, ExpressionAttributeValues
        if ConditionExpression and not _holds(ConditionExpression, item, names, values):
            raise ConditionalCheckFailedException
        for verb, part in re.findall(
            r"(SET|ADD|REMOVE) (.*?)(?= SET| ADD| REMOVE|$)", UpdateExpression
        ):
            for each in part.split(", "):
                _change(verb, each, item, names, values)


def _holds(condition, item, names, values):
    """`attribute_exists(a)`, `attribute_not_exists(a)` and `a <= :b`, joined by AND, OR, ()."""

    def number(name):
        return int(item[name]["N"]) if name in item else float("inf")

    python = re.sub(r"attribute_(not_)?exists\((\S+?)\)",
                    lambda m: str((names.get(m[2], m[2]) in item) != bool(m[1])), condition)  # fmt: skip
    python = re.sub(r"(\w+) <= (:\w+)",
                    lambda m: str(number(m[1]) <= int(values[m[2]]["N"])), python)  # fmt: skip
    return eval(python.replace("AND", "and").replace("OR", "or"), {})


def _change(verb, text, item, names, values):
    words = text.replace(" = ", " ").split()
    name = names.get(words[0], words[0])
    if verb == "REMOVE":
        del item[name]
    elif verb == "ADD":
        item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(values[words[1]]["N"]))}
    elif len(words) == 2:
        item[name] = values[words[1]]
    else:
        assert words[2] == "-"
        item[name] = {"N": str(int(item[words[1]]["N"]) - int(values[words[3]]["N"]))}
