"""What the commands do, called from Python: observe, plan, run, report back."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from serai.plan.up import Options
from serai.providers.contract import State
from serai.run import verbs
from serai.run.events import Event, Kind, silent
from serai.run.workspace import Workspace
from serai.spec.disk import Disk
from serai.spec.guest import Guest
from serai.spec.machine import After, Machine
from serai.spec.network import Nic, PrivateNic, PublicNic
from serai.spec.provision import Provision, Run, Shell
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB

Pretend = Callable[..., Workspace]


def up(workspace: Workspace, *names: str, yes: bool = True, **options: object) -> verbs.Run:
    return verbs.up(workspace, names, Options(**options), emit=silent, consent=lambda plan: yes)  # type: ignore[arg-type]


def states(workspace: Workspace) -> dict[str, State]:
    return {name: seen.state for name, seen in workspace.observe().items()}


def test_up_makes_all_but_those_without_autostart(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web"), Machine(name="spare", autostart=False))
    run = up(workspace)
    assert run.outcome.done == ["web/create", "web/start", "web/ready"]
    assert states(workspace) == {"web": State.READY}
    up(workspace, "spare")
    assert states(workspace)["spare"] is State.READY


def test_up_again_does_nothing_and_writes_no_journal(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web"))
    up(workspace)
    before = (workspace.scope.home / "journal.jsonl").read_bytes()
    assert up(workspace).plan.steps == ()  # type: ignore[union-attr]
    assert (workspace.scope.home / "journal.jsonl").read_bytes() == before


def test_what_a_provider_cannot_do_is_refused_before_anything_is_made(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web", networks=[Nic(public=PublicNic(bridge="br0"))]))
    with pytest.raises(SeraiError, match="fake cannot do public_network"):
        up(workspace)
    assert states(workspace) == {}


def test_what_is_taken_counts_for_a_machine_that_has_yet_to_start(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that runs may have taken it itself."""
    workspace = pretend(Machine(name="web"))
    up(workspace)
    busy = SeraiError(Code.BUSY, "web: memory.hugepages: 2 pages are needed, and 0 of 2 are free")
    monkeypatch.setattr(workspace.driver("fake"), "check", lambda machine: [busy])
    up(workspace)
    verbs.halt(workspace, [], emit=silent, force=True)
    with pytest.raises(SeraiError, match="0 of 2 are free"):
        up(workspace)


def test_a_recreate_without_consent_is_refused_and_changes_nothing(pretend: Pretend) -> None:
    up(pretend(Machine(name="db", image="a", disks={"data": Disk(size=GIB)})))
    workspace = pretend(Machine(name="db", image="b", disks={"data": Disk(size=GIB)}))
    with pytest.raises(SeraiError, match=r"db \(disks root, data\)") as caught:
        up(workspace, yes=False)
    assert caught.value.code is Code.REFUSED
    assert workspace.observe()["db"].applied.image == "a"  # type: ignore[union-attr]


def test_a_quiet_change_is_recorded_without_a_step(pretend: Pretend) -> None:
    up(pretend(Machine(name="web")))
    workspace = pretend(Machine(name="web", keep=True))
    assert up(workspace).plan.steps == ()  # type: ignore[union-attr]
    assert workspace.observe()["web"].applied.keep  # type: ignore[union-attr]


def test_a_change_that_needs_a_restart_is_kept_as_pending_until_then(pretend: Pretend) -> None:
    up(pretend(Machine(name="web")))
    workspace = pretend(Machine(name="web", hostname="www"))
    up(workspace)
    assert list(workspace.observe()["web"].pending) == ["hostname"]
    assert verbs.make_plan(workspace)[0].busy
    verbs.halt(workspace, [], emit=silent)
    up(workspace)
    assert not verbs.make_plan(workspace)[0].busy


def test_halt_stops_followers_before_what_they_come_after(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="db"), Machine(name="web", after={"db": After.READY}))
    up(workspace)
    assert verbs.halt(workspace, [], emit=silent).outcome.done == ["web/stop", "db/stop"]
    assert verbs.halt(workspace, [], emit=silent).outcome.done == []


