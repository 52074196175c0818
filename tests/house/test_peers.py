"""The comparison with other checkers: each of their lines is known, and what they find here serai finds, too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from serai.host.checks.examine import ROWS

FOLDER = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(FOLDER))
peers = pytest.importorskip("peers", reason="only with the benchmarks beside the tests")

VALIDATE = """\
  QEMU: Checking for hardware virtualization                                 : FAIL (no features found)
  QEMU: Checking if device /dev/net/tun exists                               : PASS
  QEMU: Checking for cgroup 'cpu' controller support                         : WARN (Enable 'cpu' in kernel)
   LXC: Checking for namespace ipc                                           : PASS
"""
TUNED = """\
2026-01-02 03:04:05,678 INFO     tuned.daemon.daemon: verifying profile(s): base
2026-01-02 03:04:05,679 ERROR    tuned.plugins.base: verify: failed: 'vm.swappiness' = '60', expected '10'
2026-01-02 03:04:05,680 INFO     tuned.plugins.base: verify: passed: 'vm.dirty_ratio' = '40'
Verification failed, current system settings differ from the preset profile.
You can mostly fix this by restarting the TuneD daemon, e.g.:
  systemctl restart tuned
or
  service tuned restart
Sometimes (if some plugins like bootloader are used) a reboot may be required.
See TuneD log file ('/var/log/tuned/tuned.log') for details.
"""
LXC = """\
LXC version 5.0.2
--- Namespaces ---
User namespace: \x1b[1;33mmissing\x1b[0;39m
newuidmap is not installed
Warning: newgidmap is not setuid-root
Cgroup v1 mount points:
 - /sys/fs/cgroup/cpu
Bridges: enabled, not loaded
CONFIG_UNIX_DIAG: enabled
"""


def bad(peer: str, text: str) -> list[tuple[str, str]]:
    return [(line.text, line.names) for line in peers.read(peer, text, peers.Mapping()) if line.bad]


def test_every_check_of_the_mapping_is_one_of_serais():
    rows = [row for given in peers.Mapping().rows.values() for _, row in given]
    named = {check for row in rows for check in row.get("checks", ())}
    named |= {each["check"] for row in rows for each in row.get("unless", {}).values()}
    assert named <= set(ROWS)
    assert set(peers.Mapping().rows) == set(peers.PEERS)


@pytest.mark.parametrize(
    ("peer", "line"),
    [
        ("virt-host-validate", "  QEMU: Checking for the phase of the moon : PASS"),
        ("virt-host-validate", "something else"),
        ("virt-what", "moon"),
        ("kvm-ok", "INFO: full moon"),
        ("tuned-adm", "the moon is full"),
        ("lxc-checkconfig", "Moon: enabled"),
    ],
)
def test_a_line_that_nobody_has_looked_at_is_an_error(peer, line):
    with pytest.raises(peers.Unmapped, match=r"(?i)moon|something else"):
        peers.read(peer, line, peers.Mapping())


def test_what_a_peer_finds_is_told_from_what_it_confirms():
    assert bad("virt-host-validate", VALIDATE) == [
        ("QEMU: for hardware virtualization", ""),
        ("QEMU: for cgroup 'cpu' controller support", "cpu"),
    ]
    assert bad("tuned-adm", TUNED)[0] == ("'vm.swappiness' = '60', expected '10'", "vm.swappiness")
    assert len(bad("tuned-adm", TUNED)) == 2
    assert bad("lxc-checkconfig", LXC) == [
        ("User namespace", "USER_NS"),
        ("newuidmap is not installed", "newuidmap"),
        ("Warning: newgidmap is not setuid-root", "newgidmap"),
    ]
    assert bad("kvm-ok", "INFO: /dev/kvm exists\nKVM acceleration can be used\n") == []
    assert bad("kvm-ok", "KVM acceleration can NOT be used\n") == [("KVM acceleration can NOT be used", "")]


def test_a_finding_counts_only_where_serai_names_the_same_thing():
    lines = peers.read("lxc-checkconfig", LXC, peers.Mapping())
    found = {"lxc.kernel": "note", "podman.id-programs": "warn"}
    values = {"lxc.kernel": "/proc/config.gz: no VETH", "podman.id-programs": "no newuidmap newgidmap"}
    machine = peers.Machine("one", lines, found, values, {})
    assert [line.text for line in machine.missed()] == ["User namespace"]

    passed = peers.Machine("two", lines, {"lxc.kernel": "pass", "podman.id-programs": "pass"}, values, {})
    assert len(passed.missed()) == 3


@pytest.mark.parametrize(
    ("mounts", "result", "missed"), [("cgroup2", "pass", 0), ("cgroup", "pass", 1), ("cgroup2", "warn", 1)]
)
def test_a_finding_is_no_fault_where_another_check_read_what_its_row_says(mounts, result, missed):
    text = "  LXC: Checking for cgroup 'freezer' controller support : FAIL (Enable 'freezer' in kernel)\n"
    lines = peers.read("virt-host-validate", text, peers.Mapping())
    found = {"sys.cgroups": result, "sys.controllers": "pass"}
    values = {"sys.cgroups": f"/proc/mounts: {mounts} ", "sys.controllers": "cpuset cpu io memory"}

    assert len(peers.Machine("one", lines, found, values, {}).missed()) == missed


def test_the_page_is_what_the_program_writes():
    text = (FOLDER.parent / "docs/peers.md").read_text()
    assert text.startswith("# What other checkers find, and what serai finds\n")
    assert "".join(f"{line}\n" for line in peers.HEAD) in text
    assert "**not found**" not in text
    for peer in peers.PEERS:
        assert re.search(rf"^\\| {peer} \\| \\d+ \\|", text, re.MULTILINE)


@pytest.mark.parametrize(("misses", "looks"), [([1, 0], 2), ([0], 1), ([1, 1, 1], 3)])
def test_what_seems_to_be_missing_is_looked_at_again_before_it_counts(monkeypatch, misses, looks):
    line = peers.Line("kvm-ok", "KVM acceleration can NOT be used", "", True, ("kvm.probe-guest",))
    seen = [peers.Machine("one", [line] * each, {}, {}, {}) for each in misses]
    monkeypatch.setattr(peers, "_look", lambda name, rounds: seen.pop(0))

    assert len(peers.look("one").missed()) == misses[-1]
    assert len(misses) - len(seen) == looks


@pytest.mark.root
def test_a_daemon_of_another_mount_namespace_is_none_of_this_machine(tmp_path, need):
    need("unshare", root=True)
    program = shutil.copy(shutil.which("sleep"), tmp_path / "serai-a-peer")
    for before, found in ((["unshare", "--mount"], False), ([], True)):
        process = subprocess.Popen([*before, program, "60"])
        try:
            while Path(f"/proc/{process.pid}/comm").read_text() != "serai-a-peer\n":
                pass
            assert peers.runs("serai-a-peer") is found
        finally:
            process.kill()
            process.wait()


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_that_they_find_on_this_host_and_on_a_broken_one_is_missing(need):
    need("virt-host-validate", "virt-what", "kvm-ok", "tuned-adm", "lxc-checkconfig", "dbus-daemon", root=True)
    done = subprocess.run(
        [sys.executable, FOLDER / "peers.py", "--check"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "nothing that they found is missing" in done.stdout
    assert re.search(r"^\| tuned-adm \| \d+ \| 2 \| 2 \|", done.stdout, re.MULTILINE)
