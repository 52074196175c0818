"""What `serai up` would do: every machine's action, changes and steps. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from serai.plan.diff import Change, changes, is_of_network
from serai.plan.named import comes_after, made_before, refuse_circles
from serai.plan.parting import made as made_disks
from serai.plan.provisioning import GUEST, due
from serai.plan.steps import MOUNTS, Act, Step, step
from serai.providers.contract import Effect, Feature, Observed, State, Verdict
from serai.providers.kept import Outlook, Start, Warmth
from serai.spec.folder import FolderType
from serai.spec.machine import After, Communicator, Machine

Judge = Callable[[Machine, Observed, str, Any, Any], Verdict]
Look = Callable[[Machine], Outlook]
"""Of a machine that is to be made."""


class Action(StrEnum):
    CREATE = "create"
    RECREATE = "recreate"
    START = "start"
    RESUME = "resume"
    WAIT = "wait"  # it runs, but was never seen ready in this life
    CHANGE = "change"
    PROVISION = "provision"
    NOTHING = "nothing"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How `up` was called."""

    force: bool = False
    """Recreate even what `keep: true` protects."""
    provision: bool | None = None
    only: tuple[str, ...] = ()
    """`--provision-with`: blocks by name or kind."""
    parallel: bool = True
    """False: one machine after another, in the file's order."""
    cache: bool = True
    """False: every block runs, and what it makes takes the place of layers that were kept before."""

    @property
    def layers(self) -> bool:
        """Whether machines come to what layers are kept of: all their blocks, in order."""
        return self.provision is not False and not self.only

    @property
    def reuses(self) -> bool:
        """Whether a machine that is to be made may start from a layer."""
        return self.cache and self.layers and not self.provision


DEFAULTS = Options()


class MachinePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What will happen to one machine."""

    name: str
    provider: str
    action: Action
    changes: tuple[Change, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()
    """(block key, why it runs)"""
    state: State = State.ABSENT
    destroys: tuple[str, ...] = ()
    """Disks whose data a recreate loses."""
    fork: str = ""
    """The machine that it will be a fork of."""
    settles: bool = False
    """Settings inside the guest, or the names of its peers, are not what they should be."""
    start: Start | None = None
    """The layer that it is made from."""
    no_layer: str = ""
    """Why no layer is kept or taken from there on: `site: cache is false`."""
    warmth: Warmth | None = None
    """Whether it starts from a template; None: nothing is to be said of it."""

    @property
    def busy(self) -> bool:
        """Whether there is something to do (a refused change, or one that waits for a restart, counts)."""
        return self.action is not Action.NOTHING or bool(self.changes)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of a whole run."""

    machines: tuple[MachinePlan, ...]
    steps: tuple[Step, ...]
    extra: tuple[str, ...] = ()
    """Machines that exist but are not in the file: left alone, named."""

    @property
    def busy(self) -> bool:
        return any(machine.busy for machine in self.machines)

    @property
    def destroys(self) -> tuple[MachinePlan, ...]:
        """Machines that will be recreated, so that their data is lost."""
        return tuple(machine for machine in self.machines if machine.action is Action.RECREATE)


def plan_up(
    machines: Mapping[str, Machine],
    targets: Sequence[str],
    observed: Mapping[str, Observed],
    digests: Mapping[str, Mapping[str, str]],
    judge: Judge,
    options: Options = DEFAULTS,
    of_networks: Mapping[str, Sequence[Change]] = {},
    look: Look = lambda machine: Outlook(),
) -> Plan:
    """Plan to bring up `targets` and all that they come `after`.

    `digests` are machine -> block key -> digest of the block as it is now; GUEST -> that of the guest's settings.
    `of_networks` are machine -> what of its networks is otherwise than stated.
    The result depends on nothing else.
    """
    wanted = closure(machines, targets)
    plans = {
        name: _machine(
            machines[name],
            observed.get(name),
            digests.get(name, {}),
            judge,
            options,
            look,
            of_networks.get(name, ()),
        )
        for name in wanted
    }
    steps: list[Step] = []
    for name in wanted:
        steps += _steps(machines[name], plans[name], observed.get(name))
    refuse_circles(machines, wanted)
    steps = _order(machines, steps)
    if any("ansible" in block.tool for name in wanted for block in machines[name].provision):
        from serai.plan.together import together

        steps = together(machines, steps)
    if not options.parallel:
        from serai.plan.turns import in_turn

        steps = in_turn(machines, steps)
    images: dict[str, Step] = {}
    for item in steps:
        if item.act is Act.IMAGE:
            images.setdefault(item.id, item)
    rest = [item for item in steps if item.act is not Act.IMAGE]
    extra = tuple(sorted(name for name in observed if name not in machines))
    return Plan(machines=tuple(plans.values()), steps=(*images.values(), *rest), extra=extra)


