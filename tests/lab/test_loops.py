"""What a Pulumi program leaves in its event loop ends with it, and nobody hears of it later."""

import asyncio
import gc

import grpc
import pytest
from pulumi.automation._server import LanguageServer

from lab import loops
from lab.session import inline


async def endless(begins):
    """As an output that nobody waits for; what it ends with begins another."""
    try:
        await asyncio.Future()
    finally:
        if begins:
            begins.append(asyncio.ensure_future(endless([])))


async def leaves(loop, others, begins):
    others.append(loop.create_task(endless(begins)))
    await asyncio.sleep(0)


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed too early"])
def test_a_loop_is_ended_with_all_that_is_left_in_it(closed):
    loop, others = asyncio.new_event_loop(), []
    # In a loop that is closed, nothing can begin.
    loop.run_until_complete(leaves(loop, others, [] if closed else others))
    unbegun = loop.create_task(endless([]))
    if closed:
        loop.close()
    loops.end(loop)
    loops.end(loop)
    assert loop.is_closed()
    assert others
    del loop, others, unbegun
    gc.collect()  # a warning is an error, whoever causes it


class Gone(grpc.RpcError):
    pass


@pytest.mark.parametrize("error", [None, Gone(), KeyError("x")], ids=repr)
def test_the_engines_program_has_a_loop_that_ends_however_it_does(monkeypatch, error):
    made = []

    def run(self, request, context):
        """As the SDK's own does when a task raises while it is ended: the loop stays as it is."""

        async def program():
            made.append(asyncio.get_running_loop())
            self.program()
            made[0].create_task(endless([]))

        asyncio.new_event_loop().run_until_complete(program())
        if error:
            raise error
        return "fine"

    monkeypatch.setattr(LanguageServer, "Run", run)
    ran = []
    server = inline._Language(lambda: ran.append(1))
    if isinstance(error, KeyError):
        with pytest.raises(KeyError):
            server.Run(None, None)
    else:
        assert server.Run(None, None) is not None
    assert ran == [1]
    assert [loop.is_closed() for loop in made] == [True]
