"""Two questions to libvirt for any number of domains; what was lost is found in the domains themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from serai.providers.contract import Forward, Scope, Snapshot, State
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import connect, ledger
from serai.providers.libvirt.observe import Domain, look_at_containers, observe, observed
from serai.providers.libvirt.record import NAMESPACE, Phase, Record, encode
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

libvirt = pytest.importorskip("libvirt", reason="needs libvirt-python")

URI = "test:///default"


@pytest.fixture
def scope(tmp_path):
    return Scope(project="shop", project_id="ab12", root=tmp_path / "shop", home=tmp_path / "home")


@pytest.fixture
def conn(uri):
    """A libvirt of this test's alone: the default one of the test driver is shared by all that is open to it."""
    return connect.opened(uri)


def record_of(scope: Scope, name: str, **more) -> Record:
    fixed = {"phase": Phase.MADE, "applied": Machine(name=name), "uri": URI}
    return Record(
        name=name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        domain=f"{scope.project}_{name}",
        uuid=machine_uuid(scope.project_id, name),
        **(fixed | more),
    )


def define(conn, record: Record):
    return conn.defineXML(
        f"<domain type='test'><name>{record.domain}</name><uuid>{record.uuid}</uuid><memory>1024</memory>"
        f"<metadata><serai:machine xmlns:serai='{NAMESPACE}'>{escape(encode(record))}</serai:machine></metadata>"
        "<os><type>hvm</type></os></domain>"
    )


def make(scope: Scope, conn, name: str, *, start: bool = False, **more) -> Record:
    record = record_of(scope, name, stopped=not start, uri=conn.getURI(), **more)
    domain = define(conn, record)
    if start:
        domain.create()
    ledger.save(scope, record)
    return record


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, conn):
        self.conn = conn
        self.asked: list[str] = []

    def __getattr__(self, name):
        self.asked.append(name)
        return getattr(self.conn, name)


def test_no_machine_is_no_answer_but_libvirt_was_asked(scope, conn):
    assert observe(scope) == {}


def test_states_are_told(scope, conn):
    make(scope, conn, "on", start=True)
    make(scope, conn, "off")
    now = time.time()
    make(scope, conn, "ready", start=True, started_at=now - 5, ready_at=now)
    make(scope, conn, "paused", start=True)
    conn.lookupByName("shop_paused").suspend()
    make(scope, conn, "saved", start=True)
    conn.lookupByName("shop_saved").managedSave()
    found = observe(scope)

    assert {name: (each.state, each.native_state) for name, each in found.items()} == {
        "off": (State.STOPPED, "shutoff"),
        "on": (State.RUNNING, "running"),
        "paused": (State.PAUSED, "paused"),
        "ready": (State.READY, "running"),
        "saved": (State.SUSPENDED, "saved"),
    }
    assert all(each.applied == Machine(name=name) for name, each in found.items())


@pytest.mark.parametrize("count", [1, 200])
def test_two_questions_whatever_the_number(scope, conn, monkeypatch, count):
    for number in range(count):
        make(scope, conn, f"m{number}", start=number % 2 == 0)
    counting = Counting(conn)
    monkeypatch.setattr("serai.providers.libvirt.observe.opened", lambda uri: counting)

    assert len(observe(scope)) == count
    assert sorted(counting.asked) == ["getAllDomainStats", "listAllDomains"]


def test_machines_are_found_again_when_all_files_are_gone(scope, conn):
    forward = Forward(guest=80, host=8080)
    make(scope, conn, "web", start=True, forwards=(forward,), snapshots=(Snapshot(name="a", at=1.0, memory=True),))
    make(scope, conn, "db")
    before = observe(scope)
    shutil.rmtree(scope.home)

    assert observe(scope) == before
    assert ledger.names(scope) == ["db", "web"]  # written anew: the next look costs two questions again
    assert before["web"].forwards == (forward,) and before["web"].snapshots == ("a",)


def test_a_damaged_file_is_replaced_by_what_the_domain_carries(scope, conn):
    make(scope, conn, "web")
    (ledger.directory_of(scope, "web") / ledger.FILE).write_text("{")

    assert observe(scope)["web"].state is State.STOPPED


def test_a_damaged_file_without_a_domain_is_unknown(scope, conn):
    directory = ledger.directory_of(scope, "web")
    directory.mkdir(parents=True)
    (directory / ledger.FILE).write_text("{")

    assert observe(scope)["web"].state is State.UNKNOWN
    assert "is not a machine record" in observe(scope)["web"].problem


def test_domains_of_others_are_left_alone(scope, conn):
    other = Scope(project="shop", project_id="ffff", root=scope.root, home=scope.home.with_name("other"))
    define(conn, record_of(other, "web", uri=conn.getURI()))

    assert observe(scope) == {}
    assert set(observe(other)) == {"web"}


def test_only_the_machines_asked_for_are_given(scope, conn):
    for name in ("a", "b", "c"):
        make(scope, conn, name)

    assert list(observe(scope, ["c", "a", "x"])) == ["a", "c"]


def test_a_daemon_that_does_not_answer_is_an_error_not_an_absence(scope, monkeypatch):
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "qemu+unix:///system?socket=/nowhere/sock")

    with pytest.raises(SeraiError, match="does not answer"):
        observe(scope)


