"""A sandbox that nobody uses ends where KIT_IDLE says so, and never while it is asked something."""

import asyncio

import pytest

from sandbox.server import idle
from sandbox.server.base import settings


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_quiet_is_the_time_since_the_last_answer():
    clock = Clock()
    use = idle.Use(clock)
    clock.now += 30
    assert use.quiet == 30
    with use.one():
        clock.now += 500
        assert use.quiet == 0
    clock.now += 2
    assert use.quiet == 2


@pytest.mark.parametrize(("told", "seconds"), [("", 0), ("0", 0), ("60", 3600), ("0.5", 30)])
def test_the_setting_is_in_minutes(monkeypatch, told, seconds):
    monkeypatch.setenv("KIT_IDLE", told)
    assert settings.idle_seconds() == seconds


@pytest.mark.parametrize("told", ["soon", "-1", "nan", "inf", "1e9"])
def test_what_is_no_number_of_minutes_says_its_fix(monkeypatch, told):
    monkeypatch.setenv("KIT_IDLE", told)
    with pytest.raises(ValueError, match=r"no number of minutes\. Fix: export KIT_IDLE=60"):
        settings.idle_seconds()


def test_it_ends_once_it_is_quiet_and_not_without_the_setting(monkeypatch):
    clock, ended = Clock(), []
    use = idle.Use(clock)
    monkeypatch.setenv("KIT_IDLE", "0")
    asyncio.run(idle.end_when_idle(use, lambda: ended.append(1)))
    assert not ended
    monkeypatch.setenv("KIT_IDLE", "1")

    async def wait():
        task = asyncio.ensure_future(idle.end_when_idle(use, lambda: ended.append(clock.now)))
        await asyncio.sleep(0)
        assert not ended
        clock.now += 60
        monkeypatch.setattr(idle, "LOOK", 0)
        task.cancel()
        await idle.end_when_idle(use, lambda: ended.append(clock.now))

    asyncio.run(wait())
    assert ended == [160.0]
