"""Plain data → YAML that a person reads: scripts are literal blocks, whatever blanks they have."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.yaml.scalars import resolve

WIDTH = 115

_HINDERS = re.compile("\t|[ ]+(?=\n|\\Z)")
"""What YAML allows in a literal block, and the emitter does not write there: tabs, and blanks at a line's end."""
_STANDS = {"\t": "\ue000", " ": "\ue001"}
"""What stands for them until the text is written: characters of private use."""
_FIRST = {"\t": " \ue002", " ": " \ue003"}
"""The same for what the whole text begins with: the blank makes the emitter state the indentation."""
_STANDING = re.compile(" [\ue002\ue003]|[\ue000-\ue003]")
_BACK = {standing: blank for stands in (_STANDS, _FIRST) for blank, standing in stands.items()}


def dumped(value: Any) -> str:
    """The text, without anchors, in the order that is given."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Scripts as blocks."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, item: str) -> Any:
        style = "|" if "\n" in item.rstrip("\n") else None
        if not isinstance(resolve(item), str):
            style = "'"  # 089, 1e3 and 0o17 are numbers here, and texts to the emitter
        if style == "|" and hides:
            first = _FIRST.get(item[0], "")
            item = item[1:] if first else item
            item = first + _HINDERS.sub(lambda found: "".join(_STANDS[sign] for sign in found[0]), item)
        return dumper.represent_scalar("tag:yaml.org,2002:str", item, style=style)

    def whole() -> str:
        written: str = yaml.dump(
            value, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=WIDTH
        )
        return written[:-4] if written.endswith("\n...\n") else written  # the end mark after `|+`

    Dumper.add_representer(str, text)
    hides = False
    plain = whole()
    if _STANDING.search(plain):
        return plain
    hides = True
    return _STANDING.sub(lambda found: _BACK[found[0]], whole())