def closure(machines: Mapping[str, Machine], targets: Collection[str]) -> list[str]:
    """The targets and everything that they come after, in the file's order."""
    seen: set[str] = set()
    todo = list(targets)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += comes_after(machines, name)
    return [name for name in machines if name in seen]


def _machine(
    machine: Machine,
    seen: Observed | None,
    digests: Mapping[str, str],
    judge: Judge,
    options: Options,
    look: Look,
    of_networks: Sequence[Change] = (),
) -> MachinePlan:
    state = seen.state if seen else State.ABSENT
    made = seen is not None and state not in (State.ABSENT, State.CREATING)
    found: list[Change] = []
    if seen is not None and made and seen.applied is not None:
        found = changes(seen.applied, machine, lambda key, old, new: judge(machine, seen, key, old, new))
    found += of_networks
    known = {change.key for change in found}
    for key, why in (seen.pending if seen and made else {}).items():
        if key not in known:
            found.append(
                Change(machine=machine.name, key=key, old=None, new=None, effect=Effect.RESTART, reason=why)
            )
    action = _action(state)
    destroys: tuple[str, ...] = ()
    if any(change.effect is Effect.RECREATE for change in found):
        kept = seen.applied if seen and seen.applied else machine
        disks = made_disks(kept)
        if (machine.keep or kept.keep) and not options.force:
            why = f"keep is true (--force destroys its disks {', '.join(disks)})"
            found = [
                msgspec.structs.replace(change, refused=why) if change.effect is Effect.RECREATE else change
                for change in found
            ]
        else:
            action, destroys = Action.RECREATE, disks
    starting = action in (Action.CREATE, Action.RECREATE, Action.START)
    if starting and action is Action.START:  # a start takes what waits for a restart along
        found = [change for change in found if change.refused or change.effect is not Effect.RESTART] + [
            msgspec.structs.replace(change, reason="with this start")
            for change in found
            if change.effect is Effect.RESTART and not change.refused
        ]
    fresh = action in (Action.CREATE, Action.RECREATE)
    outlook = look(machine) if fresh else Outlook()
    start = outlook.start
    marks = (start.marks if start else {}) if fresh or seen is None else seen.marks
    settles = GUEST in marks and marks[GUEST].digest != digests.get(GUEST, marks[GUEST].digest)
    begins = starting or action is Action.WAIT  # what was killed after the start, or was started by somebody else
    blocks = due(machine, marks, digests, starting=begins, wanted=options.provision, only=options.only)
    if action is Action.NOTHING:
        if settles or any(change.effect is Effect.LIVE and not change.refused for change in found):
            action = Action.CHANGE
        elif blocks:
            action = Action.PROVISION
    return MachinePlan(
        name=machine.name,
        provider=machine.provider,
        action=action,
        changes=tuple(found),
        blocks=tuple(blocks),
        state=state,
        destroys=destroys,
        settles=settles,
        fork=machine.fork or "" if fresh else "",
        start=start,
        no_layer=outlook.ends,
        warmth=outlook.warmth,
    )


def _action(state: State) -> Action:
    match state:
        case State.ABSENT | State.CREATING:
            return Action.CREATE
        case State.PAUSED | State.SUSPENDED:
            return Action.RESUME
        case State.STARTING | State.RUNNING:
            return Action.WAIT
        case State.READY:
            return Action.NOTHING
        case _:
            return Action.START


def _steps(machine: Machine, plan: MachinePlan, seen: Observed | None) -> list[Step]:
    """The machine's own chain, each step after the one before."""
    acts: list[tuple[Act, str]] = []
    match plan.action:
        case Action.CREATE | Action.RECREATE:
            if seen is not None:
                acts.append((Act.DESTROY, ""))
            acts += [(Act.CREATE, ""), (Act.START, ""), (Act.READY, ""), (Act.SYNC, "")]
        case Action.START:
            acts += [(Act.START, ""), (Act.READY, ""), (Act.SYNC, "")]
        case Action.RESUME:
            acts += [(item.act, item.key) for item in waking(machine.name, machine)]
        case Action.WAIT:
            acts += [(Act.READY, ""), (Act.SYNC, "")]
        case _:
            pass
    if not machine.synced_folders:
        acts = [item for item in acts if item[0] is not Act.SYNC]
    if plan.settles:
        acts.append((Act.SETTLE, ""))
    live = [change for change in plan.changes if change.effect is Effect.LIVE and not change.refused]
    if live and plan.action not in (Action.CREATE, Action.RECREATE, Action.START):
        acts.append((Act.APPLY, ""))
    elif any(is_of_network(change.key) for change in live):  # it is on the new one when it starts
        acts.insert(acts.index((Act.START, "")), (Act.APPLY, ""))
    folders = any(change.key.startswith("synced_folders") for change in live) and machine.synced_folders
    if folders and (Act.SYNC, "") not in acts:
        acts.append((Act.SYNC, ""))
    acts += [(Act.PROVISION, key) for key, _ in plan.blocks]
    chain: list[Step] = []
    if plan.action in (Action.CREATE, Action.RECREATE) and machine.image:
        arch = machine.arch or ""
        name = f"image:{machine.image}{'@' + arch if arch else ''}"
        chain.append(
            Step(id=name, act=Act.IMAGE, key=machine.image, machine=machine.name, text="getting the image")
        )
    for act, key in acts:
        needs = (chain[-1].id,) if chain else ()
        chain.append(step(act, machine.name, *needs, key=key))
    return chain


