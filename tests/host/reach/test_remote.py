"""Another host is reached by an agent in Python or in its shell: both do the same; what is lost is said once."""

from __future__ import annotations

import os
import stat

import pytest

from far import cut, explain
from serai.host.facts.source import Source, Unknown
from serai.host.reach.contract import Entry, Kind
from serai.host.reach.gathered import Gathered
from serai.host.reach.remote import start
from serai.util.errors import Code, SeraiError

BINARY = bytes(range(256)) * 40


def test_a_file_comes_as_it_is(there, tmp_path):
    (tmp_path / "x").write_bytes(BINARY)

    assert there.read(f"{tmp_path}/x") == BINARY
    assert there.read(f"{tmp_path}/none") is None
    assert there.read(f"{tmp_path}/x/below") is None
    assert there.read(str(tmp_path)) is None
    assert there.read("/proc/self/status").startswith(b"Name:")


def test_a_file_is_written_in_one_step_with_its_mode(there, tmp_path):
    (tmp_path / "x").write_text("old")
    there.write(f"{tmp_path}/x", BINARY, mode=0o640, uid=os.geteuid(), gid=os.getegid())

    assert (tmp_path / "x").read_bytes() == BINARY
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640
    assert (
        sorted(path.name for path in tmp_path.iterdir()) == ["bin", "x"] if (tmp_path / "bin").exists() else True
    )


def test_names_with_blanks_and_signs_are_kept(there, tmp_path):
    odd = tmp_path / "a 'b' \"c\" $HOME `id` *"
    odd.mkdir()
    (odd / "-n").write_text("1")
    (odd / ".hidden").write_text("2")

    assert sorted(there.names(str(odd))) == ["-n", ".hidden"]
    assert there.names(f"{tmp_path}/none") is None
    assert there.read(f"{odd}/-n") == b"1"


def test_what_is_there_is_told_by_its_kind(there, tmp_path):
    (tmp_path / "link").symlink_to("/no/where")
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o4711)
    os.mkfifo(tmp_path / "pipe")

    assert there.entry(f"{tmp_path}/file") == Entry(Kind.FILE, 0o4711, os.geteuid(), os.getegid())
    assert there.entry(f"{tmp_path}/link").kind is Kind.LINK
    assert there.entry(f"{tmp_path}/pipe").kind is Kind.OTHER
    assert there.entry(str(tmp_path)).kind is Kind.DIRECTORY
    assert there.entry(f"{tmp_path}/none") is None
    assert there.has(f"{tmp_path}/link")
    assert not there.has(f"{tmp_path}/none")
    assert there.target(f"{tmp_path}/link") == "/no/where"
    assert there.target(f"{tmp_path}/file") == ""


def test_directories_links_and_values_are_made_and_removed(there, tmp_path):
    there.make_directory(f"{tmp_path}/d", mode=0o750, uid=os.geteuid(), gid=os.getegid())
    (tmp_path / "value").write_text("")
    there.put(f"{tmp_path}/value", "madvise")
    there.link(f"{tmp_path}/d/l", "/run")
    there.link(f"{tmp_path}/d/l", str(tmp_path))

    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o750
    assert (tmp_path / "value").read_text() == "madvise\n"
    assert (tmp_path / "d/l").readlink() == tmp_path
    with pytest.raises(OSError):
        there.remove(f"{tmp_path}/d")
    there.remove(f"{tmp_path}/d/l")
    there.remove(f"{tmp_path}/d")
    there.remove(f"{tmp_path}/d")
    assert not (tmp_path / "d").exists()


def test_what_the_system_refuses_is_an_error_of_the_system(there, tmp_path):
    with pytest.raises(OSError):
        there.write(f"{tmp_path}/none/x", b"")
    with pytest.raises(OSError):
        there.make_directory(f"{tmp_path}/none/x")
    with pytest.raises(OSError):
        there.put(f"{tmp_path}/none/x", "1")
    assert there.has(str(tmp_path)), "the connection goes on"


