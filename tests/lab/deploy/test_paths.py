"""Property paths of the engine's detailedDiff: what stands there is found, however it is spelled."""

import pytest

from lab.deploy.values import MARK, SECRET, changes

# As Pulumi writes them: a key that is no plain name stands in brackets and quotes.
PATHS = {
    "plain": {"plain": "x"},
    "tags.owner": {"tags": {"owner": "x"}},
    "layers[1]": {"layers": ["w", "x"]},
    "rules[0].cidrBlocks[0]": {"rules": [{"cidrBlocks": ["x"]}]},
    'headers["integration.request.header.pool"]': {
        "headers": {"integration.request.header.pool": "x"}
    },
    'models["$default"].name': {"models": {"$default": {"name": "x"}}},
    r'tags["a \"b\" [0].c"]': {"tags": {'a "b" [0].c': "x"}},
    '["with.dot"]': {"with.dot": "x"},
}


@pytest.mark.parametrize("path", PATHS)
def test_a_value_is_found_at_its_path(path):
    (change,) = changes(PATHS[path], {}, {path: {"diffKind": "delete"}})
    assert (change.before, change.after) == ("x", "(none)")


@pytest.mark.parametrize(
    "path", ["tags.other", "layers[7]", "layers.name", "plain[0]", 'plain["x"]']
)
def test_where_nothing_is_nothing_is_shown(path):
    inputs = {"plain": "x", "tags": {"owner": "x"}, "layers": ["w"]}
    (change,) = changes(inputs, inputs, {path: {"diffKind": "update"}})
    assert (change.before, change.after) == ("(none)", "(none)")


def test_inside_of_a_secret_is_a_secret():
    inputs = {"variables": {MARK: SECRET, "ciphertext": "x"}}
    (change,) = changes(inputs, inputs, {"variables.KEY": {"diffKind": "update"}})
    assert (change.before, change.after) == ("[secret]", "[secret]")
