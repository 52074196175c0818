"""Which libvirt, one connection to it, and verbs that outlive it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from serai.providers.contract import Scope
from serai.providers.libvirt import connect
from serai.providers.libvirt.binding import library
from serai.spec.machine import Machine
from serai.spec.raw import LibvirtRaw, Raw
from serai.util.errors import Code, SeraiError


def at(uri: str) -> Machine:
    return Machine(providers=Raw(libvirt=LibvirtRaw(uri=uri)))


def test_what_the_machine_states_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "test:///default")
    assert connect.uri_of(at("qemu+ssh://host/system")) == "qemu+ssh://host/system"
    assert connect.uri_of(Machine()) == "test:///default"


def test_root_has_the_system_and_others_their_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert connect.uri_of() == "qemu:///system"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(connect, "SYSTEM_SOCKETS", ("/nowhere/sock",))
    assert connect.uri_of() == "qemu:///session"


@pytest.mark.usefixtures("without_root")
@pytest.mark.parametrize(
    ("uri", "remote", "session", "test"),
    [
        ("qemu:///system", False, False, False),
        ("qemu:///session", False, True, False),
        ("qemu+ssh://root@host:2222/system", True, False, False),
        ("qemu+tls://host/system", True, False, False),
        ("test:///default", False, False, True),
        ("qemu+unix:///system?socket=/run/x", False, False, False),
    ],
)
def test_a_uri_tells_what_can_be_done_with_it(uri: str, remote: bool, session: bool, test: bool) -> None:
    assert (connect.is_remote(uri), connect.is_session(uri), connect.is_test(uri)) == (remote, session, test)


def test_root_has_the_systems_daemon_for_a_session_unless_a_socket_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert not connect.is_session("qemu:///session")
    assert connect.is_session("qemu+unix:///session?socket=/run/user/1000/libvirt/libvirt-sock")
    assert connect.is_session("qemu+ssh://ann@host/session")


@pytest.mark.engine
@pytest.mark.root
def test_a_real_libvirt_gives_root_the_systems_networks_for_a_session(libvirtd: str) -> None:
    system, session = connect.opened(libvirtd), connect.opened("qemu:///session")
    own = {network.UUIDString() for network in system.listAllNetworks()}
    assert own == {network.UUIDString() for network in session.listAllNetworks()}
    assert system.getHostname() == session.getHostname()
    domains = [conn.listAllDomains() for conn in (system, session)]
    assert {each.UUIDString() for each in domains[0]} == {each.UUIDString() for each in domains[1]}


def test_a_project_looks_at_all_that_its_file_names(uri: str, tmp_path: Any) -> None:
    named = Scope(
        project="shop", project_id="1", root=tmp_path, home=tmp_path, engines={"libvirt": ("", "qemu:///session")}
    )
    assert connect.uris_of(named) == {uri, "qemu:///session"}
    assert connect.uris_of(Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path)) == {uri}


def test_there_is_one_connection_a_uri_until_it_is_lost(uri: str) -> None:
    first = connect.opened(uri)
    assert connect.opened(uri) is first
    first.close()
    assert connect.opened(uri) is not first


class Living:
    """A connection whose daemon is there."""

    def isAlive(self) -> bool:
        return True

    def close(self) -> None: ...

    def setKeepAlive(self, _interval: int, _count: int) -> None: ...


@pytest.mark.parametrize(
    ("uri", "own"), [("qemu:///system", True), ("qemu+ssh://host/system", False), ("test:///default", False)]
)
def test_a_thread_has_its_own_where_opening_is_quick(uri: str, own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "_open", lambda _uri: Living())
    try:
        mine = connect.opened(uri)
        with ThreadPoolExecutor(max_workers=1) as beside:
            other = beside.submit(lambda: connect.opened(uri)).result()
        assert (other is not mine) is own
        assert connect.opened(uri) is mine
    finally:
        connect.close_all()


@pytest.mark.parametrize("said", ["Connection reset by peer", "Failed to connect socket to '/run/x'"])
def test_a_thread_that_comes_while_the_daemon_restarts_waits_for_it(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    libvirt = library()
    answers = [Living(), libvirt.libvirtError(said), libvirt.libvirtError(said), Living()]

    def answer(_uri: str) -> Living:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    @connect.lasting
    def act() -> str:
        connect.opened("qemu:///system")
        return "done"

    monkeypatch.setattr(libvirt, "open", answer)
    try:
        assert act() == "done"
        with ThreadPoolExecutor(max_workers=1) as beside:
            assert beside.submit(act).result() == "done"
        assert not answers
    finally:
        connect.close_all()


def test_a_dead_connection_that_libvirt_still_takes_for_alive_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    libvirt = library()
    lost = libvirt.libvirtError("Cannot write data: Broken pipe")
    lost.err = (libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, str(lost), 0, "", None, None, 0, 0)

    class Dead(Living):
        def getLibVersion(self) -> int:
            raise lost

    opened = [Dead(), Living()]
    monkeypatch.setattr(libvirt, "open", lambda uri: opened.pop(0))

    @connect.lasting
    def act() -> str:
        if isinstance(connect.opened("qemu:///system"), Dead):
            raise lost
        return "done"

    try:
        assert act() == "done"
    finally:
        connect.close_all()


def test_one_that_cannot_be_opened_says_what_to_do() -> None:
    with pytest.raises(SeraiError, match="does not answer") as caught:
        connect.opened("qemu+unix:///system?socket=/nowhere/at/all")
    assert caught.value.code is Code.MISSING
    assert "systemctl start libvirtd" in caught.value.hint
    with pytest.raises(SeraiError) as caught:
        connect.opened("qemu+ssh://nobody@localhost:1/system")
    assert caught.value.code is Code.NETWORK
    assert "ssh must log in without a password" in caught.value.hint


class Verbs:
    """A driver whose daemon goes away `times` times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls = 0

    @connect.lasting
    def act(self) -> str:
        self.calls += 1
        if self.calls <= self.times:
            library().open("qemu+unix:///system?socket=/nowhere/at/all")
        return "done"

    @connect.lasting
    def wrong(self, uri: str) -> None:
        self.calls += 1
        connect.opened(uri).lookupByName("nobody")


def test_a_verb_is_done_again_when_its_daemon_went_away() -> None:
    verbs = Verbs(times=1)
    assert verbs.act() == "done"
    assert verbs.calls == 2


def test_a_daemon_that_goes_away_again_is_told() -> None:
    with pytest.raises(SeraiError, match="libvirt hung up") as caught:
        Verbs(times=2).act()
    assert caught.value.code is Code.NETWORK


def test_another_failure_is_told_at_once(uri: str) -> None:
    verbs = Verbs(times=0)
    with pytest.raises(SeraiError, match="wrong: Domain not found"):
        verbs.wrong(uri)
    assert verbs.calls == 1


def test_errors_inside_become_ours_with_what_was_tried(uri: str) -> None:
    with (
        pytest.raises(SeraiError, match="web cannot be found: Domain not found"),
        connect.asking("web cannot be found"),
    ):
        connect.opened(uri).lookupByName("nobody")
