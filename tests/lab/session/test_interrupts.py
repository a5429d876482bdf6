"""Interrupted, killed, two at once: a real kernel, the real engine, a provider that can be slow."""

import os
import signal
import time

import pytest

from lab.session.stack import Stack
from lab.session.state import read_lock
from tests.lab.session.stacks import NAMES, wait_for

OPEN = "from lab import start, up, plan, destroy, outputs\nstart({})"


def stack_of(home):
    return Stack("course", home, command=None)


def test_an_interrupt_ends_an_up_within_five_seconds_and_the_next_goes_on(kernels, fake, tmp_path):
    stack = stack_of(tmp_path / "kit")
    fake.slow = {"languageModelApi": 60}
    kernel = kernels()
    kernel.run(OPEN.format(3))
    request = kernel.send("up()")
    assert fake.started.wait(20)
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
    again = kernel.run("up()")
    assert "unchanged" in again["shown"]
    assert len(stack.state().names) == NAMES[3]


def test_a_provider_that_does_not_hear_the_cancel_is_left_within_five_seconds(
    kernels, fake, tmp_path
):
    stack = stack_of(tmp_path / "kit")
    fake.slow, fake.stubborn = {"languageModelApi": 20}, True
    kernel = kernels()
    kernel.run(OPEN.format(3))
    request = kernel.send("up()")
    assert fake.started.wait(20)
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    reply = kernel.reply(request)
    assert reply["ename"] == "Stopped"
    assert time.monotonic() - began < 5
    fake.slow = {}
    again = kernel.run("up()")
    assert "cut off while creating aws.apigateway.RestApi languageModelApi" in again["shown"]
    assert len(stack.state().names) == NAMES[3]
    assert not stack.state().unfinished


def test_three_interrupts_in_a_row_leave_a_stack_that_the_next_up_repairs(kernels, fake, tmp_path):
    stack = stack_of(tmp_path / "kit")
    fake.slow, fake.stubborn = {"languageModelApi": 20}, True
    kernel = kernels()
    kernel.run(OPEN.format(3))
    request = kernel.send("up()")
    assert fake.started.wait(20)
    for _ in range(3):
        kernel.manager.interrupt_kernel()
        time.sleep(0.3)
    assert kernel.reply(request)["ename"] == "Stopped"
    fake.slow = {}
    kernel.run("up()")
    assert len(stack.state().names) == NAMES[3]


def test_a_kernel_killed_during_an_up_leaves_a_stack_that_the_next_one_continues(
    kernels, fake, tmp_path
):
    stack = stack_of(tmp_path / "kit")
    fake.slow = {"languageModelApi": 3}
    kernel = kernels()
    kernel.run(OPEN.format(3))
    kernel.send("up()")
    assert fake.started.wait(20)
    os.kill(kernel.pid, signal.SIGKILL)
    fake.slow = {}
    other = kernels()
    other.run(OPEN.format(3))
    other.run("up()")
    assert len(stack.state().names) == NAMES[3]
    # Killed after the create had begun: the engine ended it, so it is not there twice.
    assert fake.names("create").count("languageModelApi") == 1


def test_an_engine_that_was_killed_leaves_its_lock_and_the_next_up_removes_it(
    kernels, fake, tmp_path
):
    stack = stack_of(tmp_path / "kit")
    fake.slow = {"languageModelApi": 3}
    kernel = kernels()
    kernel.run(OPEN.format(3))
    request = kernel.send("up()")
    assert fake.started.wait(20)
    [lock] = stack.lock_files
    os.kill(read_lock(lock.read_text()).pid, signal.SIGKILL)
    assert kernel.reply(request)["ename"] == "DeployError"
    assert stack.lock_files
    fake.slow = {}
    again = kernel.run("up()")
    assert "its lock was removed" in again["shown"]
    assert len(stack.state().names) == NAMES[3]


def test_two_notebooks_that_deploy_at_once_take_turns(kernels, fake, tmp_path):
    stack = stack_of(tmp_path / "kit")
    fake.slow = {"languageModelApi": 2}
    first, second = kernels(), kernels()
    first.run(OPEN.format(3))
    second.run(OPEN.format(6))
    one = first.send("up()")
    assert fake.started.wait(20)
    two = second.send("up()")
    assert first.reply(one)["status"] == "ok"
    reply = second.reply(two)
    assert reply["status"] == "ok", reply["shown"]
    assert len(stack.state().names) == NAMES[6]
    assert fake.names("create").count("languageModelApi") == 1


def test_waiting_for_another_notebook_can_be_interrupted(kernels, fake):
    fake.slow = {"languageModelApi": 4}
    first, second = kernels(), kernels()
    first.run(OPEN.format(3))
    second.run(OPEN.format(3))
    one = first.send("up()")
    assert fake.started.wait(20)
    two = second.send("up()")
    time.sleep(0.6)
    second.manager.interrupt_kernel()
    reply = second.reply(two)
    assert reply["ename"] == "Stopped"
    assert "nothing was changed" in reply["shown"]
    assert first.reply(one)["status"] == "ok"


@pytest.mark.parametrize("wait", [0.5])
def test_waiting_too_long_says_who_deploys(kernels, fake, wait):
    fake.slow = {"languageModelApi": 3}
    first, second = kernels(), kernels()
    first.run(OPEN.format(3))
    second.run(OPEN.format(3) + f"\nfrom lab.session import operate\noperate.WAIT = {wait}")
    one = first.send("up()")
    assert fake.started.wait(20)
    reply = second.reply(second.send("up()"))
    assert reply["ename"] == "Busy"
    assert f"another notebook (process {first.pid}) that runs up()" in reply["shown"]
    assert "Wait until it is done, or interrupt it there" in reply["shown"]
    assert "ConcurrentUpdateError" not in reply["shown"]
    assert first.reply(one)["status"] == "ok"
