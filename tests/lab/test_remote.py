"""A host of the lab from outside, over one SSH connection: given a role, bridged, and put back (GUI-3, NET-4)."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from lab.bridged import CARD, WALL, WITHIN, again, links, way_out
from person import Serai
from serai.host.reach.ssh import hang_up

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500), pytest.mark.usefixtures("in_order")]

BRIDGE = ("bridge", "--interface", CARD, "--within", str(WITHIN), "-y")
INSTALLED = "dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n'"


@pytest.fixture(scope="module")
def one(shared):
    return shared.host


@pytest.fixture(scope="module")
def serai(one):
    """`serai("tune", "thp")` is `serai host tune --host lab thp`; by ssh's configuration lab is the host."""
    place = Path(tempfile.mkdtemp(prefix="serai-far", dir="/tmp"))
    (place / "config").write_text(
        f"Host lab\n  HostName 127.0.0.1\n  Port {one.port}\n  User root\n  IdentityFile {one.image.key}\n"
        "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n"
    )
    (place / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {place}/config "$@"\n')
    (place / "ssh").chmod(0o755)
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("PATH", str(place), prepend=":")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    person = Serai(place)

    def far(verb, *words, code=0):
        return person("host", verb, "--host", "lab", *words, code=code, timeout=900)

    yield far
    hang_up("lab")
    monkeypatch.undo()
    shutil.rmtree(place)


@pytest.mark.lab_long
def test_a_host_is_made_one_of_storage_by_apt_and_its_export_is_mounted_and_all_is_taken_back(one, serai):
    before = one.run(INSTALLED).stdout
    said = serai("setup", "nfs-storage", "-y").stdout

    assert "proved  /exports/data: mounted by NFS 4.2, written to as 36:36" in said
    assert "nfs-kernel-server installed" in one.run(INSTALLED).stdout
    seen = one.run("systemctl is-active nfs-server; stat -c %u:%g:%a /exports/data").stdout.split()
    assert seen == ["active", "36:36:755"]
    assert "nothing to do" in serai("setup", "nfs-storage", "-n").stdout

    serai("undo", "setup-nfs-storage", "-y")
    assert one.run(INSTALLED).stdout == before
    assert one.run("ls -d /exports; getent passwd vdsm", check=False).stdout == ""
    assert one.serai("host undo") == {"applied": []}


def test_a_bridge_that_cuts_the_connection_is_put_back_and_one_that_does_not_is_kept_and_undone(one, serai):
    one.run("nft -f -", input=WALL)
    cut = serai("tune", *BRIDGE, code=None)
    again(one, WITHIN + 120)

    assert cut.returncode != 0, cut.stdout
    assert links(one) == [CARD, "lo"]
    (rolled_back,) = json.loads(serai("check", "net.rolled-back", "--json", code=None).stdout)["checks"]
    assert rolled_back["result"] == "warn"
    assert "nobody confirmed it" in rolled_back["value"]

    one.run("nft delete table inet wall")
    assert "the way in is open" in serai("tune", *BRIDGE).stderr
    assert "br0" in way_out(one)
    serai("undo", "bridge", "-y")
    again(one, 120)
    assert links(one) == [CARD, "lo"]
    assert CARD in way_out(one)
