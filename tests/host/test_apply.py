"""Changes are journalled, done, read back and undone; a kill at any moment is finished by the next run."""

from __future__ import annotations

import errno
from contextlib import suppress
from itertools import permutations

import pytest

from serai.host.apply import by_name, changing, conflicts, states, tune, undo, unfinished
from serai.host.changes.change import State
from serai.host.changes.file import WriteFile
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

ONE = WriteFile(path="/etc/one", text="1\n", runs=("daemon-reload",))
TWO = WriteFile(path="/etc/two", text="2\n")
BROKEN = WriteFile(path="/etc/one/below-a-file", text="no\n")


class Killed(Exception):
    """Stands for SIGKILL: nothing catches it."""


class Fragile(Local):
    """Dies at its n-th write."""

    def __init__(self, root, left):
        super().__init__(root)
        self.left = left

    def write(self, path, data, **more):
        if self.left == 0:
            raise Killed
        self.left -= 1
        super().write(path, data, **more)

    def remove(self, path):
        if self.left == 0:
            raise Killed
        self.left -= 1
        super().remove(path)


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/two").write_text("old\n")
    return Local(tmp_path)


def files(tree):
    return {str(path.relative_to(tree.root)): path.read_text() for path in tree.root.rglob("*") if path.is_file()}


def run(tree, *changes, said=None):
    return tune(tree, "x", "", changes, (said if said is not None else []).append)


def record(tree):
    return Ledger(tree).read("x")


def test_what_is_done_is_read_back_and_undone(tree):
    before = files(tree)
    seen = run(tree, ONE, TWO)

    assert [each.state for each in seen] == [State.DONE, State.DONE]
    assert record(tree).finished
    undo(tree, record(tree), lambda line: None)
    assert files(tree) == before


def test_what_holds_already_is_not_done_again(tree):
    run(tree, ONE, TWO)
    said = []
    run(tree, ONE, TWO, said=said)

    assert said == []
    assert len(record(tree).steps) == 2


def test_in_a_tree_what_is_owed_is_told(tree):
    said = []
    run(tree, ONE, said=said)

    assert said[-1] == f"to be run in {tree.root}: systemctl daemon-reload"


def test_a_failure_puts_back_what_was_done_in_this_run(tree):
    before = files(tree)
    with pytest.raises(SeraiError):
        run(tree, ONE, TWO, BROKEN)

    assert files(tree) == before
    assert record(tree) is None


def test_a_second_value_is_undone_back_to_the_first_state(tree):
    before = files(tree)
    run(tree, TWO)
    run(tree, WriteFile(path="/etc/two", text="22\n"))
    undo(tree, record(tree), lambda line: None)

    assert files(tree) == before


@pytest.mark.parametrize("writes", range(8))
def test_a_killed_run_is_finished_by_the_next(tree, writes):
    with pytest.raises(Killed):
        run(Fragile(tree.root, writes), ONE, TWO, WriteFile(path="/etc/three", text="3\n"))
    run(tree, ONE, TWO)

    assert files(tree)["etc/one"] == "1\n"
    assert files(tree)["etc/two"] == "2\n"
    assert record(tree).finished


@pytest.mark.parametrize("writes", range(8))
def test_a_killed_run_is_undone(tree, writes):
    before = files(tree)
    with pytest.raises(Killed):
        run(Fragile(tree.root, writes), ONE, TWO, WriteFile(path="/etc/three", text="3\n"))
    if found := record(tree):
        undo(tree, found, lambda line: None)

    assert files(tree) == before


@pytest.mark.parametrize("writes", range(6))
def test_a_killed_undo_is_finished_by_the_next(tree, writes):
    before = files(tree)
    run(tree, ONE, TWO)
    with pytest.raises(Killed):
        undo(Fragile(tree.root, writes), record(tree), lambda line: None)
    if found := record(tree):
        undo(tree, found, lambda line: None)

    assert files(tree) == before


def test_what_others_changed_since_stops_an_undo(tree):
    run(tree, ONE, TWO)
    (tree.root / "etc/two").write_text("mine\n")

    with pytest.raises(SeraiError, match="/etc/two was changed since") as error:
        undo(tree, record(tree), lambda line: None)
    assert error.value.code is Code.REFUSED
    assert files(tree)["etc/one"] == "1\n"
    assert conflicts(tree, record(tree)) == ["/etc/two was changed since"]
    undo(tree, record(tree), lambda line: None, force=True)
    assert files(tree) == {"etc/two": "old\n"}


def test_what_somebody_changed_is_lost(tree):
    run(tree, TWO)
    (tree.root / "etc/two").unlink()

    assert [each.state for each in states(tree, record(tree))] == [State.LOST]


class Full(Local):
    """Its disk is full from the n-th write on; what is removed makes no room."""

    def __init__(self, root, left):
        super().__init__(root)
        self.left = left

    def write(self, path, data, **more):
        if self.left == 0:
            raise OSError(errno.ENOSPC, "No space left on device", path)
        self.left -= 1
        super().write(path, data, **more)


@pytest.mark.parametrize("writes", range(6))
def test_a_full_disk_is_named_and_the_next_run_clears_up(tree, writes):
    before = files(tree)
    with pytest.raises(SeraiError, match="No space left on device") as error:
        run(Full(tree.root, writes), ONE, TWO)
    assert error.value.message.startswith(f"{tree.root}: write /etc/")
    if found := record(tree):
        undo(tree, found, lambda line: None)

    assert files(tree) == before


