"""Interrupted, killed, two at once: a real kernel, the real engine, a provider that can be slow."""

import os
import signal
import time

import pytest

from lab.session.stack import Stack
from lab.session.state import read_lock
from tests.lab.session.stacks import NAMES, wait_for


@pytest.fixture
def stack(tmp_path):
    """The stack of the kernels, as its files say."""
    return Stack("course", tmp_path / "kit", command=None)


def ready(kernels, chapter=3, more=""):
    """A notebook in which `up` can be called."""
    kernel = kernels()
    kernel.run(f"from lab import start, up\nstart({chapter})\n{more}")
    return kernel


def begin_up(kernel, fake, seconds, *, stubborn=False):
    """Send a cell with `up()` and wait until the API is being made, which takes so many seconds."""
    fake.slow, fake.stubborn = {"languageModelApi": seconds}, stubborn
    request = kernel.send("up()")
    assert fake.started.wait(20)
    return request


def whole(stack, chapter=3):
    """Whether all of a chapter is deployed, and nothing is left open."""
    state = stack.state()
    return len(state.names) == NAMES[chapter] and not state.unfinished


def test_an_interrupt_ends_an_up_within_five_seconds_and_the_next_goes_on(kernels, fake, stack):
    kernel = ready(kernels)
    request = begin_up(kernel, fake, 60)
    wait_for(lambda: len(stack.state().names) >= 3)
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    reply = kernel.reply(request)
    took = time.monotonic() - began
    assert reply["ename"] == "Stopped"
    assert took < 5
    assert "Not finished: languageModelApi" in reply["shown"]
    assert "saved and not locked" in reply["shown"]
    assert "Traceback" not in reply["shown"]
    assert not stack.lock_files
    assert not stack.state().unfinished
    fake.slow = {}
    assert "unchanged" in kernel.run("up()")["shown"]
    assert whole(stack)


def test_a_provider_that_does_not_hear_the_cancel_is_left_within_five_seconds(kernels, fake, stack):
    kernel = ready(kernels)
    request = begin_up(kernel, fake, 20, stubborn=True)
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    reply = kernel.reply(request)
    assert reply["ename"] == "Stopped"
    assert time.monotonic() - began < 5
    fake.slow = {}
    again = kernel.run("up()")
    assert "cut off while creating aws.apigateway.RestApi languageModelApi" in again["shown"]
    assert whole(stack)


def test_three_interrupts_in_a_row_leave_a_stack_that_the_next_up_repairs(kernels, fake, stack):
    kernel = ready(kernels)
    request = begin_up(kernel, fake, 20, stubborn=True)
    for _ in range(3):
        kernel.manager.interrupt_kernel()
        time.sleep(0.3)
    assert kernel.reply(request)["ename"] == "Stopped"
    fake.slow = {}
    kernel.run("up()")
    assert whole(stack)


def test_a_kernel_killed_during_an_up_leaves_a_stack_that_the_next_one_continues(
    kernels, fake, stack
):
    kernel = ready(kernels)
    begin_up(kernel, fake, 3)
    os.kill(kernel.pid, signal.SIGKILL)
    fake.slow = {}
    ready(kernels).run("up()")
    assert whole(stack)
    # Killed after the create had begun: the engine ended it, so it is not there twice.
    assert fake.names("create").count("languageModelApi") == 1


def test_an_engine_that_was_killed_leaves_its_lock_and_the_next_up_removes_it(kernels, fake, stack):
    kernel = ready(kernels)
    request = begin_up(kernel, fake, 3)
    [lock] = stack.lock_files
    os.kill(read_lock(lock.read_text()).pid, signal.SIGKILL)
    assert kernel.reply(request)["ename"] == "DeployError"
    assert stack.lock_files
    fake.slow = {}
    assert "its lock was removed" in kernel.run("up()")["shown"]
    assert whole(stack)


def test_two_notebooks_that_deploy_at_once_take_turns(kernels, fake, stack):
    first, second = ready(kernels), ready(kernels, 6)
    one = begin_up(first, fake, 2)
    two = second.send("up()")
    assert first.reply(one)["status"] == "ok"
    reply = second.reply(two)
    assert reply["status"] == "ok", reply["shown"]
    assert whole(stack, 6)
    assert fake.names("create").count("languageModelApi") == 1


def test_waiting_for_another_notebook_can_be_interrupted(kernels, fake):
    first, second = ready(kernels), ready(kernels)
    one = begin_up(first, fake, 4)
    two = second.send("up()")
    time.sleep(0.6)
    second.manager.interrupt_kernel()
    reply = second.reply(two)
    assert reply["ename"] == "Stopped"
    assert "nothing was changed" in reply["shown"]
    assert first.reply(one)["status"] == "ok"


def test_waiting_too_long_says_who_deploys(kernels, fake):
    first = ready(kernels)
    second = ready(kernels, more="from lab.session import turns\nturns.WAIT = 0.5")
    one = begin_up(first, fake, 3)
    reply = second.reply(second.send("up()"))
    assert reply["ename"] == "Busy"
    assert f"another notebook (process {first.pid}) that runs up()" in reply["shown"]
    assert "Wait until it is done, or interrupt it there" in reply["shown"]
    assert "ConcurrentUpdateError" not in reply["shown"]
    assert first.reply(one)["status"] == "ok"
