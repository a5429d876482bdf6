"""A program's outputs are awaited at once; what fails among them is the SDK's to tell."""

import asyncio

import pytest
from pulumi.runtime.settings import SETTINGS

from lab.session import inline


@pytest.fixture
def outputs():
    """The SDK's own set of outputs that are awaited, empty."""
    before = set(SETTINGS.outputs)
    SETTINGS.outputs.clear()
    yield SETTINGS.outputs
    SETTINGS.outputs.clear()
    SETTINGS.outputs.update(before)


def test_outputs_that_come_of_others_are_awaited_too(outputs):
    told = []

    async def output(depth):
        await asyncio.sleep(0)
        told.append(depth)
        if depth:
            outputs.add(asyncio.ensure_future(output(depth - 1)))

    async def program():
        outputs.update(asyncio.ensure_future(output(depth)) for depth in (0, 3))
        await inline._all_outputs()

    asyncio.run(program())
    assert sorted(told) == [0, 0, 1, 2, 3]


def test_one_that_fails_is_left_to_the_sdk_and_nobody_waits_for_the_others(outputs):
    async def fails():
        raise ZeroDivisionError

    async def program():
        bad, slow = (asyncio.ensure_future(each) for each in (fails(), asyncio.sleep(60)))
        outputs.update((bad, slow))
        await asyncio.wait_for(inline._all_outputs(), 10)
        assert outputs == {bad, slow} and isinstance(bad.exception(), ZeroDivisionError)
        slow.cancel()

    asyncio.run(program())
