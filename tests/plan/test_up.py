"""Desired and observed become a plan: given this, that will be done."""

from typing import Any

from serai.plan.diff import Change
from serai.plan.provisioning import GUEST
from serai.plan.up import Action, Options, closure, plan_up
from serai.providers.contract import Effect, Mark, Observed, State, Verdict
from serai.spec.container import Container
from serai.spec.disk import Disk
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import After, Machine
from serai.spec.memory import Memory
from serai.spec.provision import Provision, Run, Shell
from serai.util.units import GIB


def judge(machine: Machine, seen: Observed, key: str, old: Any, new: Any) -> Verdict:
    if key == "image":
        return Verdict(Effect.RECREATE)
    if key.startswith("memory"):
        return Verdict(Effect.LIVE)
    return Verdict(Effect.RESTART, "as the engine says")


def seen(machine: Machine, state: State = State.READY, **more: Any) -> Observed:
    return Observed(name=machine.name, provider=machine.provider, state=state, applied=machine, **more)


def plan(machines: list[Machine], observed: list[Observed], *targets: str, **options: Any) -> Any:
    by_name = {machine.name: machine for machine in machines}
    digests = {
        machine.name: {f"shell-{i + 1}": f"d{i + 1}" for i in range(len(machine.provision))}
        for machine in machines
    }
    return plan_up(
        by_name,
        targets or list(by_name),
        {item.name: item for item in observed},
        digests,
        judge,
        Options(**options),
    )


def ids(found: Any) -> list[str]:
    return [step.id for step in found.steps]


WEB = Machine(name="web", image="tiny", provision=[Provision(shell=Shell(inline="true"))])


def test_a_machine_that_is_not_there_is_made_from_the_image_on() -> None:
    found = plan([WEB], [])
    assert ids(found) == ["image:tiny", "web/create", "web/start", "web/ready", "web/provision:shell-1"]
    assert found.machines[0].action is Action.CREATE
    assert found.busy


def test_a_network_that_is_made_anew_is_joined_before_the_start() -> None:
    web = Machine(name="web", provider="docker")
    mtu = Change(machine="web", key="networks.back.mtu", old=1400, new=1500, effect=Effect.LIVE)

    def steps(*observed: Observed) -> list[str]:
        by_name = {item.name: item for item in observed}
        found = plan_up({"web": web}, ["web"], by_name, {}, judge, of_networks={"web": [mtu]})
        assert found.machines[0].changes == (mtu,)
        return ids(found)

    assert steps() == ["web/create", "web/apply", "web/start", "web/ready"]
    assert steps(seen(web, State.STOPPED)) == ["web/apply", "web/start", "web/ready"]
    assert steps(seen(web)) == ["web/apply"]


def test_a_machine_that_is_ready_and_marked_needs_nothing() -> None:
    found = plan([WEB], [seen(WEB, marks={"shell-1": Mark(digest="d1", at=1)})])
    assert ids(found) == []
    assert not found.busy


def test_a_half_made_machine_is_removed_and_made_again() -> None:
    found = plan([WEB], [seen(WEB, State.CREATING)])
    assert ids(found)[:3] == ["image:tiny", "web/destroy", "web/create"]


def test_a_stopped_machine_is_started_and_its_restart_changes_come_along() -> None:
    new = Machine(name="web", image="tiny", hostname="www")
    found = plan([new], [seen(Machine(name="web", image="tiny"), State.STOPPED)])
    assert ids(found) == ["web/start", "web/ready"]
    assert [change.reason for change in found.machines[0].changes] == ["with this start"]


def test_a_paused_machine_is_resumed() -> None:
    machine = Machine(name="web")
    assert ids(plan([machine], [seen(machine, State.PAUSED)])) == ["web/resume", "web/ready"]


def test_what_a_machine_has_mounted_is_there_again_when_it_wakes() -> None:
    share = SyncedFolder(source=".", target="/srv", type=FolderType.SSHFS)
    machine = Machine(name="web", synced_folders=[share, SyncedFolder(source=".", target="/opt")])
    steps = plan([machine], [seen(machine, State.PAUSED)]).steps
    assert [(item.id, item.text) for item in steps][2:] == [("web/sync:mounts", "mounting folders")]
    copied = Machine(name="web", synced_folders=machine.synced_folders[1:])
    assert ids(plan([copied], [seen(copied, State.PAUSED)])) == ["web/resume", "web/ready"]


def test_folders_that_changed_while_it_was_off_are_synced_once() -> None:
    folder = SyncedFolder(source=".", target="/srv", type=FolderType.NINEP)
    old, new = Machine(name="web"), Machine(name="web", synced_folders=[folder])

    def steps(state: State) -> list[str]:
        return ids(plan_up({"web": new}, ["web"], {"web": seen(old, state)}, {}, lambda *_: Verdict(Effect.LIVE)))

    assert steps(State.STOPPED) == ["web/start", "web/ready", "web/sync"]
    assert steps(State.READY) == ["web/apply", "web/sync"]


def test_a_machine_that_runs_but_was_never_ready_is_waited_for() -> None:
    machine = Machine(name="web")
    assert ids(plan([machine], [seen(machine, State.RUNNING)])) == ["web/ready"]


