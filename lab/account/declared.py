"""What a chapter would make in an account, by type: its program, run against nothing."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any

import pulumi

from lab import course
from lab.errors import LabError
from lab.mocks import mocks
from lab.session.program import compose, names_of

# What the program makes where nothing else brings the model; its zip need not be there yet.
LAYER = (
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:lambda/layerVersion:LayerVersion",
)


def declared(chapter: int | str, **settings: Any) -> Counter[str]:
    """How many resources of each type a chapter has, with some settings other than the default.

    Args:
        settings: of gateway/settings.py, by their names there.

    Raises:
        LabError: the program refuses these settings; the message is its own.
    """
    from gateway.settings import Settings

    through = course.find(chapter).number
    files = (file.replace("/", ".") for file in course.FILES)
    names = names_of(import_module(f"gateway.{file}") for file in files)
    program = compose(names, {}, course.steps(course.LAST, after=through))
    layer = settings.pop("model_layer", settings.get("backend", "local") == "local")
    try:
        chosen = Settings(**{"logging_role": "own", **settings, "model_layer": False})
        made = mocks.run(lambda: program(chosen))
    except (TypeError, pulumi.RunError, mocks.StepFailed) as error:
        raise LabError(
            str(error), "gateway/settings.py lists what can be set: declared(16, instances=1)"
        ) from None
    found = Counter(each.token for each in made if each.token.startswith("aws:"))
    if layer and not settings.get("function_name") and found["aws:lambda/function:Function"]:
        found.update(LAYER)
    return found
