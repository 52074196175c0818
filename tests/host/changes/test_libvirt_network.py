"""A network of libvirt's is started, now and at boot, and is as before when that is undone."""

from __future__ import annotations

import pytest

from serai.host.changes.change import State
from serai.host.changes.libvirt_network import StartNetwork
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

CHANGE = StartNetwork()


class Virsh:
    """virsh with one network."""

    def __init__(self, active="no", autostart="no", answers=True):
        self.state = {"Active": active, "Autostart": autostart}
        self.answers = answers

    def __call__(self, argv):
        words = list(argv[3:])
        assert argv[:3] == ("virsh", "-c", "qemu:///system")
        if not self.answers:
            return Result(argv, 1, "", "error: failed to connect to the hypervisor\n")
        key, value = {
            "net-start": ("Active", "yes"),
            "net-destroy": ("Active", "no"),
            "net-autostart": ("Autostart", "no" if "--disable" in words else "yes"),
        }.get(words[0], ("", ""))
        if key:
            self.state[key] = value
            return Result(argv, 0, "", "")
        lines = {"Name": "default", **self.state, "Bridge": "virbr0"}
        return Result(argv, 0, "".join(f"{name}:{' ' * 8}{value}\n" for name, value in lines.items()), "")


def reach_of(root, virsh):
    (root / "usr/bin").mkdir(parents=True, exist_ok=True)
    (root / "usr/bin/virsh").touch()
    return Local(root, run=virsh)


@pytest.mark.parametrize(("active", "autostart"), [("no", "no"), ("yes", "no"), ("no", "yes"), ("yes", "yes")])
def test_it_is_started_and_is_as_before_afterwards(tmp_path, active, autostart):
    virsh = Virsh(active, autostart)
    reach = reach_of(tmp_path, virsh)
    before = CHANGE.before(reach)
    CHANGE.do(reach, before)
    assert virsh.state == {"Active": "yes", "Autostart": "yes"}
    assert CHANGE.holds(reach)
    assert CHANGE.read_back(reach).state is State.DONE

    CHANGE.undo(reach, before, None)
    CHANGE.undo(reach, before, None)
    assert virsh.state == {"Active": active, "Autostart": autostart}


def test_guests_that_are_on_it_are_a_conflict(tmp_path):
    reach = reach_of(tmp_path, Virsh())
    before = CHANGE.before(reach)
    CHANGE.do(reach, before)
    assert CHANGE.conflict(reach, before, None) == ""
    (tmp_path / "sys/class/net/virbr0/brif/vnet3").mkdir(parents=True)
    assert "vnet3, a guest, is on the network default" in CHANGE.conflict(reach, before, None)


def test_before_libvirt_is_installed_it_does_not_hold(tmp_path):
    assert not CHANGE.holds(Local(tmp_path, run=Virsh()))
    assert "not there yet" in CHANGE.diff(Local(tmp_path, run=Virsh()))[0]


def test_a_libvirt_that_does_not_answer_is_named(tmp_path):
    reach = reach_of(tmp_path, Virsh(answers=False))
    with pytest.raises(SeraiError, match="libvirt does not answer"):
        CHANGE.do(reach, CHANGE.before(reach))
    assert CHANGE.read_back(reach).state is State.LOST
