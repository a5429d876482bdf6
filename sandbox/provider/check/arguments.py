"""Check: the arguments of a program made complete, or refused.

As the official provider does it, arguments that the program left out are filled in here and
recorded, and the names of those are kept under `__defaults`: a made-up name stays when the
resource is updated, and a name that the program chose makes a replacement delete first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.provider.check import forms, rules
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.runs import Settings
from sandbox.provider.core.wire import DEFAULTS, UNKNOWN, Secret, has_unknown, mark, plain

HEX = 7  # digits behind a made-up name, as many as the official provider takes

Values = dict[str, Any]


@dataclass(frozen=True)
class Naming:
    """What is known about the name that a resource shall get.

    Attributes:
        seed: random bytes from the engine; other ones in a preview than in the update.
        proposed: the name that the stack's configuration asks for, None when it does not.
        forced: whether the provider may not change the proposed name.
        disabled: whether the configuration forbids made-up names.
        earlier: the name of an interrupted create of the same resource.
    """

    seed: bytes = b""
    proposed: str | None = None
    forced: bool = False
    disabled: bool = False
    earlier: str | None = None


def check(
    type: Type, name: str, news: Values, olds: Values, settings: Settings, naming: Naming
) -> tuple[Values, list[str]]:
    """The complete arguments, and the sentences of all refusals.

    Args:
        name: the resource's name in the program.
        news: the arguments of the program, decoded.
        olds: the arguments of the last update, empty for a new resource.
    """
    problems: list[str] = []

    def refuse(path: str, sentence: str) -> None:
        where = f". Examine values at '{name}.{path}'." if path else ""
        problems.append(
            sentence if sentence.startswith("Missing required property") else sentence + where
        )

    inputs = forms.coerced(type.inputs, news, refuse)
    filled = _fill(type, name, inputs, olds, naming, refuse)
    _provider_values(type, inputs, settings)
    if not problems:
        for path, sentence in rules.refusals(type, plain(inputs)):
            refuse(path, sentence)
    inputs[DEFAULTS] = sorted(filled)
    return inputs, problems


def _provider_values(type: Type, inputs: Values, settings: Settings) -> None:
    """What the provider's own configuration adds: the region and the default tags."""
    if "region" in type.inputs and inputs.get("region") is None:
        inputs["region"] = settings.region
    if type.tagged:
        own = inputs.get("tags")
        tags = plain(own) or {}
        if own is UNKNOWN or has_unknown(settings.default_tags):
            inputs["tagsAll"] = UNKNOWN
        elif isinstance(tags, dict):
            merged = {**plain(settings.default_tags), **tags}
            inputs["tagsAll"] = mark(merged, own)


# What the program left out


def _fill(
    type: Type, name: str, inputs: Values, olds: Values, naming: Naming, refuse: forms.Refuse
) -> set[str]:
    """Fill in defaults and the name; returns which arguments were filled in."""
    filled = set()
    for argument, fact in type.inputs.items():
        if inputs.get(argument) is not None:
            _fill_inside(fact, inputs[argument])
        elif fact.default is not None and not _excluded(type, argument, inputs):
            inputs[argument] = fact.default
            filled.add(argument)
    made = type.name_of
    if made and inputs.get(made) is None and not _excluded(type, made, inputs):
        chosen = _old_name(made, olds) or _new_name(type, name, naming, refuse)
        if chosen:
            inputs[made] = chosen
            filled.add(made)
    return filled


def _fill_inside(field: Field, value: Any) -> None:
    """Defaults of blocks, which hold where the block is given."""
    if isinstance(value, Secret):
        _fill_inside(field, value.value)
    elif isinstance(value, dict):
        for name, inner in field.fields.items():
            if value.get(name) is not None:
                _fill_inside(inner, value[name])
            elif inner.default is not None:
                value[name] = inner.default
    elif isinstance(value, list) and field.element:
        for item in value:
            _fill_inside(field.element, item)


def _excluded(type: Type, argument: str, inputs: Values) -> bool:
    """Whether another argument that is given rules this one out: `namePrefix` the name."""
    return any(
        argument in names and any(inputs.get(other) is not None for other in names - {argument})
        for names in _exclusive(type)
    )


def _exclusive(type: Type) -> Iterator[set[str]]:
    for group in type.groups:
        if group["kind"] == "conflicts":
            yield set(group["names"].values())


def _old_name(made: str, olds: Values) -> Any:
    """The name made up for the last update, if it was made up."""
    return olds.get(made) if made in plain(olds.get(DEFAULTS) or []) else None


def _new_name(type: Type, name: str, naming: Naming, refuse: forms.Refuse) -> str | None:
    rule = type.name_rule
    if naming.earlier:
        return naming.earlier
    if naming.proposed:
        return naming.proposed if naming.forced else _proposed(naming.proposed, rule, refuse)
    if naming.disabled:
        fact = type.inputs[type.name_of or ""]
        if fact.required or not fact.computed:
            refuse("", f"Missing required property '{type.name_of}'")
        return None
    if rule.get("bare"):
        return name
    base = name.lower() if rule.get("lower") else name
    made = f"{base}-{unique(naming.seed)}"
    if len(made) > rule["max"]:
        refuse(
            type.name_of or "",
            f"could not make a name for '{name}': '{base}-' plus {HEX} random characters is longer "
            f"than the maximum of {rule['max']}; shorten the name, or give {type.name_of} yourself",
        )
    return made


def _proposed(name: str, rule: dict[str, Any], refuse: forms.Refuse) -> str:
    """The name of a stack's own pattern; one that is proposed and not enforced is fitted to the type.

    As ComputeAutoNameDefault of Pulumi's bridge to the official provider does it, in its words.
    """
    fitted = name.lower() if rule.get("lower") else name
    if len(fitted) > rule["max"]:
        refuse("", f"calculated name '{fitted}' exceeds maximum length of {rule['max']}")
    return fitted


def unique(seed: bytes) -> str:
    """Seven hexadecimal digits that depend on the seed alone."""
    return hashlib.sha256(seed).hexdigest()[:HEX]
