"""Condense the facts of the official provider into sandbox/provider/core/facts.json.

    python -m tools.facts FOLDER [--check]

FOLDER holds schema.json, replace.json, defaults.json and pulumi-map.json, measured on the official
provider. The result has one line a resource type, sorted, so that a change of the facts reads
well in a diff. With --check nothing is written; the exit code is 1 when the file is out of date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from tools.facts import rules as rule_tables
from tools.facts.tables import (
    ADDED_COMPUTED,
    ADDED_REPLACES,
    ADDED_TYPES,
    DEFAULTS,
    DELETE_FIRST,
    JSON_TEXT,
    NAMES,
    REPLACING_VALUES,
    Json,
    Tables,
)

OUT = Path(__file__).parents[2] / "sandbox" / "provider" / "core" / "facts.json"


class Type:
    """One resource type while it is condensed."""

    def __init__(self, terraform: str, tables: Tables) -> None:
        self.terraform = terraform
        self.tables = tables
        self.map = tables.map["resources"][terraform]
        self.replace = tables.replace["resources"].get(terraform, {})
        cases = tables.cases(terraform)
        self.rules = rule_tables.field_rules(cases)
        self.max_items: dict[str, int] = {}
        self.groups: list[Json] = []
        for case in cases:
            self.max_items.update(rule_tables.max_items(case["diagnostics"]))
            for group in rule_tables.groups(case["diagnostics"]):
                if group not in self.groups and _sorted(group) not in map(_sorted, self.groups):
                    self.groups.append(group)
        self.default_values = self._defaults()
        facts = tables.defaults["defaults"][terraform]
        # Blocks that AWS fills in when they are left out; the schema tells it of attributes only.
        self.unknown = set(facts["unknown_until_apply"]["settable"])

    def _defaults(self) -> Json:
        """Defaults by dotted Terraform path, of blocks too."""
        facts = self.tables.defaults["defaults"][self.terraform]
        found = dict(facts["planned_by_default"])
        for block, values in facts.get("nested_defaults_when_block_present", {}).items():
            found.update({f"{block}.{name}": value for name, value in values.items()})
        found = {k: v for k, v in found.items() if not isinstance(v, dict)}
        found.update({_snake(k): v.strip("'") for k, v in self.map["sdk_defaults"].items()})
        found.update(DEFAULTS.get(self.terraform, {}))
        return found

    def condensed(self) -> Json:
        """What the provider needs to know of this type."""
        block = self.tables.schema["resources"][self.terraform]
        inputs = self._fields(block, self.map["map_in"], "")
        for name in self.map["inputs"]["extra"]:
            self._add(inputs, name)
        outputs = sorted(set(self.map["all_outputs"]) - set(inputs))
        required = set(self.map["required_pulumi"])
        for name, field in inputs.items():
            if field.pop("required", False) or name in required:
                field["required"] = True
        # What the SDK lets be left out is optional there; a made-up name is required all the same.
        for name in set(self.map["all_inputs"]) - required - {self._autoname().get("property")}:
            if not self._is_block(name):
                inputs[name].pop("required", None)
        return _without_empty(
            {
                "terraform": self.terraform,
                "name": self._autoname(),
                "delete_first": self.terraform in DELETE_FIRST,
                "inputs": inputs,
                "computed": outputs,
                "sensitive": self._sensitive(block),
                "groups": [self._group(g) for g in self.groups],
                "together": [
                    self._together(t) for t in rule_tables.TOGETHER.get(self.terraform, [])
                ],
                "recomputed": self._recomputed(),
            }
        )

    def _is_block(self, wire: str) -> bool:
        blocks = self.tables.schema["resources"][self.terraform].get("blocks", {})
        return wire in {self._wire(name) for name in blocks}

    def _fields(self, block: Json, names: Json, above: str) -> Json:
        """The arguments of a block by wire name."""
        fields: Json = {}
        for name, attribute in block.get("attributes", {}).items():
            if name in names and (attribute.get("optional") or attribute.get("required")):
                fields[names[name]["pulumi"]] = self._attribute(
                    attribute, names[name], above + name
                )
        for name, nested in block.get("blocks", {}).items():
            if name in names:
                fields[names[name]["pulumi"]] = self._block(nested, names[name], above + name)
        return fields

    def _attribute(self, attribute: Json, entry: Json, path: str) -> Json:
        kind, element = attribute["type"], None
        if isinstance(kind, list):
            # Numbers by name are weights and the like, which need not be whole.
            whole = entry if kind[0] != "map" else {"type": "float"}
            kind, element = kind[0], {"type": self._scalar(kind[1], whole)}
        field: Json = {"type": kind if element else self._scalar(kind, entry)}
        if entry.get("asset"):
            field["type"] = "asset"
        if entry.get("max_items_one") and element:
            field = {"type": element["type"]}
        elif element:
            field["element"] = element
        field.update({k: True for k in ("required", "computed", "sensitive") if attribute.get(k)})
        return self._finished(field, path)

    @staticmethod
    def _scalar(kind: Any, entry: Json) -> str:
        if not isinstance(kind, str):
            return "any"
        if entry.get("type") == "int" or (kind == "number" and entry.get("type") != "float"):
            return "integer"
        return kind

    def _block(self, block: Json, entry: Json, path: str) -> Json:
        if "$ref" in block or entry.get("members_cut"):
            field: Json = {"type": "any"}
        else:
            nested = {"type": "object", "fields": self._fields(block, entry["members"], f"{path}.")}
            one = entry.get("max_items_one")
            field = nested if one else {"type": block["nesting"], "element": nested}
        if block.get("min_items"):
            field["required"] = True
        if block.get("max_items") and not entry.get("max_items_one"):
            field["max_items"] = block["max_items"]
        return self._finished(field, path)

    def _finished(self, field: Json, path: str) -> Json:
        """Add what is known by path: default, rules, and what a change does."""
        if path in self.default_values:
            default = self.default_values[path]
            # The SDK has made numbers of some texts.
            field["default"] = int(default) if field["type"] == "integer" else default
        rules = self.rules.get(path, [])
        if path in JSON_TEXT.get(self.terraform, []):
            rules = [*rules, ["json"]]
        if rules:
            field["rules"] = rules
        if path in self.max_items and field["type"] in ("list", "set"):
            field["max_items"] = self.max_items[path]
        if path in self.unknown:
            field["computed"] = True
        if (self.terraform, path) in REPLACING_VALUES:
            field["replacing"] = REPLACING_VALUES[self.terraform, path]
        field.update(self._actions(path))
        if field.get("computed") and path not in self.replace:
            field["remove"] = "none"  # what AWS fills in stays when it is left out
        terraform = path.rsplit(".", 1)[-1]
        field["terraform"] = terraform
        return field

    def _actions(self, path: str) -> Json:
        """What the engine does when the argument changes, comes, or goes; update is not said."""
        fact = self.replace.get(path, {})
        change = fact.get("change") or ("update" if fact else None)
        actions = {
            "change": change,
            "add": fact.get("add", change),
            "remove": fact.get("remove", change),
        }
        return {k: v for k, v in actions.items() if v not in (None, "update")}

    def _add(self, inputs: Json, name: str) -> None:
        """An argument that the measured version did not have; nested ones are taken as they are."""
        if "." in name:
            *blocks, last = name.split(".")
            fields: Any = inputs
            for block in blocks:
                field: Json = next((f for f in fields.values() if f.get("terraform") == block), {})
                fields = field.get("fields") or field.get("element", {}).get("fields")
                if fields is None:
                    return
            fields.setdefault(last, {"type": "any", "terraform": _snake(last)})
            return
        field = {"type": ADDED_TYPES.get(name, "any"), "terraform": _snake(name)}
        if name in ADDED_COMPUTED:
            field["computed"] = True
        if name in ADDED_REPLACES:
            field.update({"change": "replace", "add": "replace", "remove": "replace"})
        inputs[name] = field

    def _autoname(self) -> Json:
        """Which argument gets a name when the program gives none, and how long it may be."""
        own = NAMES.get(self.terraform, {})
        name = own.get("property", "name")
        entries = {entry["pulumi"] for entry in self.map["map_in"].values()}
        return {"max": 255, **own, "property": name} if name in entries else {}

    def _sensitive(self, block: Json) -> list[str]:
        names = self.map["map_out"]
        secret = {names[k]["pulumi"] for k, a in block["attributes"].items() if a.get("sensitive") and k in names}  # fmt: skip
        return sorted(secret | set(self.map["secret_outputs"]))

    def _wire(self, terraform: str) -> str:
        return str(self.map["map_in"].get(terraform, {}).get("pulumi", terraform))

    def _group(self, group: Json) -> Json:
        """A rule between arguments: Terraform's names for the sentence, wire names for the test."""
        kind = next(k for k in ("conflicts", "one_of", "all_of") if k in group)
        found = {"kind": kind, "names": {n: self._wire(n) for n in group[kind]}}
        return {**found, "when": group["when"]} if "when" in group else found

    def _together(self, rule: Json) -> Json:
        return {
            "when": {self._wire(k): v for k, v in rule["when"].items()},
            "need": [self._wire(n) for n in rule["need"]],
            "text": rule["text"],
        }

    def _recomputed(self) -> list[Json]:
        """Outputs that an update makes unknown."""
        if self.terraform != "aws_lambda_function":
            return []
        versions = ["version", "qualifiedArn", "qualifiedInvokeArn"]
        return [
            {
                "changed": ["code", "sourceCodeHash", "s3Key", "s3ObjectVersion", "imageUri"],
                "outputs": ["lastModified", "codeSha256", "sourceCodeSize"],
            },
            {"changed": ["*"], "if": {"publish": True}, "outputs": versions},
        ]


def _without_empty(value: Json) -> Json:
    return {k: v for k, v in value.items() if v not in ([], {}, False, None)}


def _sorted(group: Json) -> str:
    return json.dumps({k: sorted(v) if isinstance(v, list) else v for k, v in group.items()})


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def condensed(folder: Path) -> str:
    """The text of facts.json, made from the facts in a folder."""
    tables = Tables(folder)
    types = {tables.map["resources"][t]["token"]: Type(t, tables).condensed() for t in tables.schema["resources"]}  # fmt: skip
    lines = [f"{json.dumps(t)}: {json.dumps(types[t], sort_keys=True, separators=(',', ':'))}" for t in sorted(types)]  # fmt: skip
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    """Write facts.json, or compare it with what would be written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="folder with the facts of the official provider")
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    text = condensed(options.folder)
    if options.check:
        current = OUT.exists() and OUT.read_text() == text
        print(f"{OUT} is {'current' if current else 'out of date: run this without --check'}")
        return 0 if current else 1
    OUT.write_text(text)
    print(f"{OUT}: {text.count(chr(10)) - 2} types, {len(text) // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
