"""Why msgspec refused a part of the file: every error, by JSON Schema, at its place. Loaded on failure only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from serai.loaders.yaml.nodes import Map, Node, Scalar, kind, listed, locate, short
from serai.loaders.yaml.problems import Problems, join
from serai.spec.base import CPU_SET_PATTERN, NAME_PATTERN
from serai.spec.machine import HOST_PATTERN
from serai.spec.network import MAC_PATTERN
from serai.util.errors import did_you_mean
from serai.util.units import format_size

_PATTERNS = {
    NAME_PATTERN: "letters, digits, dots and dashes, at most 63",
    HOST_PATTERN: "letters, digits, dots and dashes",
    MAC_PATTERN: "a MAC address, for example 52:54:00:12:34:56",
    r"^/": "an absolute path",
    r"^https?://": "a URL with http:// or https://",
    r"^0?[0-7]{3,4}$": "permissions in octal, for example 0644",
    r"^((md5|sha1|sha256|sha384|sha512):)?[0-9a-f]{32,128}$": "a digest in lower-case hex, as sha256:…",
    r"^[a-z_][a-z0-9_-]{0,31}$": "a login name: lower-case letters, digits, _ and -",
    r"^[a-z][a-z0-9_-]*$": "lower-case letters, digits, _ and -",
    CPU_SET_PATTERN: "a list of numbers, for example 0-3,8",
    r"^[0-9]{1,4}$": "a number",
    r"^[A-Za-z0-9._-]+$": "a name of letters, digits, dots, _ and -",
    r"^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(\.[0-7])?$": "a PCI address as lspci prints it, 01:00.0",
    r"^(0x)?[0-9a-fA-F]{4}$": "four hexadecimal digits as lsusb prints them, for example 046d",
    r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$": "a UUID",
    r"^(1\.2|2\.0)$": "a version of TPM: 2.0 or 1.2",
    r"^[^,]{1,12}$": "at most 12 characters without a comma",
    r"^[A-Za-z0-9._-]{1,64}$": "a name of letters, digits, dots, _ and -, at most 64",
}
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a map",
    "array": "a list",
}


def _strict_integer(checker: Any, instance: Any) -> bool:
    return type(instance) is int


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _strict_integer),
)


@cache
def _validator(wanted: Any) -> Any:
    return _Validator(msgspec.json.schema(wanted))


def explain(data: Any, node: Node, wanted: Any, refusal: str, problems: Problems) -> None:
    """Add every reason why `data`, lowered from `node`, is not a `wanted`; at least msgspec's own `refusal`."""
    before = len(problems)
    errors = list(_validator(wanted).iter_errors(data))
    for error in errors:
        for leaf in _leaves(error):
            _report(leaf, node, problems)
    if not errors and len(problems) == before:
        problems.at(node, refusal)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Through anyOf, to the reasons of the branches that are not `null`."""
    if error.validator != "anyOf" or not error.context:
        yield error
        return
    branches = [inner for inner in error.context if inner.validator_value != "null"]
    for inner in branches or error.context:
        yield from _leaves(inner)


def _report(error: ValidationError, root: Node, problems: Problems) -> None:
    node = locate(root, list(error.absolute_path))
    wanted: Any = error.validator_value
    value: Any = error.instance
    if "propertyNames" in error.absolute_schema_path and isinstance(node, Map):
        problems.at_key(node, value, _pattern(value, wanted))
    elif error.validator == "required":
        for key in (key for key in wanted if key not in value):
            problems.add(node.place, f"{join(node.path, key)}: is missing")
    else:
        problems.at(node, _message(error, node))


def _message(error: ValidationError, node: Node) -> str:
    wanted: Any = error.validator_value
    value: Any = error.instance
    if error.validator == "type":
        return f"must be {_TYPES.get(wanted, wanted)}, not {kind(node)}"
    if error.validator == "enum":
        near = did_you_mean(str(value), wanted) if isinstance(value, str) else ""
        shown = repr(short(value)) if isinstance(value, str) else kind(node)
        return f"{shown} is not one of {listed(wanted)}" + (f", {near}" if near else "")
    if error.validator in ("minimum", "maximum"):
        bound = "smallest" if error.validator == "minimum" else "largest"
        limit = format_size(wanted) if wanted > 2**40 else wanted
        text = node.text if isinstance(node, Scalar) else value
        return f"{short(str(text))} is out of range, the {bound} is {limit}"
    if error.validator == "pattern":
        return _pattern(value, wanted)
    if error.validator == "maxLength":
        return f"{short(value)!r} is longer than {wanted} characters"
    return short(error.message, 200)


def _pattern(text: str, pattern: str) -> str:
    return (
        f"{short(text)!r} is not {_PATTERNS[pattern]}"
        if pattern in _PATTERNS
        else (f"{short(text)!r} does not match {pattern}")
    )
