"""A host elsewhere, through a real sshd: checked, tuned and undone, as root or by sudo, over lines that break."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bad_line import Line
from second_host import PLAIN, Second
from serai.cli.main import run as serai
from serai.host.checks.examine import ROWS

Captured = pytest.CaptureFixture[str]
Need = Callable[..., None]
pytestmark = [pytest.mark.root]
TUNE = ["host", "tune", "thp", "-y", "--host", "far"]
UNDO = ["host", "undo", "thp", "-y", "--host", "far"]
DROP_IN = "etc/tmpfiles.d/90-serai-thp.conf"
SLOW = "kvm.probe-guest"


def checked(capsys: Captured, *more: str) -> dict[str, dict[str, str]]:
    capsys.readouterr()
    ids = [ident for ident in ROWS if ident != SLOW]
    serai(["host", "check", "--host", "far", "--json", *more, *ids])
    return {each["id"]: each for each in json.loads(capsys.readouterr().out)["checks"]}


@pytest.mark.parametrize("kind", ["python", "busybox"])
def test_all_checks_are_made_of_the_other_host(second: Second, kind: str, capsys: Captured) -> None:
    second(kind)
    found = checked(capsys)

    assert len(found) == len(ROWS) - 1
    assert found["mem.thp"]["result"] == "note"
    assert found["mem.thp"]["value"] == "[always]"
    assert found["sys.cgroups"]["read"] == "/proc/mounts"
    missing = {ident for ident, each in found.items() if "needs Python there" in each["why"]}
    assert bool(missing) == (kind == "busybox")


def test_what_is_not_known_without_python_is_listed(second: Second, capsys: Captured) -> None:
    second("busybox")
    serai(["host", "check", "--host", "far", "time", "mem.thp"])

    assert "there is no Python there, so these are not known: time.sync" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["python", "busybox"])
def test_devices_that_a_project_names_are_looked_for_there(
    second: Second, kind: str, tmp_path: Path, capsys: Captured
) -> None:
    host = second(kind)
    (host.root / "sys/bus/pci/devices").mkdir(parents=True)
    usb = host.root / "sys/bus/usb/devices/1-2"
    usb.mkdir(parents=True)
    for name, value in {"idVendor": "046d", "idProduct": "c52b"}.items():
        (usb / name).write_text(f"{value}\n")
    file = tmp_path / "devices.yaml"
    words = ["host", "check", "--host", "far", "--json", "--for", str(file), "host.devices"]

    found = {}
    for device in (
        "usb: [{vendor: 046d, product: c52b}]",
        "usb: [{vendor: 046d, product: c52c}]",
        'pci: [{address: "01:00"}]',
    ):
        file.write_text(f"project: shop\nmachines: {{ai: {{image: tiny, devices: {{{device}}}}}}}\n")
        serai(words)
        (check,) = json.loads(capsys.readouterr().out)["checks"]
        found[device] = (check["result"], check["why"], check["next"])

    assert list(found.values()) == [
        ("pass", "", ""),
        ("fail", "it is not plugged in", "lsusb lists what is; optional: true waits for it"),
        ("fail", "there is no PCI device 0000:01:00.0", "serai host devices --host far lists them"),
    ]


def test_a_role_is_planned_and_looked_at_there_and_nothing_is_changed(second: Second, capsys: Captured) -> None:
    host = second("python")
    before = host.files()

    assert serai(["host", "setup", "--host", "far"]) == 0
    assert "nfs-storage" in capsys.readouterr().out
    assert serai(["host", "setup", "nfs-storage", "-n", "--host", "far"]) == 2
    assert "setup-nfs-storage: " in capsys.readouterr().out
    assert host.files() == before


@pytest.mark.parametrize("kind", ["python", "busybox"])
def test_a_tuning_is_done_and_undone_byte_for_byte(second: Second, kind: str, capsys: Captured) -> None:
    host = second(kind)
    before = host.files()

    assert serai([*TUNE, "-n"]) == 2
    assert host.files() == before
    assert serai(TUNE) == 0
    assert host.thp == "madvise"
    assert "enabled - - - - madvise" in (host.root / DROP_IN).read_text()
    assert serai(TUNE) == 0
    assert serai(UNDO[:2] + UNDO[-2:]) == 0
    assert "thp  20" in capsys.readouterr().out
    assert (host.root / "var/lib/serai/host/thp.json").exists()
    assert serai(UNDO) == 0
    assert host.thp == "always"
    assert host.files() == before


def test_another_user_reads_as_itself_and_changes_by_sudo(second: Second, need: Need, capsys: Captured) -> None:
    need("sudo")
    host = second("python", user=PLAIN, sudo=f"{PLAIN} ALL=(ALL) NOPASSWD: ALL\n")
    (host.root / "etc/subuid").write_text("tester:100000:65536\n")
    (host.root / "etc/subuid").chmod(0o600)

    assert checked(capsys)["lxc.subids"]["why"] == "cannot be read: Permission denied"
    assert serai(TUNE) == 0
    assert host.thp == "madvise"
    assert (host.root / DROP_IN).stat().st_uid == 0
    assert serai(UNDO) == 0
    assert not (host.root / DROP_IN).exists()


def test_sudo_that_asks_for_a_password_is_refused_with_the_way_out(
    second: Second, need: Need, capsys: Captured
) -> None:
    need("sudo")
    host = second("python", user=PLAIN, sudo=f"{PLAIN} ALL=(ALL) ALL\n")

    assert serai(TUNE) == 4
    said = capsys.readouterr().err
    assert "far: changes need root, and sudo asks for a password there" in said
    assert "--host root@far" in said
    assert host.thp == "[always]"


def test_a_user_without_sudo_is_refused(second: Second, capsys: Captured) -> None:
    second("busybox", user=PLAIN)

    assert serai(TUNE) == 4
    assert "there is neither sudo nor doas there" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["python", "busybox"])
def test_a_line_that_breaks_anywhere_in_a_tuning_leaves_what_the_next_run_finishes(
    second: Second, line: Line, kind: str, capsys: Captured
) -> None:
    from serai.host.reach import ssh

    host = second(kind)
    before = host.files()
    line.sent = 0
    assert serai(TUNE) == 0
    whole = line.sent
    assert serai(UNDO) == 0
    broken = 0
    for part in range(1, 13):
        ssh.hang_up("far")
        line.sent, line.breaks = 0, whole * part // 13
        code = serai(TUNE)
        said = capsys.readouterr().err
        line.breaks = 1 << 60
        ssh.hang_up("far")
        if code != 0:
            broken += 1
            assert code == 1, said
            assert "far: " in said and "Traceback" not in said
        assert serai(TUNE) == 0, f"{part}: {capsys.readouterr().err}"
        assert host.thp == "madvise"
        assert serai(UNDO) == 0
        assert host.files() == before, part
    assert broken > 6


def test_a_far_host_is_checked_in_about_a_second(second: Second, line: Line, capsys: Captured) -> None:
    """20 ms there and back, and as much again for a login over it."""
    second("python")
    checked(capsys)  # Python reads its own modules once
    from serai.host.reach import ssh

    ssh.hang_up("far")
    line.delay = 0.01
    began = time.monotonic()
    checked(capsys)
    taken = time.monotonic() - began

    assert 0.05 < taken < 4, "a check that is not gathered costs 20 ms; all of them would cost 8 s"
