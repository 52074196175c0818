"""The JSON Schema (2020-12) of the project file, for editors: what a person may write, short forms included.

Made from the spec types and the table of short forms. It is wider than `serai validate`, which knows names,
orders and sizes; what it refuses, validate refuses too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from serai.loaders.file import ProjectFile
from serai.loaders.shape import Leaf, ListOf, MapOf, Record, Shape, Want, record
from serai.loaders.write import written
from serai.loaders.yaml.expand import known_keys
from serai.loaders.yaml.forms import form_of
from serai.spec.base import Spec
from serai.spec.raw import Raw

_NULL = {"type": "null"}
_EXPRESSION = {"$ref": "#/$defs/expression"}
_COMMON: dict[str, Any] = {
    "expression": {
        "description": "a text with ${…}: env.NAME, env.NAME:-default, project, machine.name, index, each.value",
        "type": "string",
        "pattern": r"\$\{",
    },
    "size": {
        "description": "a size with its unit: 512M, 4GiB",
        "type": "string",
        "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*([kKMGTP](i?B)?|B)\s*$|\$\{",
    },
    "duration": {
        "description": "seconds, or 30s, 5m, 1h30m",
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]+)?|([0-9]+[dhm])*([0-9]+(\.[0-9]+)?s)?)\s*$|\$\{"},
        ],
    },
}


def schema(blocks: Mapping[str, type[Spec] | None] | None = None) -> dict[str, Any]:
    """The schema, as plain data. `blocks` are those of `providers:` beside the built in ones; None is any form."""
    definitions = _definitions(record(ProjectFile))
    for name, form in (blocks or {}).items():
        block: dict[str, Any] = {"description": f"passed on to provider {name} as it is"}
        if form is not None:
            definitions |= _within(name, _definitions(record(form)))
            block = {"anyOf": [{"$ref": f"#/$defs/{name}.{form.__name__}"}, _NULL]}
        definitions[Raw.__name__]["properties"][name] = block
    top = definitions.pop(ProjectFile.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": "serai.yaml",
        "required": ["machines"],
        "$defs": {**definitions, **_COMMON},
    }


def _definitions(top: Record) -> dict[str, Any]:
    """All records that can be reached, by name."""
    definitions: dict[str, Any] = msgspec.json.schema(top.cls)["$defs"]
    found = records(top)
    for shape in found:
        for key in shape.further:
            inner = shape.fields[key]
            assert isinstance(inner, Record)
            definitions |= msgspec.json.schema(inner.cls)["$defs"]
            definitions[shape.cls.__name__]["properties"][key] = {"$ref": f"#/$defs/{inner.cls.__name__}"}
    for shape in found:
        name = shape.cls.__name__
        definitions[name] = _record(shape, definitions[name])
    return definitions


def _within(provider: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """The same under names of the provider's own: `acme.Disk` is another than serai's."""
    renamed = {f"#/$defs/{name}": f"#/$defs/{provider}.{name}" for name in definitions}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: renamed.get(inner, inner) if key == "$ref" else moved(inner) for key, inner in value.items()
            }
        return [moved(inner) for inner in value] if isinstance(value, list) else value

    return {f"{provider}.{name}": moved(body) for name, body in definitions.items()}


def records(top: Record) -> list[Record]:
    """All records that can be reached, each once."""
    found = [top]
    for one in found:
        for shape in one.fields.values():
            inner = shape
            while isinstance(inner, ListOf | MapOf):
                inner = inner.item if isinstance(inner, ListOf) else inner.value
            if isinstance(inner, Record) and inner not in found:
                found.append(inner)
    return found


def _record(shape: Record, raw: dict[str, Any]) -> dict[str, Any]:
    """The long form, and beside it the short ones."""
    properties = {key: _field(raw["properties"][key], shape.fields[key]) for key in known_keys(shape)}
    long = {
        "type": "object",
        "properties": properties,
        "required": raw.get("required", []),
        "patternProperties": {"^x-": True},
        "additionalProperties": False,
    }
    about = {"description": (shape.cls.__doc__ or "").strip()}
    form = form_of(shape.cls)
    short = form.schema if form else ()
    return {**about, "anyOf": [long, *short, _EXPRESSION]} if short else {**about, **long}


def _field(raw: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """A key's description, default and examples, with all that it takes; null goes back to the default."""
    about: dict[str, Any] = {key: raw[key] for key in ("description", "examples") if key in raw}
    if raw.get("default") is not None:
        about["default"] = written(raw["default"], shape)
    body = {key: value for key, value in raw.items() if key not in ("description", "examples", "default")}
    return {**about, "anyOf": [*_taken(body, shape), _NULL]}


def _taken(raw: dict[str, Any], shape: Shape) -> list[dict[str, Any]]:
    """The alternatives of a value."""
    raw = _bare(raw)
    if isinstance(shape, ListOf):
        items = _taken(raw.get("items", {}), shape.item)
        return [{"type": "array", "items": {"anyOf": items}}, *items]
    if isinstance(shape, MapOf):
        names = {"enum": [*shape.keys]} if shape.keys else raw.get("propertyNames", {})
        values = {"anyOf": [*_taken(raw.get("additionalProperties", {}), shape.value), _NULL]}
        whole: dict[str, Any] = {"type": "object", "additionalProperties": values}
        if not isinstance(shape.value, Leaf):
            whole["patternProperties"] = {"^x-": True}
        whole |= {"propertyNames": {"anyOf": [names, {"pattern": "^x-"}]}} if names else {}
        one: list[dict[str, Any]] = [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        return [whole, *(one if "After" in str(raw) else []), _EXPRESSION]
    if isinstance(shape, Record):
        return [{"$ref": f"#/$defs/{shape.cls.__name__}"}]
    if shape.want in (Want.SIZE, Want.DURATION):
        return [{"$ref": f"#/$defs/{shape.want.value}"}]
    if shape.want is Want.TEXT and "$ref" not in raw:
        return [raw, {"type": ["number", "boolean"]}, _EXPRESSION]
    return [raw, _EXPRESSION] if raw else [{}]


def _bare(raw: dict[str, Any]) -> dict[str, Any]:
    """Without the `| None` of the type."""
    branches = [branch for branch in raw.get("anyOf", ()) if branch != _NULL]
    return branches[0] if len(branches) == 1 else raw