def test_the_blocks_of_every_start_run_in_a_life_that_serai_did_not_see_begin() -> None:
    machine = Machine(name="web", provision=[Provision(run=Run.ALWAYS, shell=Shell(inline="true"))])
    marks = {"shell-1": Mark(digest="d1", at=1)}
    assert ids(plan([machine], [seen(machine, State.RUNNING, marks=marks)])) == [
        "web/ready",
        "web/provision:shell-1",
    ]
    assert ids(plan([machine], [seen(machine, State.READY, marks=marks)])) == []


def test_a_live_change_is_applied_and_a_restart_is_only_said() -> None:
    old = Machine(name="web")
    new = Machine(name="web", memory=Memory(size=GIB), hostname="www")
    found = plan([new], [seen(old)])
    assert ids(found) == ["web/apply"]
    assert [(change.key, change.effect) for change in found.machines[0].changes] == [
        ("hostname", Effect.RESTART),
        ("memory.size", Effect.LIVE),
    ]


def test_what_waits_for_a_restart_stays_in_the_plan() -> None:
    machine = Machine(name="web", hostname="www")
    found = plan([machine], [seen(machine, pending={"hostname": "guest must start again"})])
    assert ids(found) == []
    assert found.busy
    assert found.machines[0].changes[0].line() == "hostname"


def test_a_recreate_names_the_disks_it_destroys() -> None:
    old = Machine(name="db", image="debian:12", disks={"data": Disk(size=GIB), "own": Disk(path="x.img")})
    new = Machine(name="db", image="debian:13", disks=old.disks)
    found = plan([new], [seen(old)])
    assert found.destroys[0].destroys == ("root", "data")
    assert ids(found)[1:3] == ["db/destroy", "db/create"]


def test_keep_refuses_a_recreate_without_force() -> None:
    old = Machine(name="db", image="debian:12", keep=True)
    new = Machine(name="db", image="debian:13", keep=True)
    refused = plan([new], [seen(old)])
    assert refused.machines[0].changes[0].refused == "keep is true (--force destroys its disks root)"
    assert ids(refused) == []
    assert plan([new], [seen(old)], force=True).machines[0].action is Action.RECREATE


def test_keep_that_was_applied_protects_even_when_the_file_dropped_it() -> None:
    found = plan([Machine(name="db", image="b")], [seen(Machine(name="db", image="a", keep=True))])
    assert found.machines[0].changes[0].refused


def test_after_holds_back_the_start_but_not_the_making() -> None:
    db = Machine(name="db", image="tiny", provision=[Provision(shell=Shell(inline="x"))])
    web = Machine(name="web", image="tiny", after={"db": After.PROVISIONED})
    steps = {step.id: step for step in plan([db, web], []).steps}
    assert steps["web/create"].needs == ("image:tiny",)
    assert steps["web/start"].needs == ("web/create", "db/provision:shell-1")


def test_after_started_and_ready_wait_for_that_step() -> None:
    db = Machine(name="db")
    web = Machine(name="web", after={"db": After.STARTED})
    app = Machine(name="app", after={"db": After.READY})
    steps = {step.id: step for step in plan([db, web, app], []).steps}
    assert "db/start" in steps["web/start"].needs
    assert "db/ready" in steps["app/start"].needs


def test_after_a_job_has_succeeded_means_after_it_is_ready() -> None:
    job = Machine(name="job", container=Container(job=True))
    web = Machine(name="web", after={"job": After.SUCCEEDED})
    steps = {step.id: step for step in plan([job, web], []).steps}
    assert "job/ready" in steps["web/start"].needs


def test_a_target_brings_what_it_comes_after() -> None:
    machines = {
        m.name: m for m in (Machine(name="db"), Machine(name="web", after={"db": After.READY}), Machine(name="x"))
    }
    assert closure(machines, ["web"]) == ["db", "web"]


def test_one_image_is_got_once_for_many_machines() -> None:
    many = [Machine(name=f"m{i}", image="tiny") for i in range(3)]
    assert [step for step in ids(plan(many, [])) if step.startswith("image")] == ["image:tiny"]


def test_machines_that_are_not_in_the_file_are_named_and_left_alone() -> None:
    found = plan([Machine(name="web")], [seen(Machine(name="web")), seen(Machine(name="old"))])
    assert found.extra == ("old",)
    assert not found.busy


def test_changed_guest_settings_are_made_over_ssh_after_it_is_ready() -> None:
    machine = Machine(name="web")
    before = seen(machine, State.STOPPED, marks={GUEST: Mark(digest="old", at=1)})
    found = plan_up({"web": machine}, ["web"], {"web": before}, {"web": {GUEST: "new"}}, judge)
    assert ids(found) == ["web/start", "web/ready", "web/settle"]


def test_a_machine_that_was_never_settled_leaves_that_to_its_seed() -> None:
    machine = Machine(name="web")
    found = plan_up({"web": machine}, ["web"], {"web": seen(machine)}, {"web": {GUEST: "new"}}, judge)
    assert not found.busy


def test_a_fork_is_made_when_its_parent_is_done_which_it_brings_along() -> None:
    test = Machine(name="test", image="tiny", fork="web")
    found = plan([WEB, test], [], "test")
    by_id = {step.id: step for step in found.steps}
    assert "web/provision:shell-1" in by_id["test/create"].needs
    assert [item.fork for item in found.machines] == ["", "web"]
    assert plan([WEB, test], [seen(WEB, marks={"shell-1": Mark(digest="d1", at=1)}), seen(test)]).steps == ()