def test_what_cannot_be_put_back_does_not_hide_why_it_had_to_be(tree):
    class Stuck(Local):
        def remove(self, path):
            raise PermissionError(errno.EPERM, "Operation not permitted", path)

    with pytest.raises(SeraiError) as error:
        run(Stuck(tree.root), ONE, BROKEN)

    assert "/etc/one/below-a-file" in error.value.message
    assert "could not be put back: write /etc/one" in error.value.details[0]
    assert error.value.hint.endswith("serai host undo x puts the rest back")
    undo(tree, record(tree), lambda line: None)
    assert files(tree) == {"etc/two": "old\n"}


class Forbidden(Local):
    """As a user without rights finds a host."""

    def make_directory(self, path, **more):
        raise PermissionError(errno.EACCES, "Permission denied", path)


def test_a_user_without_rights_is_told_before_anything_is_changed(tree):
    before = files(tree)
    with pytest.raises(SeraiError, match="Permission denied") as error:
        run(Forbidden(tree.root), TWO, ONE)

    assert error.value.hint == "run it as root"
    assert files(tree) == before


def test_the_lock_of_a_host_that_may_not_be_taken_is_one_error(tree):
    class Locked(Local):
        def lock(self, note):
            raise PermissionError(errno.EACCES, "Permission denied", "/run/serai-host.lock")

    with (
        pytest.raises(SeraiError, match=r"/run/serai-host\.lock: Permission denied") as error,
        changing(Locked(tree.root), "a test"),
    ):
        pass
    assert error.value.hint == "run it as root"


def test_a_program_that_fails_afterwards_leaves_a_record_that_says_how_to_go_on(tree):
    from serai.util.process import Result

    (tree.root / "run/systemd/system").mkdir(parents=True)
    broken = Local(tree.root, run=lambda argv: Result(argv, 1, "", "no bus"))
    with pytest.raises(SeraiError, match="daemon-reload ended with exit code 1: no bus") as error:
        run(broken, ONE)
    assert error.value.hint == "serai host tune x tries it again, serai host undo x puts all of it back"
    assert not record(tree).finished
    run(Local(tree.root, run=lambda argv: Result(argv, 0, "", "")), ONE)
    assert record(tree).finished


def test_what_does_it_again_is_named_as_it_was_asked_for():
    assert by_name(["thp", "ksm"]) == "serai host tune thp ksm"
    assert by_name(["setup-lxc"]) == "serai host setup lxc"


def test_what_cannot_even_be_looked_at_puts_back_what_was_done(tree):
    class Closed(Local):
        def entry(self, path):
            if path == "/etc/two" and self.has("/etc/one"):
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return super().entry(path)

    before = files(tree)
    with pytest.raises(SeraiError, match="/etc/two: Permission denied"):
        run(Closed(tree.root), ONE, TWO)
    assert files(tree) == before


def test_an_undo_that_fails_says_how_it_goes_on(tree):
    class Busy(Local):
        def remove(self, path):
            raise SeraiError(Code.FAILED, "umount: target is busy")

    run(tree, ONE)
    with pytest.raises(SeraiError, match="target is busy") as error:
        undo(Busy(tree.root), record(tree), lambda line: None)
    assert error.value.hint == "clear the cause, then serai host undo x goes on from here"
    undo(tree, record(tree), lambda line: None)
    assert record(tree) is None


def test_a_run_that_did_not_end_is_known(tree):
    assert not unfinished(tree, "x")
    with pytest.raises(Killed):
        run(Fragile(tree.root, 1), ONE)
    assert unfinished(tree, "x")
    run(tree, ONE)
    assert not unfinished(tree, "x")


SHARED = {
    name: [
        WriteFile(path=f"/etc/default/grub.d/{name}.cfg", text=name),
        WriteFile(path=f"/srv/{name}/x", text="x"),
    ]
    for name in ("a", "b", "c")
}


def directories(tree):
    """All but those of the journal."""
    found = (str(path.relative_to(tree.root)) for path in tree.root.rglob("*") if path.is_dir())
    return sorted(path for path in found if not path.startswith("var"))


@pytest.mark.parametrize("order", list(permutations("abc")), ids="".join)
def test_a_directory_that_one_made_and_others_use_goes_with_the_last_in_whatever_order(tree, order):
    before = directories(tree)
    for name, changes in SHARED.items():
        tune(tree, name, "", changes, [].append)

    for name in order:
        undo(tree, Ledger(tree).read(name), [].append)

    assert directories(tree) == before


@pytest.mark.parametrize("deaths", range(12))
def test_so_it_does_when_an_undo_was_killed(tree, deaths):
    before = directories(tree)
    for name in "ab":
        tune(tree, name, "", SHARED[name], [].append)
    with suppress(Killed):
        undo(Fragile(tree.root, deaths), Ledger(tree).read("a"), [].append)

    for name in "ab":
        if left := Ledger(tree).read(name):
            undo(tree, left, [].append)

    assert directories(tree) == before


def test_a_directory_that_somebody_else_uses_stays(tree):
    tune(tree, "a", "", SHARED["a"], [].append)
    (tree.root / "etc/default/grub.d/theirs.cfg").write_text("theirs")

    undo(tree, Ledger(tree).read("a"), [].append)

    assert (tree.root / "etc/default/grub.d/theirs.cfg").exists()
    assert not (tree.root / "srv").exists()
    assert Ledger(tree).names() == []
