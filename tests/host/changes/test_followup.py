"""What is owed after changes is run once; in a tree it is told."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.changes.followup import FOLLOW_UPS, follow
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result


def host(tmp_path, code=0):
    said = []

    def run(argv):
        said.append(list(argv))
        return Result(argv, code, "", "no bus\n")

    return Local(tmp_path, run=run), said


def test_a_tree_is_told_what_to_run(tmp_path):
    assert follow(Local(tmp_path), "daemon-reload") == "systemctl daemon-reload"


def test_it_runs_where_there_is_somebody_to_tell(tmp_path):
    reach, said = host(tmp_path)
    assert follow(reach, "daemon-reload") == ""
    assert said == []
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    follow(reach, "daemon-reload")
    assert said == [["systemctl", "daemon-reload"]]


def test_a_failure_says_what_failed(tmp_path):
    reach, _ = host(tmp_path, 1)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    with pytest.raises(SeraiError, match="systemctl daemon-reload ended with exit code 1: no bus"):
        follow(reach, "daemon-reload")


def test_each_can_be_told_by_hand():
    assert all(each.by_hand for each in FOLLOW_UPS.values())


def test_a_module_is_loaded_again_when_nobody_uses_it(tmp_path):
    reach, said = host(tmp_path)
    follow(reach, "reload-kvm_intel")
    assert said == []  # not loaded
    write(tmp_path, {"sys/module/kvm_intel/refcnt": "2\n", "proc/9/comm": "qemu", "proc/9/fd/1": "-> /dev/kvm"})
    told = follow(reach, "reload-kvm_intel")
    assert told == "modprobe -r kvm_intel && modprobe kvm_intel (qemu (9) must end first)"
    assert said == []
    (tmp_path / "proc/9/fd/1").unlink()
    assert "(it is in use)" in follow(reach, "reload-kvm_intel")
    (tmp_path / "sys/module/kvm_intel/refcnt").write_text("0\n")
    follow(reach, "reload-kvm_intel")
    assert said == [["modprobe", "-r", "kvm_intel"], ["modprobe", "kvm_intel"]]


def test_libvirt_is_restarted_only_where_no_guest_runs(tmp_path):
    reach, said = host(tmp_path)
    write(tmp_path, {"run/systemd/system": None, "proc/9/comm": "libvirtd", "proc/10/comm": "qemu-system-x86"})
    assert "(qemu-system-x86 (10) runs)" in follow(reach, "restart-libvirtd")
    assert said == []
    (tmp_path / "proc/10/comm").unlink()
    follow(reach, "restart-libvirtd")
    follow(reach, "restart-virtqemud")
    assert said == [["systemctl", "try-restart", "libvirtd.service"]]


@pytest.mark.parametrize(
    ("verbs", "told"),
    [
        ("add|add-all|remove", [["kernel-install", "add-all"]]),
        ("add|remove", [["kernel-install", "add", "6.1.0-9", "/boot/vmlinuz-6.1.0-9"]]),
    ],
)
def test_unified_images_are_made_anew_one_by_one_where_kernel_install_does_not_know_them_all(
    tmp_path, verbs, told
):
    said = []

    def run(argv):
        said.append(list(argv))
        return Result(argv, 0, f"kernel-install [OPTIONS...] {verbs}\n", "")

    write(
        tmp_path, {"lib/modules/6.1.0-9/modules.dep": "", "lib/modules/6.0.0-1": None, "boot/vmlinuz-6.1.0-9": ""}
    )
    reach = Local(tmp_path, run=run)
    reach.live = True
    assert follow(reach, "kernel-install") == ""
    assert [each for each in said if each != ["kernel-install", "--help"]] == told
