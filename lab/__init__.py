"""What notebooks import, one room a subject; each name is loaded when it is first used.

Nothing here makes a resource of the course (gateway/ does) or plays AWS (sandbox/ does).
"""

from __future__ import annotations

from lab.lazy import Names

_names = Names(
    __name__,
    {
        "start": "lab.opening.start",
        "plan": "lab.session.session",
        "up": "lab.session.session",
        "configure": "lab.setting.configure",
        "outputs": "lab.session.session",
        "destroy": "lab.session.session",
        "ask": "lab.prompt.ask",
        "playground": "lab.prompt.ask",
        "predict": "lab.predictions.predict",
        "check": "lab.exercise.exercises",
        "hint": "lab.exercise.exercises",
        "solution": "lab.exercise.exercises",
        "progress": "lab.marks.progress",
        "show": "lab.showing.show",
        "reset": "lab.copies",
        "export": "lab.exporting.export",
        "aws_preflight": "lab.account.preflight",
        "deployer_policy": "lab.account.preflight",
        "tokens": "lab.preflight.speed",
    },
)
__all__, __getattr__, __dir__ = _names.all, _names.load, _names.listed
