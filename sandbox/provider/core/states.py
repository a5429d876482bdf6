"""From what calls return to what the engine keeps: outputs and, after a read, arguments."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.diff import same
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.kinds import Kind
from sandbox.provider.core.wire import DEFAULTS, UNKNOWN, Secret, mark, plain

Values = dict[str, Any]


def for_calls(type: Type, values: Values) -> Values:
    """Arguments or outputs as calls take them: no secrets, no notes of our own, all tags."""
    found = {k: v for k, v in plain(values).items() if not k.startswith("__")}
    if type.tagged:
        merged = found.pop("tagsAll", None) or found.get("tags")
        if merged:
            found["tags"] = merged
        else:
            found.pop("tags", None)
    return found


def outputs(type: Type, base: Values, returned: Values, own_tags: Any, like: Values) -> Values:
    """All outputs of a resource, secrets marked.

    Args:
        base: values for what the call left out: the arguments, or the last outputs.
        returned: what the call returned; None removes.
        own_tags: the tags of the program, to tell them from the provider's default ones.
        like: values whose secrets the outputs inherit.
    """
    known = set(type.inputs) | set(type.outputs)
    found = {k: v for k, v in {**plain(base), **returned}.items() if v is not None and k in known}
    if type.tagged and "tags" in returned:
        everything = returned["tags"] or {}
        own = plain(own_tags) or {}
        defaults = set(plain(base).get("tagsAll") or {}) - set(own)
        found["tagsAll"] = everything
        found["tags"] = {k: v for k, v in everything.items() if k in own or k not in defaults}
        if not found["tags"] and not own:
            del found["tags"]
    marked = {name: mark(value, like.get(name)) for name, value in found.items()}
    if type.tagged and "tagsAll" in marked:
        marked["tagsAll"] = mark(marked["tagsAll"], like.get("tagsAll", like.get("tags")))
    for name in type.sensitive.intersection(marked):
        if not isinstance(marked[name], Secret):
            marked[name] = Secret(marked[name])
    return marked


def previewed(type: Type, kind: Kind, inputs: Values) -> Values:
    """The outputs of a create that has not happened: what AWS computes is unknown."""
    found = {k: v for k, v in inputs.items() if not k.startswith("__")}
    unknown = kind.computed or type.unknown_at_create(inputs)
    found.update({name: UNKNOWN for name in unknown if found.get(name) is None})
    return found


def read_inputs(type: Type, old: Values, before: Values, now: Values) -> Values:
    """The arguments that a refresh leaves: those of the program, where AWS still agrees.

    Args:
        old: the arguments in the state, with secrets.
        before: the outputs in the state.
        now: the outputs just read.
    """
    before, now = plain(before), plain(now)
    found: Values = {DEFAULTS: old.get(DEFAULTS, [])}
    for name, fact in type.inputs.items():
        given, value = old.get(name), now.get(name)
        drifted = not same(fact, before.get(name), value)
        if given is not None:
            found[name] = mark(_narrowed(fact, plain(given), value), given) if drifted else given
        elif drifted and not fact.computed and value is not None:
            found[name] = value
    if type.tagged:
        found["tagsAll"] = now.get("tagsAll", {})
    return {name: value for name, value in found.items() if value is not None}


def _narrowed(fact: Field, given: Any, value: Any) -> Any:
    """A drifted value with only those members that the program gave."""
    if fact.type == "object" and isinstance(given, dict) and isinstance(value, dict):
        members = {
            n: _narrowed(fact.fields.get(n, Field("any")), g, value.get(n))
            for n, g in given.items()
        }
        return {name: member for name, member in members.items() if member is not None}
    return value


def imported_inputs(type: Type, now: Values) -> Values:
    """The arguments that an import gives: what a program would have to say."""
    found: Values = {DEFAULTS: []}
    for name, fact in type.inputs.items():
        value = now.get(name, fact.default)
        bare = plain(value)
        empty = bare is None or bare in ("", [], {})
        if not empty and not (
            _made_of_name(type, name) and now.get(type.name_of or "") is not None
        ):
            found[name] = value
    if type.tagged:
        found["tagsAll"] = now.get("tagsAll", {})
    return found


def _made_of_name(type: Type, argument: str) -> bool:
    """Whether the argument is another way to give the name, `namePrefix` for instance."""
    return any(
        group["kind"] == "conflicts"
        and argument != type.name_of
        and {argument, type.name_of} == set(group["names"].values())
        for group in type.groups
    )


def updated(type: Type, olds: Values, inputs: Values) -> Values:
    """What outputs an update starts from: what AWS computed stays, arguments are the new ones."""
    given = {k: v for k, v in inputs.items() if not k.startswith("__")}
    kept = {
        name: value
        for name, value in olds.items()
        if name in type.outputs or (name in type.inputs and type.inputs[name].computed)
    }
    return {**kept, **given}
