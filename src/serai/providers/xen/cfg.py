"""A file of xl's: keys and values, written so that each text is one text, whatever is in it.

Source: xen, tools/libs/util/libxlu_cfg_l.l: a text is in either kind of quotes, holds neither its own kind nor an
end of line, and a backslash in it begins an escape; xl.cfg(5), SYNTAX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from serai.util.errors import Code, SeraiError

Item: TypeAlias = "str | int | Sequence[Item]"
Value: TypeAlias = "str | int | bool | Sequence[Item]"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WORD = re.compile(r"[^,\x00-\x20\x7f\"']+")


def text(pairs: Mapping[str, Value]) -> str:
    """One line a key, lists of several texts one a line. Raises Code.INPUT for a text that xl cannot be told."""
    return "".join(f"{key} = {_value(key, value)}\n" for key, value in pairs.items())


def _value(key: str, value: Value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(key, value)
    items = [_item(key, item) for item in value]
    if len(items) < 2:
        return f"[ {', '.join(items)} ]" if items else "[]"
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _item(key: str, value: Item) -> str:
    if isinstance(value, str):
        return quoted(key, value)
    if isinstance(value, int):
        return str(value)
    return f"[ {', '.join(_item(key, item) for item in value)} ]"


def quoted(key: str, value: str) -> str:
    """The text in quotes that it does not hold itself."""
    if _CONTROL.search(value):
        raise _cannot(key, value, "a control character or an end of line")
    quote = "'" if '"' in value else '"'
    if quote in value:
        raise _cannot(key, value, "both kinds of quotes")
    escaped = value.replace("\\", "\\\\")
    return f"{quote}{escaped}{quote}"


def spec(key: str, parts: Mapping[str, str | int | bool | None], last: tuple[str, str] | None = None) -> str:
    """`mac=…,bridge=…`: what a disk, a card or a PCI device is; None leaves a part out. `last` takes all the rest,
    commas too: a disk's `target`. Raises Code.INPUT for a part with a comma, a blank or a quote in it.
    """
    words = []
    for name, value in parts.items():
        if value is None or value is False:
            continue
        if value is True:
            words.append(name)
            continue
        if not _WORD.fullmatch(str(value)):
            raise _cannot(f"{key}: {name}", str(value), "a comma, a blank or a quote")
        words.append(f"{name}={value}")
    if last is not None:
        words.append(f"{last[0]}={last[1]}")
    return ",".join(words)


def _cannot(key: str, value: str, what: str) -> SeraiError:
    return SeraiError(
        Code.INPUT,
        f"{key}: {value!r} cannot be written into a file of xl's: it holds {what}",
        hint="another name or value",
    )
