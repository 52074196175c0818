"""host check --guest: which guest is meant, and how it is reached."""

from __future__ import annotations

import json

import pytest

from serai.cli.host_guest import _address
from serai.cli.main import run
from serai.util.process import Result


class Libvirt:
    """A host whose libvirt knows one domain."""

    live = True

    def program(self, name):
        return "/usr/bin/virsh"

    def run(self, argv, timeout):
        if argv[3] != "shop" or argv[5] != "agent":
            return Result(argv, 1, "", "error: failed to get domain")
        return Result(argv, 0, " eth0       52:54:00:00:00:01    ipv4         10.40.0.10/24\n", "")


def test_a_domain_is_reached_at_the_address_that_libvirt_knows():
    assert _address(Libvirt(), "shop") == "10.40.0.10"
    assert _address(Libvirt(), "other") == ""


def test_a_tree_runs_no_guest(tmp_path, capsys):
    assert run(["host", "check", "--root", str(tmp_path), "--guest", "web"]) == 64
    assert "it runs no guest" in capsys.readouterr().err


def test_a_machine_that_is_not_up_is_said(home, tmp_path, monkeypatch, capsys):
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {provider: fake, image: tiny}}\n")
    monkeypatch.chdir(tmp_path)

    assert run(["host", "check", "--guest", "web"]) != 0
    assert "web" in capsys.readouterr().err


@pytest.mark.engine
@pytest.mark.slow
def test_a_tiny_guest_is_checked_over_its_own_ssh(home_with_images, tmp_path, monkeypatch, capsys):
    (tmp_path / "serai.yaml").write_text(
        "project: nested\nmachines: {web: {image: tiny, memory: 256M, cpu: {nested: true}, ready: {within: 8m}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    try:
        assert run(["up", "-y"]) == 0
        capsys.readouterr()
        run(["host", "check", "--guest", "web", "--json"])
        found = {each["id"]: each for each in json.loads(capsys.readouterr().out)["checks"]}
        run(["host", "check", "--guest", "web"])
        shown = capsys.readouterr().out
    finally:
        run(["destroy", "-y", "--force"])

    assert "guest: svm" in found["nest.flag"]["value"] or "guest: vmx" in found["nest.flag"]["value"]
    assert found["nest.device"]["result"] in ("pass", "fail")
    assert found["time.sync"]["why"] == "needs Python there"
    assert found["mem.available"]["read"] == "/proc/meminfo"
    assert "there is no Python there, so these are not known: " in shown
