"""Telling a woken guest who it is: run by a real shell on the files that hold it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from serai.guest import identity
from serai.guest.identity import Before
from serai.guest.seed import SeedNic
from serai.providers.contract import Materials
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.process import Result

BEFORE = Before(
    hostname="web.example.org",
    instance_id="old-1",
    hosts="10.0.0.7 db\n",
    cards=[("52:54:00:00:00:01", ""), ("52:54:00:00:00:02", "10.0.0.5/24")],
)
NICS = [
    SeedNic(mac="52:54:00:00:00:03"),
    SeedNic(mac="52:54:00:00:00:04", dhcp=False, address="10.0.0.6/24"),
]
MACHINE = Machine(name="mail")
MATERIALS = Materials(hosts={"web": "10.0.0.5/24", "db": "10.0.0.7/24"})


def script() -> str:
    return identity.script(BEFORE, MACHINE, MATERIALS, NICS, "new-1", 1000.4)


def run(text: str, root: Path) -> None:
    """The script's parts that only touch files, with those files below `root`."""
    for place in ("/etc/", "/var/lib/", "/run/"):
        text = text.replace(place, f"{root}{place}")
    subprocess.run(["sh", "-c", text], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc/systemd/network").mkdir(parents=True)
    (tmp_path / "var/lib/cloud/instances/old-1").mkdir(parents=True)
    (tmp_path / "var/lib/cloud/data").mkdir()
    (tmp_path / "etc/hosts").write_text(
        "127.0.0.1 localhost\n127.0.1.1 web.example.org web\n10.0.0.7 db\n10.0.0.9 printer\n"
        "10.0.0.8 gone # serai\n"
    )
    (tmp_path / "etc/machine-id").write_text("0" * 32 + "\n")
    return tmp_path


def test_each_script_holds_other_randomness():
    first, second = script(), script()

    for name in ("seed", "machine"):
        values = [re.search(rf"^{name}=([0-9a-f]+)$", text, re.MULTILINE) for text in (first, second)]
        assert values[0] and values[1]
        assert values[0].group(1) != values[1].group(1)


def test_whole_seconds_and_only_cards_that_are_others():
    text = script()
    assert "now=1000\n" in text
    assert "card 52:54:00:00:00:01 52:54:00:00:00:03 - -" in text
    assert "card 52:54:00:00:00:02 52:54:00:00:00:04 10.0.0.5/24 10.0.0.6/24" in text

    same = [SeedNic(mac=mac, address=address or None) for mac, address in BEFORE.cards]
    assert "\ncard 52" not in identity.script(BEFORE, MACHINE, MATERIALS, same, "new-1", 1.0)


def test_names_and_machine_id_are_its_own(root):
    lines = script().splitlines()
    values = "\n".join(line for line in lines if re.match(r"^(old_)?(name|hosts|machine)=", line))
    values = "old_hosts='10.0.0.7 db'\n" + "\n".join(
        line for line in values.splitlines() if not line.startswith(("old_hosts", "hosts"))
    )
    basics = identity._BASICS.partition("if [ -s /etc/machine-id")
    own = basics[1] + basics[2].replace('printf %s "$name" >/proc/sys/kernel/hostname', ":")

    run(f"{values}\nhosts='10.0.0.5 web # serai\n'\n{own}", root)

    assert (root / "etc/hostname").read_text() == "mail\n"
    assert re.fullmatch(r"[0-9a-f]{32}\n", (root / "etc/machine-id").read_text())
    assert (root / "etc/machine-id").read_text() != "0" * 32 + "\n"
    assert (root / "etc/hosts").read_text() == (
        "127.0.0.1 localhost\n127.0.1.1 mail mail\n10.0.0.9 printer\n10.0.0.5 web # serai\n"
    )


def test_the_instance_that_was_set_up_has_its_new_name(root):
    run(f"instance=new-1\nold_instance=old-1\n{identity._INSTANCE}", root)

    assert (root / "var/lib/cloud/instances/new-1").is_dir()
    assert (root / "var/lib/cloud/instance").readlink().name == "new-1"
    assert (root / "var/lib/cloud/data/instance-id").read_text() == "new-1\n"


def test_what_a_guest_says_when_it_fails_is_shown():
    class Way:
        def run(self, command: str, **more: object) -> Result:
            return Result(["sh"], 1, "", "date: invalid\n")

    with pytest.raises(SeraiError, match="mail: the guest did not become itself: date: invalid"):
        identity.become(Way(), MACHINE, "false")  # type: ignore[arg-type]
