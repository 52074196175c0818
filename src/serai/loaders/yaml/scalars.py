"""What an unquoted YAML scalar means: YAML 1.2 core, less its surprises.

`22:22`, `on`, `yes`, dates, MAC addresses, `1_000`, `.inf` and `.nan` are text; `010` is ten, `0o17` fifteen.
Source: YAML 1.2.2, 10.3.2 Tag Resolution.
"""

from __future__ import annotations

import re

from serai.loaders.yaml.nodes import Value

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?", re.ASCII)
_LONGEST_NUMBER = 40
"""Longer digits are text: no value of a project file has as many, and long conversions cost time."""


def resolve(text: str) -> Value:
    """The value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    return number(text)


def number(text: str) -> Value:
    """An int or a float when the text is one, else the text."""
    if text[:1] not in "-+.0123456789" or len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
