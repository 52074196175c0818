"""Packages that are missing are installed; undo removes what came with them, and nothing that was there."""

from __future__ import annotations

import pytest

from package_managers import Apt, Dnf, Pacman, Zypper
from serai.host.changes.change import State
from serai.host.changes.package import PackageInstall
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

KINDS = {"apt": Apt, "dnf": Dnf, "zypper": Zypper, "pacman": Pacman}


@pytest.fixture(params=KINDS)
def tool(request):
    return request.param


@pytest.fixture
def packages(tool):
    return KINDS[tool]("bash", "seabios-bin")


@pytest.fixture
def reach(tmp_path, packages):
    return Local(tmp_path, run=packages)


@pytest.fixture
def change(tool):
    return PackageInstall(tool=tool, names=("qemu-kvm", "bash"), data=("/var/lib/desk", "/etc/desk/*.xml"))


def done(change, reach):
    before = change.before(reach)
    change.do(reach, before)
    return before, change.after(reach)


def test_what_came_goes_and_what_was_there_stays(change, reach, packages):
    assert not change.holds(reach)
    assert change.diff(reach) == ["+qemu-kvm"]
    before, after = done(change, reach)
    assert change.holds(reach)
    assert change.read_back(reach).state is State.DONE
    assert set(packages.there) == {"bash", "seabios-bin", "qemu-kvm", "qemu-img"}

    assert change.conflict(reach, before, after) == ""
    change.undo(reach, before, after)
    change.undo(reach, before, after)
    assert packages.there == ["bash", "seabios-bin"]
    assert change.read_back(reach).value == "no qemu-kvm"


def test_done_twice_it_asks_no_package_manager(change, reach, packages):
    done(change, reach)
    packages.calls.clear()
    change.do(reach, change.before(reach))

    assert not any("install" in call or "-S" in call for call in packages.calls)


def test_what_was_installed_since_and_needs_it_is_a_conflict(change, reach, packages):
    before, after = done(change, reach)
    packages.add(["libvirt"])

    assert "libvirt" in change.conflict(reach, before, after)
    assert "installed since" in change.conflict(reach, before, after)


def test_what_others_installed_since_stays(change, reach, packages):
    before, after = done(change, reach)
    packages.there.append("virt-top")  # as if it needed nothing of ours
    packages.needing = lambda names: []
    change.undo(reach, before, after)

    assert packages.there == ["bash", "seabios-bin", "virt-top"]


def test_what_a_killed_run_brought_goes(change, reach, packages):
    before = change.before(reach)
    packages.add(["qemu-img"])
    change.undo(reach, before, None)

    assert packages.there == ["bash", "seabios-bin"]


def test_a_package_that_there_is_not_is_named_with_the_next_command(tool, reach):
    with pytest.raises(SeraiError) as refused:
        done(PackageInstall(tool=tool, names=("qemu-system-vax",)), reach)

    assert refused.value.code is Code.MISSING
    assert "qemu-system-vax" in refused.value.message
    assert "qemu-system-vax" in refused.value.hint


def test_work_of_a_person_that_would_go_is_a_conflict(change, reach, tmp_path):
    before, after = done(change, reach)
    (tmp_path / "etc/desk").mkdir(parents=True)
    (tmp_path / "etc/desk/notes.txt").write_text("")
    assert change.conflict(reach, before, after) == ""
    (tmp_path / "etc/desk/web.xml").write_text("")
    assert "/etc/desk/web.xml" in change.conflict(reach, before, after)
    (tmp_path / "etc/desk/web.xml").unlink()
    (tmp_path / "var/lib/desk").mkdir(parents=True)
    (tmp_path / "var/lib/desk/disk").write_text("")
    assert "/var/lib/desk/disk" in change.conflict(reach, before, after)


class TestApt:
    @pytest.fixture
    def tool(self):
        return "apt"

    def test_stale_lists_are_fetched_anew(self, change, reach, packages):
        packages.fresh = False
        done(change, reach)

        assert "qemu-kvm" in packages.there

    def test_without_a_network_the_cause_is_told(self, change, reach, packages):
        packages.fresh, packages.offline = False, True
        with pytest.raises(SeraiError) as refused:
            done(change, reach)

        assert refused.value.code is Code.NETWORK
        assert "Temporary failure resolving" in refused.value.message

    def test_a_changed_configuration_file_is_a_conflict(self, change, reach, packages):
        before, after = done(change, reach)
        packages.edited = ["/etc/qemu/bridge.conf"]

        assert "/etc/qemu/bridge.conf was changed since" in change.conflict(reach, before, after)

    def test_configuration_files_that_were_left_before_are_left_again(self, change, reach, packages):
        packages.kept = ["qemu-img"]
        before, after = done(change, reach)
        change.undo(reach, before, after)

        assert packages.kept == ["qemu-img"]

    def test_by_force_the_work_of_a_person_stays(self, change, reach, packages, tmp_path):
        before, after = done(change, reach)
        (tmp_path / "var/lib/desk/disk").mkdir(parents=True)
        change.undo(reach, before, after)

        assert any("remove" in call for call in packages.calls)
        assert not any("purge" in call for call in packages.calls)

    def test_what_dpkg_did_not_end_is_ended_first(self, change, reach, packages):
        before, after = done(change, reach)
        packages.interrupted = True
        change.undo(reach, before, after)
        assert packages.there == ["bash", "seabios-bin"]
        packages.interrupted = True
        done(change, reach)
        assert "qemu-kvm" in packages.there

    def test_nobody_is_asked_and_another_run_is_waited_for(self, change, reach, packages):
        done(change, reach)
        call = next(call for call in packages.calls if "install" in call)

        assert {"DEBIAN_FRONTEND=noninteractive", "-y", "DPkg::Lock::Timeout=300"} <= set(call)


class TestPacman:
    @pytest.fixture
    def tool(self):
        return "pacman"

    def test_another_run_is_waited_for(self, change, reach, packages, tmp_path):
        lock = tmp_path / "var/lib/pacman/db.lck"
        lock.parent.mkdir(parents=True)
        lock.touch()
        answer = packages.__class__.__call__
        waits = []

        def run(argv):
            if argv[0] == "sleep":
                waits.append(argv)
                lock.unlink()
            return answer(packages, argv)

        done(change, Local(tmp_path, run=run))
        assert len(waits) == 1


def test_a_dnf_that_finds_no_mirror_says_so(tmp_path):
    packages = Dnf("bash")
    packages.offline = True
    with pytest.raises(SeraiError, match="resolve host name") as refused:
        done(PackageInstall(tool="dnf", names=("qemu-kvm",)), Local(tmp_path, run=packages))
    assert refused.value.code is Code.NETWORK
