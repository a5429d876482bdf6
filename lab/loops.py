"""The event loop of a Pulumi program, ended with all that the program left in it.

Outputs that nobody waits for are tasks without an end, and a program that failed leaves many. The
garbage collector would find them at any time later, and warn in the middle of something else.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

ROUNDS = 100  # what ends may begin another task: to register, to log


def end(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left in a loop that does not run, and close it; safe to repeat."""
    loop.set_exception_handler(lambda *_: None)
    for _ in range(ROUNDS):
        left = set() if loop.is_closed() else asyncio.all_tasks(loop)
        if not left:
            break
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
    # The SDK closes a loop that a task was added to as it ended: nothing can run there any more.
    for task in asyncio.all_tasks(loop):
        coroutine = task.get_coro()
        if coroutine is not None:
            with suppress(RuntimeError):  # what it does at its end may want a loop
                coroutine.close()
