"""`serai explain KEY`: what a key of the project file means, its type, default, examples; from the spec types."""

from __future__ import annotations

import re
import sys
from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec

from serai.loaders.blocks import Blocks, RawBlock
from serai.loaders.file import Block, ProjectFile
from serai.loaders.shape import Leaf, ListOf, MapOf, Record, Shape, Want, record
from serai.loaders.write import written
from serai.loaders.yaml.expand import known_keys
from serai.util.errors import Code, SeraiError, did_you_mean

_ID = re.compile(r"\b[A-Z]{2,6}-[0-9]+\b")


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key, explained. `default` is as a file would state it; `ids` are of the guide."""

    key: str
    description: str
    type: str
    default: Any = None
    examples: list[Any] = []
    about: str = ""
    """What its block says of itself, short forms among it."""
    keys: dict[str, str] = {}
    """The keys inside, each with its description."""
    ids: list[str] = []


def explain(key: str, raw_block: RawBlock | None = None) -> Explanation:
    """Explain a dotted key: `memory.size`, `networks.forwarded_port`, `machines`. Names and numbers may be in it.

    Keys of a machine come first, then those of the file. `raw_block` is asked for the form of a block of
    `providers:` that is not of a built in provider. Raises SeraiError (Code.INPUT) for an unknown one.
    """
    steps = [step for step in re.sub(r"\[[0-9]*\]", "", key).split(".") if step]
    if not steps:
        raise SeraiError(Code.INPUT, "no key to explain", hint="for example serai explain memory.size")
    failures = []
    for top in (record(Block), record(ProjectFile)):
        try:
            owner, shape = _walk(top, steps, Blocks(raw_block))
        except _NoKeyError as error:
            failures.append(error)
        else:
            return _explained(".".join(steps), owner, steps[-1], shape)
    best = max(failures, key=lambda failure: len(failure.before))
    word = steps[len(best.before)]
    known = sorted(
        {name for failure in failures if len(failure.before) == len(best.before) for name in failure.known}
    )
    near = did_you_mean(word, known)
    there = f"there are {', '.join(known)}" if known else "it has no keys"
    raise SeraiError(Code.INPUT, f"{'.'.join([*best.before, word])}: no such key, {near or there}")


def explained_in(owner: Record, key: str) -> Explanation:
    """A key of this record itself: the file's `networks` is another than a machine's."""
    return _explained(key, owner, key, owner.fields[key])


class _NoKeyError(Exception):
    def __init__(self, before: list[str], known: list[str]) -> None:
        self.before = before
        self.known = known


def _walk(top: Record, steps: list[str], blocks: Blocks) -> tuple[Record, Shape]:
    """The record that holds the last key, and the key's shape; names of maps may be left out."""
    owner, shape = top, _fields(top).get(steps[0])
    if shape is None:
        raise _NoKeyError([], list(_fields(top)))
    at = 1
    while at < len(steps):
        inner = _inner(shape)
        fields = _fields(inner) if isinstance(inner, Record) else {}
        if steps[at] in fields:
            assert isinstance(inner, Record)
            owner, shape = inner, fields[steps[at]]
        elif isinstance(inner, Record) and inner.asks and (block := _block(blocks, steps[at])):
            owner, shape = inner, block
        elif isinstance(shape, MapOf) and (steps[at] in shape.keys if shape.keys else at + 1 < len(steps)):
            shape = shape.value
        else:
            raise _NoKeyError(steps[:at], [*fields, *(shape.keys or () if isinstance(shape, MapOf) else ())])
        at += 1
    return owner, shape


def _block(blocks: Blocks, name: str) -> Shape | None:
    """The form of a provider's block that is asked for; None where nobody has the name."""
    try:
        return blocks.shape(name) if blocks.open else None
    except SeraiError as error:
        if error.code is Code.INPUT:
            return None
        raise


def _inner(shape: Shape) -> Shape:
    while isinstance(shape, ListOf | MapOf):
        shape = shape.item if isinstance(shape, ListOf) else shape.value
    return shape


def _fields(shape: Record) -> dict[str, Shape]:
    return {key: shape.fields[key] for key in known_keys(shape)}


def _explained(key: str, owner: Record, field: str, shape: Shape) -> Explanation:
    raw = _properties(owner).get(field, {})
    inner = _inner(shape)
    about = cleandoc(inner.cls.__doc__ or "") if isinstance(inner, Record) else ""
    if field not in owner.fields and not about:
        about = f"the block of provider {field}, which declares no keys: passed on as it is"
    default = raw.get("default")
    texts = [
        raw.get("description", ""),
        about,
        *_docs(owner),
        *(_docs(inner) if isinstance(inner, Record) else ()),
    ]
    return Explanation(
        key=key,
        description=raw.get("description", "") or about,
        type=_type(raw, shape, _definitions(owner)),
        default=written(default, shape) if default not in (None, {}, []) else None,
        examples=raw.get("examples", []),
        about=about,
        keys=descriptions(inner),
        ids=list(dict.fromkeys(found for text in texts for found in _ID.findall(text))),
    )


def _docs(shape: Record) -> tuple[str, str]:
    return shape.cls.__doc__ or "", sys.modules[shape.cls.__module__].__doc__ or ""


def descriptions(inner: Shape) -> dict[str, str]:
    """The keys of a record, each with its description; none of any other shape."""
    if not isinstance(inner, Record):
        return {}
    properties = _properties(inner)
    return {key: properties.get(key, {}).get("description", "") for key in _fields(inner)}


def _definitions(shape: Record) -> dict[str, Any]:
    return _schema_of(shape.cls)


@cache
def _schema_of(cls: type) -> dict[str, Any]:
    """Made once for a record, of which each key is explained by itself; nobody changes it."""
    definitions: dict[str, Any] = msgspec.json.schema(cls)["$defs"]
    return definitions


def _properties(shape: Record) -> dict[str, Any]:
    properties: dict[str, Any] = _definitions(shape)[shape.cls.__name__]["properties"]
    return properties


def _type(raw: dict[str, Any], shape: Shape, definitions: dict[str, Any]) -> str:
    """The type in words."""
    if isinstance(shape, ListOf):
        return f"list of {_type(raw.get('items', {}), shape.item, definitions)}"
    if isinstance(shape, MapOf):
        value = _type(raw.get("additionalProperties", {}), shape.value, definitions)
        return f"map of {value} by {'one of ' + ', '.join(shape.keys) if shape.keys else 'name'}"
    if isinstance(shape, Record):
        return "block"
    branches = [branch for branch in raw.get("anyOf", ()) if branch.get("type") != "null"]
    if len(branches) > 1:
        return " or ".join(_type(branch, shape, definitions) for branch in branches)
    return _scalar_type(branches[0] if branches else raw, shape, definitions)


def _scalar_type(raw: dict[str, Any], shape: Leaf, definitions: dict[str, Any]) -> str:
    if shape.want is Want.SIZE:
        return "size with its unit"
    if shape.want is Want.DURATION:
        return "duration"
    if "$ref" in raw:
        raw = definitions.get(raw["$ref"].rpartition("/")[2], {})
    if "enum" in raw:
        return f"one of {', '.join(map(str, raw['enum']))}"
    words = {"integer": "whole number", "string": "text", "boolean": "true or false", "number": "number"}
    word = words.get(raw.get("type", ""), {"array": "list", "object": "map"}.get(raw.get("type", ""), "value"))
    if "minimum" in raw and "maximum" in raw:
        word += f" from {raw['minimum']} to {raw['maximum']}"
    return word