def test_suspend_and_resume(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web"))
    up(workspace)
    verbs.suspend(workspace, [], emit=silent, to_disk=True)
    assert states(workspace) == {"web": State.SUSPENDED}
    assert verbs.resume(workspace, [], emit=silent).outcome.done == ["web/resume", "web/ready"]


def test_provision_runs_on_what_runs_and_refuses_what_does_not(pretend: Pretend) -> None:
    block = Provision(shell=Shell(inline="true"), name="a", run=Run.NEVER)
    workspace = pretend(Machine(name="web", provision=[block]))
    with pytest.raises(SeraiError, match="web: not running"):
        verbs.provision(workspace, ["web"], emit=silent)
    up(workspace)
    assert verbs.provision(workspace, [], emit=silent).outcome.done == []
    assert verbs.provision(workspace, [], emit=silent, only=["a"]).outcome.done == ["web/provision:a"]
    with pytest.raises(SeraiError, match="no provisioning block is called 'b'"):
        verbs.provision(workspace, [], emit=silent, only=["b"])


def test_destroy_asks_honours_keep_and_forgets_the_project(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web"), Machine(name="db", keep=True))
    up(workspace)
    with pytest.raises(SeraiError, match="keep is true for db"):
        verbs.destroy(workspace, [], emit=silent, consent=lambda names: True)
    with pytest.raises(SeraiError, match="not destroyed"):
        verbs.destroy(workspace, ["web"], emit=silent, consent=lambda names: False)
    verbs.destroy(workspace, [], emit=silent, consent=lambda names: True, force=True)
    assert not workspace.scope.home.exists()


def test_a_killed_run_is_told_by_the_next(pretend: Pretend) -> None:
    from serai.run.journal import Journal

    workspace = pretend(Machine(name="web"))
    Journal(workspace.scope.home / "journal.jsonl", "up").__enter__().write("do", "web/create")
    events: list[Event] = []
    verbs.up(workspace, emit=events.append, consent=lambda plan: True)
    notes = [event.text for event in events if event.kind is Kind.NOTE]
    assert notes == ["the last run was killed while web/create: going on from there"]


def test_guest_settings_that_changed_and_new_peers_are_settled_in_what_runs(pretend: Pretend) -> None:
    nic = [Nic(private=PrivateNic())]
    up(pretend(Machine(name="web", networks=nic)))
    both = pretend(Machine(name="web", networks=nic), Machine(name="db", networks=nic))
    assert "web/settle" in up(both).outcome.done
    assert not verbs.make_plan(both)[0].busy
    changed = pretend(
        Machine(name="web", networks=nic, guest=Guest(commands=["true"])), Machine(name="db", networks=nic)
    )
    assert up(changed).outcome.done == ["web/settle", "web/apply"]
    assert not verbs.make_plan(changed)[0].busy


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Calling it fills the disk of the project's home: nothing more can be written there."""

    def no_room(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill() -> None:
        for place in ("serai.util.locks.os.pwrite", "serai.run.journal.os.write", "serai.util.files.os.fdopen"):
            monkeypatch.setattr(place, no_room)

    return fill


def test_a_full_disk_keeps_nothing_from_being_destroyed(
    pretend: Callable[..., Workspace], full: Callable[[], None]
) -> None:
    opened = pretend(Machine(name="db"), Machine(name="web"))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    full()
    told: list[Event] = []
    run = verbs.destroy(opened, [], emit=told.append, consent=lambda question: True)
    assert not run.outcome.failures
    assert run.observed == {}
    assert not opened.scope.home.exists()
    assert "journal.jsonl: its disk is full" in next(event.text for event in told if event.kind is Kind.NOTE)


def test_a_halt_that_a_full_disk_keeps_from_being_written_down_names_the_file(
    pretend: Callable[..., Workspace], full: Callable[[], None]
) -> None:
    opened = pretend(Machine(name="web"))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    full()
    run = verbs.halt(opened, [], emit=silent)
    assert [failure.error.code for failure in run.outcome.failures] == [Code.FAILED]
    assert "web/machine.json: No space left on device" in run.outcome.failures[0].error.message


def test_a_full_disk_lets_no_machine_be_made(pretend: Callable[..., Workspace], full: Callable[[], None]) -> None:
    opened = pretend(Machine(name="web"))
    verbs.up(opened, emit=silent, consent=lambda plan: True)
    verbs.halt(opened, [], emit=silent)
    full()
    with pytest.raises(SeraiError, match=r"journal\.jsonl: No space left"):
        verbs.up(opened, emit=silent, consent=lambda plan: True)
