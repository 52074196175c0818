"""Files of engines: the last setting counts, comments do not."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.engines import Engines
from serai.host.facts.source import Source


def test_a_setting_is_read(tmp_path):
    write(tmp_path, {"etc/a.conf": '#key = "no"\nkey = "one"\nkey=two\n'})
    engines = Engines(Source(tmp_path))

    assert engines.setting("/etc/a.conf", "key").text == "two"
    assert not engines.setting("/etc/a.conf", "other").there
