"""gateway/ as a notebook deploys it: the program up to a chapter, and what it needs of the SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from lab import course
from lab.session.program import compose, names_of, replaced, same


def program(
    through: int, own: Mapping[str, object], note: Callable[[str], None]
) -> Callable[[], None]:
    """The program up to a chapter, as the engine runs it.

    Args:
        through: the last chapter whose steps run.
        own: what the notebook's cells define, as `own_names` finds it.
        note: is told which functions and tables of gateway/ these take the place of.
    """
    from gateway.settings import Settings

    load_sdk(through)
    modules = (file.replace("/", ".") for file in course.FILES)
    theirs = names_of(import_module(f"gateway.{module}") for module in modules)
    mine = replaced(theirs, own)
    if changed := sorted(name for name in mine if not same(mine[name], theirs[name])):
        note(f"From this notebook instead of gateway/: {', '.join(changed)}")
    composed = compose(theirs, mine, course.steps(course.LAST, after=through))
    return lambda: composed(Settings.from_config())


def load_sdk(through: int = course.LAST) -> None:
    """Load the SDK's classes that the program uses: their modules load at the first look inside.

    Not in a thread of its own: a second look at a module that is being loaded finds it empty.

    Args:
        through: the last chapter whose steps run; instances want half of the memory, of each kernel.
    """
    import pulumi_aws as aws

    first = [(aws.iam, "Role"), (aws.lambda_, "Function"), (aws.apigateway, "Stage")]
    if through >= course.that_makes("network").number:
        first += [(aws.lb, "Listener"), (aws.ec2, "LaunchTemplate")]
        first += [(aws.vpc, "SecurityGroupIngressRule"), (aws.autoscaling, "Group")]
        first += [(aws.s3, "Bucket"), (aws.apigatewayv2, "VpcLink")]
    for module, name in (*first, (aws.cloudwatch, "LogGroup")):
        getattr(module, name)
