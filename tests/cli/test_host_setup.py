"""serai host setup: what would be installed is shown, done, looked at, and undone."""

from __future__ import annotations

import json

import pytest

from package_managers import Apt
from serai.cli import host_setup, host_undo
from serai.cli.main import run
from setup_hosts import host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}
PODMAN = ("podman", "uidmap", "slirp4netns", "fuse-overlayfs", "netavark", "aardvark-dns")


class World(Apt):
    """A Debian with apt, and no other programs."""

    def answer(self, words):
        if words[0] not in ("dpkg-query", "dpkg", "apt-get"):
            return 1, "", f"{words[0]}: not here\n"
        return super().answer(words)


@pytest.fixture
def world(monkeypatch, tmp_path):
    monkeypatch.setattr("package_managers.NEEDS", {name: [] for name in (*PODMAN, "nfs-kernel-server", "bash")})
    monkeypatch.delenv("SUDO_USER", raising=False)
    packages = World("bash")
    reach = host(tmp_path, DEBIAN, run=packages)
    for module in (host_setup, host_undo):
        monkeypatch.setattr(module, "reach_of", lambda root, **reads: reach)
    return packages


def test_a_dry_run_shows_what_is_missing_and_changes_nothing(world, capsys):
    assert run(["host", "setup", "podman", "-n", "--user", "ann"]) == 2
    out = capsys.readouterr().out
    assert "+podman" in out
    assert "+ann:100000:65536" in out
    assert world.there == ["bash"]


def test_it_is_done_looked_at_and_undone(world, capsys, tmp_path):
    assert run(["host", "setup", "podman", "-y", "--user", "ann"]) == 0
    out = capsys.readouterr().out
    assert set(world.there) == {"bash", *PODMAN}
    assert "ann:100000:65536" in (tmp_path / "etc/subuid").read_text()
    assert "podman.id-programs" in out
    assert run(["host", "setup", "podman", "-y", "--user", "ann"]) == 0
    assert "setup-podman: nothing to do" in capsys.readouterr().out
    assert run(["host", "undo", "setup-podman", "-y"]) == 0
    assert world.there == ["bash"]
    assert not (tmp_path / "etc/subuid").exists()
    assert not (tmp_path / "var/lib/serai").exists()


def test_who_called_sudo_is_who_shall_use_it(world, monkeypatch, capsys):
    monkeypatch.setenv("SUDO_USER", "ann")
    assert run(["host", "setup", "podman", "-n"]) == 2
    assert "ann:100000:65536" in capsys.readouterr().out


def test_on_a_host_elsewhere_it_is_whose_login_it_is(world, monkeypatch, capsys):
    monkeypatch.setenv("SUDO_USER", "eve")
    assert run(["host", "setup", "podman", "-n", "--host", "ann@server"]) == 2
    assert "ann:100000:65536" in capsys.readouterr().out


def test_as_json_the_checks_are_in_it(world, capsys):
    assert run(["host", "setup", "podman", "-y", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tunings"][0]["id"] == "setup-podman"
    assert {each["id"] for each in found["checks"]} == {"podman.id-programs", "lxc.subids"}


def test_the_list_says_what_each_role_misses(world, capsys):
    run(["host", "setup", "podman", "-y"])
    capsys.readouterr()
    assert run(["host", "setup"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert list(lines) == ["qemu", "libvirt", "lxc", "docker", "podman", "nfs-storage", "nfs-folders", "xen-dom0"]
    assert "set up 20" in lines["podman"]
    assert "docker.io; enable and start docker.service" in lines["docker"]
    assert run(["host", "setup", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["roles"]) == 8


def test_a_failure_undoes_what_was_done_of_it(world, capsys):
    assert run(["host", "setup", "nfs-storage", "-y"]) == 1
    assert "groupadd -g 36 kvm ended with exit code 1" in capsys.readouterr().err
    assert world.there == ["bash"]


def test_an_export_that_is_not_proved_is_said_to_be_so(world, capsys, monkeypatch, tmp_path):
    answer = world.answer
    (tmp_path / "etc/group").write_text("root:x:0:\nkvm:x:36:\n")
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nvdsm:x:36:36::/:/sbin/nologin\n")
    (tmp_path / "exports/data").mkdir(parents=True)
    (tmp_path / "proc/9").mkdir()
    (tmp_path / "proc/9/comm").write_text("nfsd\n")
    world.answer = lambda words: (0, "", "") if words[0] in ("chown", "chmod") else answer(words)
    monkeypatch.setattr("serai.host.changes.directory.MakeDirectory.holds", lambda self, reach: True)
    assert run(["host", "setup", "nfs-storage", "-y"]) == 0
    out = capsys.readouterr().out
    assert "not proved  /exports/data: no directory to mount on: mktemp: not here" in out
    assert "nfs.vdsm" in out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["podmen"], "there is no role podmen"),
        (["nfs-storage", "--path", "data"], "no path of a directory"),
        (["xen-dom0", "--memory", "much"], "--memory much"),
    ],
)
def test_a_mistake_is_answered(world, capsys, args, said):
    assert run(["host", "setup", *args]) == 3
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("bridge", "said"), [("", True), ("none", False)])
def test_a_dom0_gets_the_bridge_that_guests_join_or_why_not(tmp_path, capsys, bridge, said):
    grub = {"usr/sbin/update-grub": "", "proc/meminfo": "MemTotal: 8388608 kB\n", "var/lib/dpkg/status": ""}
    host(tmp_path, DEBIAN, files=grub)
    words = ["--bridge", bridge] if bridge else []
    assert run(["host", "setup", "xen-dom0", "-n", "--root", str(tmp_path), "--cpus", "2", *words]) == 2
    out = capsys.readouterr().out
    assert "boot Xen, with dom0_mem=1024M,max:1024M dom0_max_vcpus=2" in out
    assert ("\nbridge: " in out) is said


def test_in_a_tree_nothing_is_installed(tmp_path, capsys, monkeypatch):
    host(tmp_path, DEBIAN, files={"var/lib/dpkg/status": "Package: podman\nStatus: install ok installed\n"})
    assert run(["host", "setup", "podman", "-y", "--root", str(tmp_path)]) == 4
    assert "it is a tree of files" in capsys.readouterr().err
    assert run(["host", "setup", "podman", "-n", "--root", str(tmp_path)]) == 2
    out = capsys.readouterr().out
    assert "+uidmap" in out
    assert "+podman" not in out