def test_a_program_gives_its_code_and_both_streams(there):
    done = there.run(["sh", "-c", "cat; echo err >&2; printf 'no\nend'; exit 3"], input="a'b\n\\0\n")

    assert (done.code, done.stdout, done.stderr.strip()) == (3, "a'b\n\\0\nno\nend", "err")
    assert there.run(["cat"]).stdout == "", "nothing of the connection is read by it"
    assert there.program("cat").startswith("/")
    assert there.program("no-such-program") == ""
    with pytest.raises(SeraiError, match="no-such-program is not installed"):
        there.run(["no-such-program"])


@pytest.mark.timeout(20)
def test_a_program_that_takes_too_long_is_ended(there):
    with pytest.raises(SeraiError, match="did not end within 1 s") as error:
        there.run(["sleep", "30"], timeout=1)

    assert error.value.code is Code.TIMEOUT
    assert there.run(["cat"]).ok, "the connection goes on"


def test_a_large_file_does_not_fill_the_memory(there, tmp_path):
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 30)

    with pytest.raises(OSError, match="larger than"):
        there.read(f"{tmp_path}/huge")
    assert there.has(f"{tmp_path}/huge")


def test_the_kernel_is_asked_or_python_is_missed(there, tmp_path):
    free, total = map(int, there.ask("space", str(tmp_path)).split())

    assert 0 < free <= total
    assert there.ask("user").split()[0] == str(os.geteuid())
    assert there.ask("owner", "/").split()[:2] == ["0", "0"]
    assert there.ask("owner", "/no/such") == "absent"
    with pytest.raises(Unknown):
        there.ask("no-such-question")


def test_a_clock_is_known_to_python_alone(there):
    try:
        assert there.ask("clock") in ("synchronised", "unsynchronised")
    except Unknown as unknown:
        assert unknown.why == "needs Python there"


def test_much_is_read_in_one_round_trip(there, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d/a").write_text("one\ntwo\n")
    (tmp_path / "d/b:c").write_text("d/a: x")
    (tmp_path / "d/empty").write_text("")
    known = there.gather([f"{tmp_path}/d/*", "/no/*"], ["/", str(tmp_path), f"{tmp_path}/*"], [], [])
    source = Source(tmp_path)
    source.reach = Gathered(there, known)
    before = there.round_trips

    assert source.read(f"{tmp_path}/d/a").text == "one\ntwo"
    assert source.read(f"{tmp_path}/d/b:c").text == "d/a: x"
    assert source.names(f"{tmp_path}/d") == ["a", "b:c", "empty"]
    assert not source.read(f"{tmp_path}/d/none").there
    assert not source.has(f"{tmp_path}/none/below")
    assert there.round_trips == before
    assert source.read(f"{tmp_path}/d/empty").there


def test_the_lock_is_held_while_the_agent_lives(there, tmp_path, monkeypatch):
    monkeypatch.setattr("serai.host.reach.remote.LOCKS", (str(tmp_path),))
    other = start("there", there.argv, explain)
    with there.lock("serai host tune"):
        with pytest.raises(SeraiError, match="in use by serai host tune") as error, other.lock("serai host undo"):
            pass
        assert error.value.code is Code.BUSY
    with other.lock("serai host undo"):
        pass
    with other.lock("serai host undo"):
        cut(other)
    with there.lock("serai host tune"):
        pass


def test_a_lost_connection_is_one_error_and_stays_one(there):
    cut(there)
    with pytest.raises(SeraiError, match="there: the connection was lost") as error:
        there.read("/etc/passwd")
    assert error.value.code is Code.NETWORK
    with pytest.raises(SeraiError) as again:
        there.has("/etc")
    assert again.value is error.value


def test_words_of_a_login_before_the_agent_are_skipped(tmp_path):
    reach = start("there", ["/bin/sh", "-c", "echo 'Welcome to serai-like things'; exec /bin/sh"], explain)

    assert reach.has("/")
    reach.close()


def test_what_is_no_shell_is_told_with_its_own_words():
    with pytest.raises(SeraiError) as error:
        start("there", ["/bin/sh", "-c", "echo 'no such account' >&2; exit 1"], explain)
    assert error.value.details == ("no such account\n",)
