"""<vcpu>, <cputune>, <cpu> and <numatune> -> Cpu and Numa."""

from __future__ import annotations

import msgspec

from serai.providers.libvirt.adopt.xml import Element, number, size, value
from serai.providers.libvirt.render.cpu import MODES, most, topology
from serai.spec.cpu import Cpu, CpuCache, Pin, Scheduler
from serai.spec.numa import Numa, NumaCell, NumaPolicy
from serai.util import cpuset

PARTS = ("sockets", "dies", "clusters", "cores", "threads")
NAMES = {mode: name for name, mode in MODES.items()}
NESTED = ("vmx", "svm")


def cpu_of(root: Element) -> tuple[Cpu, str]:
    """The processors, and the CPU flag of nested virtualization that the domain names, or an empty string."""
    room = int(root.findtext("vcpu") or 1)
    count = number(root, "vcpu@current") or room
    model, migratable = _model(root)
    policies = {each.get("name", ""): each.get("policy") for each in root.iterfind("cpu/feature")}
    flags = {name: policy in ("require", "force") for name, policy in policies.items() if policy != "optional"}
    nested, flag = _nested(root, flags)
    cpu = Cpu(
        count=count,
        max=room if room > count else None,
        model=model,
        features=flags,
        migratable=migratable,
        cache=CpuCache(value(root, "cpu/cache@mode")) if root.find("cpu/cache") is not None else None,
        pin=_pin(root, room),
        dedicated=value(root, "features/kvm/hint-dedicated@state") == "on",
        pmu={"on": True, "off": False}.get(value(root, "features/pmu@state")),
        nested=nested,
    )
    return _topology(root, cpu), flag


def _model(root: Element) -> tuple[str, bool | None]:
    mode = value(root, "cpu@mode") or ("custom" if root.find("cpu/model") is not None else "")
    usual = "host-passthrough" if root.get("type") == "kvm" else "maximum"
    if mode == "custom":
        return root.findtext("cpu/model") or "qemu64", None
    if not mode:
        return "qemu64", None  # what QEMU takes when nobody says anything
    migratable = {"on": True, "off": False}.get(value(root, "cpu@migratable"))
    return "auto" if mode == usual else NAMES[mode], migratable


def _nested(root: Element, flags: dict[str, bool]) -> tuple[bool, str]:
    """NEST-5: shown where a flag is required; takes those out of `flags` that rendering writes by itself."""
    shown = next((flag for flag in NESTED if flags.get(flag)), "")
    if shown:
        del flags[shown]
        return True, shown
    whole = value(root, "cpu@mode") in ("host-passthrough", "maximum")
    if root.get("type") == "kvm" and whole:
        hidden = [flag for flag in NESTED if flags.pop(flag, None) is False]
        return not hidden, ""
    return False, ""


def _topology(root: Element, cpu: Cpu) -> Cpu:
    """The least that has to be stated so that the same topology comes out."""
    there = root.find("cpu/topology")
    if there is None:
        return msgspec.structs.replace(cpu, sockets=most(cpu)) if most(cpu) > 1 else cpu
    wanted = {part: int(there.get(part, "1")) for part in PARTS}
    stated = dict(wanted)
    for part in ("threads", "sockets", "dies", "clusters", "cores"):
        fewer = {key: count for key, count in stated.items() if key != part}
        tried = {"dies": 1, "clusters": 1} | topology(msgspec.structs.replace(cpu, **fewer))
        if tried == wanted:
            stated = fewer
    return msgspec.structs.replace(cpu, **stated)


def _pin(root: Element, room: int) -> Pin:
    places = {int(each.get("vcpu", "0")): each.get("cpuset", "") for each in root.iterfind("cputune/vcpupin")}
    single = [places.get(number, "") for number in range(room)]
    one_on_one = len(places) == room and all(place.isdigit() for place in single)
    sched = root.find("cputune/vcpusched")
    return Pin(
        cpus=_in_order([int(place) for place in single]) if one_on_one else None,
        each={} if one_on_one else {str(number): places[number] for number in sorted(places)},
        emulator=value(root, "cputune/emulatorpin@cpuset") or None,
        iothreads={
            each.get("iothread", "1"): each.get("cpuset", "") for each in root.iterfind("cputune/iothreadpin")
        },
        scheduler=Scheduler(sched.get("scheduler", "")) if sched is not None else None,
        priority=int(sched.get("priority", "0")) or None if sched is not None else None,
    )


def _in_order(places: list[int]) -> str:
    """`2-5` where they rise one by one, else one after the other: which CPU gets which counts."""
    short = cpuset.ranges(tuple(places))
    return short if list(cpuset.numbers(short)) == places else ",".join(map(str, places))


def numa_of(root: Element, cpu: Cpu) -> Numa:
    """Memory policy and the guest's nodes; the one node that rendering adds for pluggable memory is none."""
    tuned = {int(each.get("cellid", "0")): each for each in root.iterfind("numatune/memnode")}
    mode = value(root, "numatune/memory@mode")
    policy = NumaPolicy(mode) if mode in set(NumaPolicy) else NumaPolicy.STRICT
    cells = []
    for index, cell in enumerate(root.iterfind("cpu/numa/cell")):
        node = tuned.get(int(cell.get("id", index)))
        own = node.get("mode", "") if node is not None else ""
        cells.append(
            NumaCell(
                cpus=cell.get("cpus", ""),
                memory=size(_as_text(cell)) or 0,
                host_nodes=node.get("nodeset") if node is not None else None,
                policy=NumaPolicy(own) if own and own != policy else None,
                distances={
                    str(each.get("id")): int(each.get("value", "10"))
                    for each in cell.iterfind("distances/sibling")
                },
            )
        )
    grows = root.find("maxMemory") is not None
    if grows and len(cells) == 1 and not tuned and not cells[0].distances:
        cells = cells if len(cpuset.numbers(cells[0].cpus)) < most(cpu) else []
    return Numa(host_nodes=value(root, "numatune/memory@nodeset") or None, policy=policy, cells=cells)


def _as_text(cell: Element) -> Element:
    element = Element("memory", {"unit": cell.get("unit", "KiB")})
    element.text = cell.get("memory", "0")
    return element
