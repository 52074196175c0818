"""Plain data → YAML that a person reads: scripts are literal blocks, whatever blanks they have."""

from __future__ import annotations

import re
from typing import Any

WIDTH = 115

_HINDERS = re.compile("\t|[ ]+(?=\n|\\Z)")
"""What YAML allows in a literal block, and the emitter does not write there: tabs, and blanks at a line's end."""
_STANDS = {"\t": "\ue000", " ": "\ue001"}
"""What stands for them until the text is written: characters of private use."""
_STANDING = re.compile("[\ue000\ue001]")
_BACK = {standing: blank for blank, standing in _STANDS.items()}


def dumped(value: Any) -> str:
    """The text, without anchors, in the order that is given."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Scripts as blocks."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, item: str) -> Any:
        style = "|" if "\n" in item.rstrip("\n") else None
        if style and hides:
            item = _HINDERS.sub(lambda found: "".join(_STANDS[sign] for sign in found[0]), item)
        return dumper.represent_scalar("tag:yaml.org,2002:str", item, style=style)

    def whole() -> str:
        written: str = yaml.dump(
            value, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=WIDTH
        )
        return written

    Dumper.add_representer(str, text)
    hides = False
    plain = whole()
    if _STANDING.search(plain):
        return plain
    hides = True
    return _STANDING.sub(lambda found: _BACK[found[0]], whole())
