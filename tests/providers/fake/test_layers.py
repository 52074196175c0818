"""Layers of pretended machines: the log goes from one to the next. More is in tests/run/test_layers.py."""

from __future__ import annotations

import msgspec

from serai.images import layers as store
from serai.providers.contract import Materials
from serai.providers.fake import layers
from serai.providers.kept import Keeping
from serai.spec.machine import Machine


def test_only_where_it_is_asked_for(tmp_path):
    asked = msgspec.convert({"name": "web", "providers": {"fake": {"layers": True}}}, Machine)

    assert layers.base(Machine(name="web"), Materials(), tmp_path) == ("", "")
    assert layers.base(asked, Materials(), tmp_path)[0]


def test_the_log_is_kept_and_handed_on(home, tmp_path):
    (tmp_path / "commands.log").write_text("one\n")
    kept = layers.keep(tmp_path, Machine(name="web", image="tiny"), Keeping(key="k1", blocks=("shell one",)))
    assert kept is not None
    assert layers.of("k1") == (kept.id, kept.at)
    assert layers.of("k2") is None

    other = tmp_path / "other"
    other.mkdir()
    layers.start(kept.id, other)
    above = layers.keep(other, Machine(name="db"), Keeping(key="k2", blocks=("shell one", "shell two"), tip=kept))

    assert (other / "commands.log").read_text() == "one\n"
    assert above is not None
    assert (above.parent, above.depth) == (kept.id, 2)
    assert layers.keep(other, Machine(name="db"), Keeping(key="k2", blocks=())) is None
    assert store.names() == sorted([kept.id, above.id])
