"""The user's JSON file gets our keys, and gets rid of them, whatever the user did to it meanwhile."""

from __future__ import annotations

import json

import pytest

from serai.host.apply import conflicts, tune, undo
from serai.host.changes.change import State
from serai.host.changes.json_keys import JsonKey, JsonKeys
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

OPTION = ("default-network-opts", "bridge", "com.docker.network.driver.mtu")
CHANGE = JsonKeys(
    file="/etc/docker/daemon.json", keys=(JsonKey(("mtu",), 1450), JsonKey(OPTION, "1450")), waits="a restart"
)
OWN = '{\n  "log-driver" : "local",\n\n  "mtu":9000}\n'


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "etc").mkdir()
    return Local(tmp_path)


def run(tree, change=CHANGE):
    return tune(tree, "docker-mtu", "", [change], lambda line: None)


def back(tree, force=False):
    undo(tree, Ledger(tree).read("docker-mtu"), lambda line: None, force)


def daemon(tree):
    return tree.root / "etc/docker/daemon.json"


def given(tree, text):
    daemon(tree).parent.mkdir(exist_ok=True)
    daemon(tree).write_text(text)


def test_without_a_file_it_is_made_and_goes_again(tree):
    seen = run(tree)

    assert json.loads(daemon(tree).read_text())["mtu"] == 1450
    assert (seen[0].state, seen[0].why) == (State.PENDING, "a restart")
    back(tree)
    assert list((tree.root / "etc").iterdir()) == []


def test_a_file_that_nobody_touched_is_byte_for_byte_as_before(tree):
    given(tree, OWN)
    daemon(tree).chmod(0o600)
    run(tree)

    assert daemon(tree).read_text().startswith('{\n  "log-driver" : "local",\n\n  "mtu":1450,\n')
    assert daemon(tree).stat().st_mode & 0o777 == 0o600
    back(tree)
    assert daemon(tree).read_text() == OWN


def test_a_link_is_left_to_whoever_made_it(tree):
    given(tree, OWN)
    daemon(tree).rename(tree.root / "etc/own.json")
    before = (tree.root / "etc/own.json").read_bytes()
    daemon(tree).symlink_to("../own.json")
    with pytest.raises(SeraiError, match=r"is a link to \.\./own\.json") as error:
        run(tree)

    assert error.value.code is Code.REFUSED
    assert daemon(tree).is_symlink() and daemon(tree).read_bytes() == before


def test_twice_is_once(tree):
    given(tree, OWN)
    run(tree)
    run(tree)
    back(tree)

    assert daemon(tree).read_text() == OWN


def test_keys_that_the_user_added_since_stay(tree):
    given(tree, OWN)
    run(tree)
    given(tree, daemon(tree).read_text().replace('"log-driver"', '"debug": true,\n  "log-driver"'))
    back(tree)

    assert daemon(tree).read_text() == OWN.replace('"log-driver"', '"debug": true,\n  "log-driver"')


def test_a_file_of_ours_that_the_user_added_to_stays_with_that(tree):
    run(tree)
    given(tree, daemon(tree).read_text().replace("{", '{"debug": true,', 1))
    back(tree)

    assert json.loads(daemon(tree).read_text()) == {"debug": True}


def test_another_value_of_the_users_is_a_conflict(tree):
    run(tree)
    given(tree, daemon(tree).read_text().replace("1450", "1400", 1))

    assert conflicts(tree, Ledger(tree).read("docker-mtu")) == [
        "/etc/docker/daemon.json: mtu is 1400 now, which serai did not write"
    ]
    with pytest.raises(SeraiError, match="was not undone"):
        back(tree)
    back(tree, force=True)
    assert not daemon(tree).exists()


def test_a_file_that_the_user_removed_is_no_conflict(tree):
    run(tree)
    daemon(tree).unlink()
    back(tree)

    assert Ledger(tree).all() == []


def test_a_file_that_is_broken_is_refused_before_and_a_conflict_after(tree):
    given(tree, "{")
    with pytest.raises(SeraiError) as caught:
        run(tree)
    assert caught.value.code is Code.INPUT
    given(tree, OWN)
    run(tree)
    given(tree, "{")
    assert "changed since" in conflicts(tree, Ledger(tree).read("docker-mtu"))[0]
    back(tree, force=True)
    assert daemon(tree).read_text() == OWN


@pytest.mark.parametrize(("says", "state"), [("1450", State.DONE), ("1500", State.PENDING)])
def test_what_the_program_really_took_is_read_from_the_program(tree, says, state):
    live = Local(tree.root, lambda argv: Result(argv, 0, says, ""))
    asking = JsonKeys(
        file=CHANGE.file, keys=CHANGE.keys, asks=("docker", "inspect"), answer="1450", waits="a restart"
    )

    assert run(live, asking)[0].state is state
    given(tree, "{}")
    assert asking.read_back(live).state is State.LOST
