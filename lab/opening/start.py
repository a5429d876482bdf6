"""`start`: the first call of every notebook. Sets up what is missing and shows what is there."""

from __future__ import annotations

import platform
from importlib.metadata import version

from lab.deploy import places
from lab.draw import page
from lab.draw.view import Display
from lab.errors import LabError
from lab.marks import progress
from lab.opening import stray
from lab.opening.card import Card
from lab.preflight import speed
from lab.preflight.preflight import preflight
from lab.session import recovery, session
from lab.session import target as targets
from lab.session.gateway import load_sdk
from lab.session.ready import Session


def start(chapter: int | str, target: str | None = None, *, stack: str | None = None) -> Card:
    """Make this notebook ready: engine, sandbox, stack. Safe to run twice.

    Args:
        chapter: this notebook's, such as 3 or "03_rest_api".
        target: "sandbox" or "aws"; default KIT_TARGET, else the sandbox.
        stack: one of its own instead of the course's, as chapter 00 has.

    Raises:
        LabError: it cannot be made ready; the card says why and what to do.
    """
    card = Card(f"Chapter {chapter}")
    page.install()
    with Display(card) as display:

        def say(phase: str) -> None:
            card.phase = phase
            display.draw(now=True)

        try:
            opened = session.open_session(chapter, target=target, stack=stack, say=say)
            say("loading the SDK")
            load_sdk(opened.chapter.number)
            stray.watch()
            progress.watch(opened.chapter.slug)
            if opened.target.name == "sandbox" and speed.speed() is None:
                say("measuring how fast the model writes here, once a day")
            _fill(card, opened)
            card.problems = [*_damage(opened), *_later(opened), *preflight().problems]
            card.problems += [slow for slow in [speed.warning(_speed(opened))] if slow]
            card.status = "done"
        except LabError as error:
            # What the preflight finds may be the cause, and then its fix is the better one.
            card.problems = [(error.message, error.fix), *preflight().problems]
            card.status = "failed"
            raise
        except BaseException:
            card.status = "failed"
            raise
    return card


def _fill(card: Card, opened: Session) -> None:
    """The facts of a session that is open."""
    chapter, target, stack = opened.chapter, opened.target, opened.stack
    card.title = f"Chapter {chapter.number:02d}: {chapter.title}"
    sandbox = target.name == "sandbox"
    where = "sandbox: AWS on this machine, no account, no cost" if sandbox else "AWS"
    card.facts = {
        "deploys to": where if sandbox else f"{where}, account {target.account}: it costs money",
        "region": target.region,
        "stack": stack.name,
        "deployed": deployed(stack.state().names),
        **({"sandbox": f"{target.endpoint} (ministack {version('ministack')})"} if sandbox else {}),
        "engine": opened.cli.describe(),
        **({"model": model} if (model := speed.told(_speed(opened))) else {}),
        **({"progress": told} if (told := progress.now().line) else {}),
        "SDK": f"pulumi {version('pulumi')}, pulumi-aws {version('pulumi-aws')}, "
        f"Python {platform.python_version()}",
        **({"put right": " ".join(opened.mended)} if opened.mended else {}),
        **({"your shell": "; ".join(notes)} if (notes := targets.notes()) else {}),
    }


def _speed(opened: Session) -> float | None:
    """How fast the model writes, where it runs on this machine."""
    return speed.speed(measure=True) if opened.target.name == "sandbox" else None


def _later(opened: Session) -> list[tuple[str, str]]:
    """That pages after this one have changed what it is about, and the call that puts it right."""
    number = opened.chapter.number
    known = places.of_gateway()
    chapters = places.chapters_of(opened.stack.state().names, known)
    later = sorted(chapter for chapter in chapters if chapter > number > 0)
    if not later:
        return []
    named = f"{later[0]:02d} to {later[-1]:02d}" if len(later) > 1 else f"{later[0]:02d}"
    what = f"Of later chapters ({named}) more is deployed than this page tells of: here and there "
    what += "you will see more, other numbers, or a 401."
    return [(what, f"up({number}, delete=True) takes it away; their pages make it again.")]


def _damage(opened: Session) -> list[tuple[str, str]]:
    """What the sandbox has lost, until an `up` has made up for it."""
    target = opened.target
    if not target.damaged or not recovery.is_news(opened.stack.deployed_to(), target.mark):
        return []
    return [(f"{recovery.DAMAGED}: {target.damaged}.", "up() makes again what is gone.")]


def deployed(names: list[str]) -> str:
    """What a stack with these resources has, in words."""
    if not names:
        return "nothing yet"
    known = places.of_gateway()
    chapters = sorted(places.chapters_of(names, known))
    resources = f"{len(names)} resource{'s' if len(names) > 1 else ''}"
    if not chapters:
        return resources
    if chapters == list(range(chapters[0], chapters[-1] + 1)) and len(chapters) > 1:
        said = f"chapters {chapters[0]:02d} to {chapters[-1]:02d}"
    else:
        said = ("chapters " if len(chapters) > 1 else "chapter ") + ", ".join(
            f"{number:02d}" for number in chapters
        )
    own = len([name for name in names if name not in known])
    return f"{said}: {resources}" + (f", {own} of them your own" if own else "")
