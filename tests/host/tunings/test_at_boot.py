"""A unit of our own is wanted by a drop-in of the target, and only where systemd is."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.at_boot import has_systemd, unit


def test_the_target_wants_the_unit():
    service, target = unit("x", "an example", ("/bin/true",), (), "docker.service")

    assert service.path == "/etc/systemd/system/serai-x.service"
    assert "After=docker.service\n" in service.text and service.text.endswith("ExecStart=/bin/true\n")
    assert target.path == "/etc/systemd/system/multi-user.target.d/90-serai-x.conf"
    assert target.text.endswith("[Unit]\nWants=serai-x.service\n")


def test_a_tree_has_systemd_when_it_is_installed(tmp_path):
    write(tmp_path, {})
    assert not has_systemd(Facts(Source(tmp_path)))
    write(tmp_path, {"usr/lib/systemd/systemd": ""})
    assert has_systemd(Facts(Source(tmp_path)))


def test_a_running_host_has_it_when_it_runs(tmp_path):
    write(tmp_path, {"usr/lib/systemd/systemd": ""})
    live = Facts(Source(tmp_path, run=lambda argv: None))
    live.source.live = True
    assert not has_systemd(live)
    write(tmp_path, {"run/systemd/system": None})
    assert has_systemd(live)
