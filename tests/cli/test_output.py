"""What `--json` prints."""

from __future__ import annotations

import json

from serai.cli.output import print_json
from serai.spec.memory import Memory


def test_structs_and_plain_data_keep_their_order_and_their_letters(capsys):
    print_json({"b": Memory(size=1 << 20), "a": "Möwe"})
    text = capsys.readouterr().out
    assert list(json.loads(text)) == ["b", "a"]
    assert json.loads(text)["b"] == {"size": 1 << 20}
    assert "Möwe" in text and text.startswith('{\n  "b"')
