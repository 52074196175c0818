"""A service is enabled and started, and is as before when that is undone; with systemd and without."""

from __future__ import annotations

import pytest

from package_managers import Systemd
from serai.host.changes.change import State
from serai.host.changes.service import Service
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

CHANGE = Service(unit="libvirtd.service", process="libvirtd", start=("libvirtd", "-d"))


def done(change, reach):
    before = change.before(reach)
    change.do(reach, before)
    return before, change.after(reach)


def tree_of(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


class TestWithSystemd:
    @pytest.fixture
    def systemd(self, tmp_path):
        return Systemd(tmp_path, "libvirtd.service", "ssh.service")

    @pytest.fixture
    def reach(self, tmp_path, systemd):
        return Local(tmp_path, run=systemd)

    def test_it_is_enabled_and_started_and_read_back(self, reach):
        assert not CHANGE.holds(reach)
        assert CHANGE.diff(reach) == ["libvirtd.service: disabled, inactive -> enabled, active"]
        done(CHANGE, reach)

        assert CHANGE.holds(reach)
        assert CHANGE.read_back(reach).value == "enabled, active"

    def test_undone_the_links_of_units_are_as_before(self, reach, systemd, tmp_path):
        before = tree_of(tmp_path)
        kept, after = done(CHANGE, reach)
        CHANGE.undo(reach, kept, after)
        CHANGE.undo(reach, kept, after)

        assert tree_of(tmp_path) == before
        assert systemd.active == set()
        assert CHANGE.owes == ("daemon-reload",)

    def test_what_others_enabled_since_stays(self, reach, systemd):
        kept, after = done(CHANGE, reach)
        systemd.answer(["systemctl", "enable", "--now", "ssh.service"])
        CHANGE.undo(reach, kept, after)

        assert [each.name for each in systemd.wants.iterdir()] == ["ssh.service"]

    def test_what_ran_already_runs_on(self, reach, systemd):
        systemd.active.add("libvirtd.service")
        kept, after = done(CHANGE, reach)
        CHANGE.undo(reach, kept, after)

        assert systemd.active == {"libvirtd.service"}

    def test_a_link_that_went_comes_back(self, reach, systemd, tmp_path):
        link = tmp_path / "etc/systemd/system/old.target.wants/x.service"
        link.parent.mkdir()
        link.symlink_to("/usr/lib/x.service")
        kept = CHANGE.before(reach)
        link.unlink()
        link.parent.rmdir()
        CHANGE.undo(reach, kept, CHANGE.after(reach))

        assert link.is_symlink()

    def test_a_unit_that_there_is_not_is_named(self, reach):
        with pytest.raises(SeraiError, match=r"Unit file lxc-net.service does not exist"):
            done(Service(unit="lxc-net.service"), reach)
        assert Service(unit="lxc-net.service").read_back(reach).state is State.LOST


class Daemons:
    """A host without systemd: programs that start show up in /proc."""

    def __init__(self, root):
        self.root = root
        self.calls = []
        (root / "proc/1").mkdir(parents=True)
        (root / "proc/1/comm").write_text("init\n")

    def __call__(self, argv):
        self.calls.append(list(argv))
        place = self.root / "proc/77"
        if list(argv[:3]) == ["sh", "-c", 'kill "$1"']:
            (self.root / "proc" / argv[-1] / "comm").unlink()
        elif argv[0] != "sleep":
            name = next(
                word.rpartition("/")[2] for word in argv if word.rpartition("/")[2] in ("libvirtd", "dockerd")
            )
            place.mkdir(exist_ok=True)
            (place / "comm").write_text(f"{name}\n")
        return Result(argv, 0, "", "")


class TestWithoutSystemd:
    @pytest.fixture
    def daemons(self, tmp_path):
        return Daemons(tmp_path)

    @pytest.fixture
    def reach(self, tmp_path, daemons):
        return Local(tmp_path, run=daemons)

    def test_it_is_started_by_hand_and_that_is_said(self, reach):
        assert "no systemd here" in CHANGE.diff(reach)[0]
        done(CHANGE, reach)
        seen = CHANGE.read_back(reach)

        assert (seen.state, seen.value) == (State.DONE, "runs")
        assert "nothing starts it at boot" in seen.why

    def test_undone_the_process_that_was_started_ends(self, reach, daemons):
        kept, after = done(CHANGE, reach)
        CHANGE.undo(reach, kept, after)

        assert ["sh", "-c", 'kill "$1"', "sh", "77"] in daemons.calls
        assert CHANGE.read_back(reach).state is State.LOST

    def test_a_process_that_is_another_one_by_now_stays(self, reach, daemons, tmp_path):
        kept, after = done(CHANGE, reach)
        (tmp_path / "proc/77").rename(tmp_path / "proc/78")
        CHANGE.undo(reach, kept, after)

        assert not any("kill" in word for call in daemons.calls for word in call)

    def test_what_ran_before_is_left_alone(self, reach, daemons):
        daemons(["libvirtd", "-d"])
        daemons.calls.clear()
        kept, after = done(CHANGE, reach)
        CHANGE.undo(reach, kept, after)

        assert daemons.calls == []

    def test_a_daemon_that_stays_in_the_foreground_is_detached(self, reach, daemons):
        done(Service(unit="docker.service", process="dockerd", start=("dockerd",), detach=True), reach)

        assert daemons.calls[0][:2] == ["sh", "-c"]
        assert daemons.calls[0][-1] == "dockerd"

    def test_where_nothing_is_known_to_start_it_the_person_is_told(self, reach):
        with pytest.raises(SeraiError, match=r"no systemd here, and no /etc/init\.d/lxc-net"):
            done(Service(unit="lxc-net.service", shows="/sys/class/net/lxcbr0"), reach)

    def test_its_own_stop_is_used_where_it_has_one(self, tmp_path, daemons):
        (tmp_path / "sys/class/net").mkdir(parents=True)
        shown = tmp_path / "sys/class/net/lxcbr0"
        calls = []

        def run(argv):
            calls.append(argv[-1])
            shown.touch() if argv[-1] == "start" else shown.unlink()
            return Result(argv, 0, "", "")

        reach = Local(tmp_path, run=run)
        change = Service(
            unit="lxc-net.service",
            shows="/sys/class/net/lxcbr0",
            start=("/usr/libexec/lxc/lxc-net", "start"),
            stop=("/usr/libexec/lxc/lxc-net", "stop"),
        )
        kept, after = done(change, reach)
        assert change.holds(reach)
        change.undo(reach, kept, after)
        assert calls == ["start", "stop"]
        assert not change.holds(reach)


def test_a_program_that_does_not_start_is_told_as_it_said(tmp_path):
    (tmp_path / "proc/1").mkdir(parents=True)
    reach = Local(tmp_path, run=lambda argv: Result(argv, 1, "", "cannot open /run/libvirt\n"))
    with pytest.raises(SeraiError, match="cannot open /run/libvirt"):
        done(CHANGE, reach)
