"""Values of a Compose file: texts, numbers, sizes, durations, lists, and maps in two spellings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping

from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, kind, listed, of, short
from serai.loaders.yaml.problems import Problems
from serai.util.errors import did_you_mean
from serai.util.units import MAX_SIZE

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([bkmgt]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
_FACTORS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
"""Source: Compose specification, "Specifying byte values": all by 1024."""
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:us|ms|s|m|h|d|w))+", re.ASCII)
_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?)(us|ms|s|m|h|d|w)", re.ASCII)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12}", re.ASCII)
_TRUE, _FALSE = ("true", "yes", "on", "y", "1"), ("false", "no", "off", "n", "0")


class Values:
    """Reads values; what is wrong goes to `problems`, and comes as None or as nothing."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def wrong(self, node: Node, wanted: str, hint: str = "") -> None:
        self.problems.at(node, f"must be {wanted}, not {kind(node)}", hint)

    def text(self, node: Node) -> str | None:
        if isinstance(node, Scalar) and node.value is not None:
            return node.text
        self.wrong(node, "a text")
        return None

    def flag(self, node: Node) -> bool | None:
        word = node.text.lower() if isinstance(node, Scalar) else ""
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        self.wrong(node, "true or false")
        return None

    def whole(self, node: Node) -> int | None:
        if isinstance(node, Scalar) and _WHOLE.fullmatch(node.text):
            return int(node.text)
        self.wrong(node, "a whole number")
        return None

    def number(self, node: Node) -> float | None:
        if isinstance(node, Scalar) and _NUMBER.fullmatch(node.text):
            return float(node.text)
        self.wrong(node, "a number")
        return None

    def size(self, node: Node) -> int | None:
        """Bytes."""
        match = _SIZE.fullmatch(node.text.strip()) if isinstance(node, Scalar) else None
        if match and len(match[1]) <= 18:
            factor = _FACTORS[match[2].lower()]
            size = int(float(match[1]) * factor) if "." in match[1] else int(match[1]) * factor
            if size <= MAX_SIZE:
                return size
        self.wrong(node, "a size", "write it as 512m or 2gb")
        return None

    def seconds(self, node: Node) -> float | None:
        text = node.text.strip() if isinstance(node, Scalar) else ""
        if len(text) <= 60 and _DURATION.fullmatch(text):
            return sum(float(count) * _SECONDS[unit] for count, unit in _UNIT.findall(text))
        if _NUMBER.fullmatch(text):
            return float(text)
        self.wrong(node, "a duration", "write it as 30s or 1m30s")
        return None

    def nodes(self, node: Node) -> list[Node]:
        """The items of a list."""
        if isinstance(node, Seq):
            return list(node.items)
        if not is_null(node):
            self.wrong(node, "a list")
        return []

    def words(self, node: Node, *, alone: bool = True) -> list[str]:
        """A list of texts; one may stand `alone`."""
        if alone and isinstance(node, Scalar) and not is_null(node):
            return [node.text]
        found = [self.text(item) for item in self.nodes(node)]
        return [word for word in found if word is not None]

    def command(self, node: Node) -> list[str] | None:
        """A list of words, or a text that is split as a shell splits it."""
        if not isinstance(node, Scalar) or is_null(node):
            return self.words(node)
        try:
            return shlex.split(node.text)
        except ValueError as error:
            self.problems.at(node, f"cannot be split into words: {str(error).lower()}", "write it as a list")
            return None

    def pairs(self, node: Node, separators: str = "=") -> dict[str, Node]:
        """A map, or a list of `KEY=VALUE`. Nothing behind the key is a null."""
        if isinstance(node, Map):
            return dict(node.items)
        found: dict[str, Node] = {}
        for item in self.nodes(node):
            if (text := self.text(item)) is not None:
                key, value = split(text, separators)
                found[key] = of(value, item)
        return found

    def texts(self, node: Node) -> dict[str, str]:
        """The same as texts; without a value it is an empty one."""
        found = {}
        for key, item in self.pairs(node).items():
            value = "" if is_null(item) else self.text(item)
            if value is not None:
                found[key] = value
        return found

    def map(self, node: Node, known: Collection[str], *, noted: Mapping[str, str] = {}) -> dict[str, Node]:
        """A map's entries; a key that is neither `known` nor `noted` is a problem. Nulls and `x-` are left out."""
        if not isinstance(node, Map):
            if not is_null(node):
                self.wrong(node, "a map")
            return {}
        for key in node.items:
            if key not in known and key not in noted and not key.startswith("x-"):
                self.unknown(node, key, [*known, *noted])
        return {
            key: item
            for key, item in node.items.items()
            if not key.startswith("x-") and not is_null(item) and (key in known or key in noted)
        }

    def unknown(self, node: Map, key: str, known: Collection[str]) -> None:
        near = did_you_mean(key, list(known))
        self.problems.at_key(node, key, f"unknown key, {near or 'there are ' + listed(sorted(known))}")

    def one_of(self, node: Node, known: Collection[str]) -> str | None:
        """One of these words."""
        text = self.text(node)
        if text is None or text in known:
            return text
        near = did_you_mean(text, list(known))
        self.problems.at(node, f"{short(text)!r} is not one of {listed(known)}" + (f", {near}" if near else ""))
        return None


def split(text: str, separators: str = "=") -> tuple[str, str | None]:
    """`KEY=VALUE` at the first of these signs; None where there is none of them."""
    places = [place for sign in separators if (place := text.find(sign)) >= 0]
    if not places:
        return text, None
    at = min(places)
    return text[:at], text[at + 1 :]