def test_half_made_machines_are_creating(scope, conn):
    make(scope, conn, "web", phase=Phase.CREATING)
    make(scope, conn, "db", phase=Phase.DESTROYING)
    ledger.directory_of(scope, "empty").mkdir(parents=True)
    found = observe(scope)

    assert {name: each.state for name, each in found.items()} == dict.fromkeys(
        ["db", "web", "empty"], State.CREATING
    )
    assert found["db"].problem == "it was never removed to the end"


def test_a_machine_whose_domain_somebody_undefined_keeps_its_record(scope, conn):
    make(scope, conn, "web")
    conn.lookupByName("shop_web").undefine()
    seen = observe(scope)["web"]

    assert (seen.state, seen.native_state) == (State.STOPPED, "undefined")
    assert "undefined by another program" in seen.problem


@pytest.mark.parametrize(
    ("state", "reason", "wanted", "said"),
    [
        (1, 1, State.RUNNING, ""),
        (2, 0, State.RUNNING, ""),
        (3, 1, State.PAUSED, ""),
        (3, 5, State.FAILED, "I/O error"),
        (3, 6, State.FAILED, "watchdog"),
        (3, 8, State.STOPPING, ""),
        (3, 10, State.FAILED, "crashed"),
        (3, 11, State.STARTING, ""),
        (4, 0, State.STOPPING, ""),
        (5, 1, State.STOPPED, ""),
        (5, 2, State.STOPPED, ""),
        (5, 3, State.FAILED, "emulator crashed"),
        (5, 6, State.FAILED, "could not start it"),
        (5, 8, State.FAILED, "could not take it over"),
        (6, 0, State.FAILED, "crashed"),
        (7, 0, State.PAUSED, ""),
        (0, 0, State.UNKNOWN, "no state"),
        (9, 0, State.UNKNOWN, "says 9"),
    ],
)
def test_every_state_has_a_reason_where_it_needs_one(scope, state, reason, wanted, said):
    seen = observed(record_of(scope, "web", stopped=False), Domain(state, reason, 3))

    assert seen.state is wanted
    assert said in seen.problem and bool(said) == bool(seen.problem)


def test_a_machine_that_was_stopped_has_not_failed(scope):
    assert observed(record_of(scope, "web", stopped=True), Domain(5, 3)).state is State.STOPPED


def test_what_somebody_else_started_is_not_ready(scope):
    """A life that serai did not begin: its readiness was never seen, its forwarded ports are not there."""
    record = record_of(
        scope, "web", stopped=False, started_at=1.0, ready_at=2.0, life=4, forwards=(Forward(guest=1, host=2),)
    )

    assert observed(record, Domain(1, 1, 4)).state is State.READY
    assert observed(record, Domain(1, 1, 5)).state is State.RUNNING
    assert observed(record, Domain(1, 1, 5)).forwards == ()


def test_ports_whose_carrier_has_ended_are_not_told_and_up_has_something_to_do(scope, conn, monkeypatch):
    forward = Forward(guest=80, host=8080)
    make(scope, conn, "web", start=True, started_at=1.0, ready_at=2.0, forwards=(forward,))
    assert observe(scope)["web"].state is State.READY
    monkeypatch.setattr("serai.providers.libvirt.forwards.real", lambda *words: ())
    seen = observe(scope)["web"]

    assert (seen.state, seen.forwards) == (State.RUNNING, ())
    assert "serai up opens them again" in seen.problem


def test_observing_loads_nothing_heavy():
    code = (
        "import sys, serai.providers.libvirt.observe as each; from pathlib import Path; "
        "from serai.providers.contract import Scope; "
        "each.observe(Scope(project='p', project_id='1', root=Path('/'), home=Path('/nowhere'), )); "
        "print(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"LIBVIRT_DEFAULT_URI": URI, "PATH": "/usr/bin"},
        cwd=Path(__file__).parents[3],
    )
    banned = {"subprocess", "json", "urllib3", "logging", "asyncio", "tempfile", "shutil", "xml.etree"}
    assert not banned & set(done.stdout.split())


def test_containers_are_told_by_their_lists(scope, conn):
    make(scope, conn, "web", start=True)
    make(scope, conn, "db")
    paused = make(scope, conn, "front", start=True)
    conn.lookupByUUIDString(paused.uuid).suspend()

    domains, unknown = look_at_containers(URI, conn, {paused.uuid})

    states = {conn.lookupByUUIDString(uuid).name(): domain.state for uuid, domain in domains.items()}
    assert states == {"shop_web": 1, "shop_db": 5, "shop_front": 3}
    assert sorted(domain.name() for domain in unknown) == ["shop_db", "shop_web"]


def test_a_container_that_nobody_stopped_has_failed(scope):
    ended = record_of(scope, "web", uri="lxc:///", stopped=False)
    seen = observed(ended, Domain(5))
    assert (seen.state, seen.problem) == (State.FAILED, "its first process ended, and nobody asked it to")

    assert observed(record_of(scope, "web", uri="lxc:///", stopped=True), Domain(5)).state is State.STOPPED
    assert observed(record_of(scope, "web", stopped=False), Domain(5)).state is State.STOPPED