def waking(name: str, machine: Machine | None) -> list[Step]:
    """What wakes a machine that was suspended: its shares are there again, and its copies stay as they are."""
    asleep = step(Act.RESUME, name)
    ready = step(Act.READY, name, asleep.id)
    return [asleep, ready, *mounting(name, machine, ready)]


def mounting(name: str, machine: Machine | None, after: Step) -> list[Step]:
    """The step that mounts what a guest may have lost of its shares; none for one that has copies alone."""
    folders = machine.synced_folders if machine else ()
    shares = any(folder.type is not FolderType.RSYNC for folder in folders)
    return [step(Act.SYNC, name, after.id, key=MOUNTS)] if shares else []


def _order(machines: Mapping[str, Machine], steps: list[Step]) -> list[Step]:
    """Add the edges between machines: `after` holds back the start, not the making of disks; a container that has
    volumes of another's is made after it."""
    by_machine: dict[str, list[Step]] = {}
    for item in steps:
        if item.act is not Act.IMAGE:
            by_machine.setdefault(item.machine, []).append(item)
    result = []
    for item in steps:
        first = next((s for s in by_machine.get(item.machine, ()) if s.act not in (Act.DESTROY, Act.CREATE)), None)
        if item is first:
            more = [
                last.id
                for name, how in comes_after(machines, item.machine).items()
                if (last := _last(by_machine.get(name, []), how))
            ]
            item = msgspec.structs.replace(item, needs=(*item.needs, *more))
        elif item.act is Act.CREATE and (others := made_before(machines, item.machine)):
            made = [each.id for name in others for each in by_machine.get(name, ()) if each.act is Act.CREATE]
            item = msgspec.structs.replace(item, needs=(*item.needs, *made))
        elif item.act is Act.CREATE and (origin := machines[item.machine].fork) in by_machine:
            made = [by_machine[origin][-1].id]  # a fork has the memory and disks of one that is done
            item = msgspec.structs.replace(item, needs=(*item.needs, *made))
        result.append(item)
    return result


def _last(chain: list[Step], how: After) -> Step | None:
    """The step of another machine that must be over."""
    if how is After.PROVISIONED:
        return chain[-1] if chain else None
    until = (
        (Act.START, Act.RESUME)
        if how is After.STARTED
        else (
            Act.START,
            Act.RESUME,
            Act.READY,
            Act.SETTLE,
            Act.APPLY,
        )
    )
    found = [item for item in chain if item.act in until]
    return found[-1] if found else None


def features_needed(machine: Machine) -> list[Feature]:
    """What a provider must be able to do for this machine."""
    need = []
    kinds = {
        Feature.FORWARDED_PORT: any(nic.forwarded_port for nic in machine.networks),
        Feature.PRIVATE_NETWORK: any(nic.private for nic in machine.networks),
        Feature.PUBLIC_NETWORK: any(nic.public for nic in machine.networks),
        Feature.UEFI: machine.firmware == "uefi",
        Feature.NESTED: machine.cpu.nested,
        Feature.NINEP: any(folder.type is FolderType.NINEP for folder in machine.synced_folders),
        Feature.VIRTIOFS: any(folder.type is FolderType.VIRTIOFS for folder in machine.synced_folders),
        Feature.SECURE_BOOT: bool(machine.secure_boot),
        Feature.TPM: machine.devices.tpm is not None,
        Feature.AGENT: machine.communicator is Communicator.AGENT,
        Feature.WARM: machine.warm is True,
        Feature.FORK: machine.fork is not None,
        Feature.HOST_DEVICE: bool(machine.devices.pci or machine.devices.usb or machine.devices.mdev),
    }
    for feature, wanted in kinds.items():
        if wanted:
            need.append(feature)
    return need
