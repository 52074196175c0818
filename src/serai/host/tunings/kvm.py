"""KVM's own switches: nested guests, interrupts without exits, polling (NEST-1..4)."""

from __future__ import annotations

from serai.host.changes.file import WriteFile
from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.changes.module import YES, ModuleParameter, same
from serai.host.changes.processes import using
from serai.host.changes.value import KernelValue
from serai.host.facts.boot import NOW
from serai.host.facts.host import Facts
from serai.host.facts.modules import NO
from serai.host.facts.source import Unknown
from serai.host.tunings.lasting import head, is_there
from serai.host.tunings.tuning import Asked, Planned, Table, choice
from serai.util.errors import Code, SeraiError

TABLE = Table()
USUAL_POLL = 200_000
"""Nanoseconds: the kernel's default on x86. Source: arch/x86/include/asm/kvm_host.h: KVM_HALT_POLL_NS_DEFAULT."""
MOST_POLL = 10_000_000
VENDORS = {"intel": "kvm_intel", "amd": "kvm_amd"}


def _module(facts: Facts) -> str:
    """The vendor's part of KVM: loaded, or the one that the processor needs. Raises SeraiError."""
    module = facts.kvm_module or VENDORS.get(_vendor(facts), "")
    if not module:
        raise SeraiError(
            Code.UNSUPPORTED,
            "neither kvm_intel nor kvm_amd is loaded, and the processor is neither of Intel nor of AMD",
            hint="serai host check kvm cpu",
        )
    return module


def _vendor(facts: Facts) -> str:
    try:
        return facts.cpu.vendor
    except Unknown:
        return ""


def _option(facts: Facts, ident: str, module: str, name: str, value: str) -> WriteFile:
    """The drop-in of modprobe.d. Raises SeraiError where a file that is read later says something else."""
    path = f"/etc/modprobe.d/90-serai-{ident}.conf"
    for other, options in facts.modules.options(module):
        for word in options.split():
            key, _, said = word.partition("=")
            later = other.rpartition("/")[2] > path.rpartition("/")[2]
            if key == name and later and not same(said, value):
                raise SeraiError(
                    Code.REFUSED,
                    f"{other} gives {module} {name}={said}, and is read after a file of serai's: it would win",
                    hint=f"remove {name}={said} from {other}, then serai host tune {ident}",
                )
    return WriteFile(path=path, text=f"{head(ident)}options {module} {name}={value}\n")


def _switched(facts: Facts, ident: str, module: str, name: str, value: str) -> Planned:
    """A parameter that is read when a module is loaded: the drop-in, and a reload when no guest runs.

    One that is built in, or set on the kernel's command line, which wins, is set there.
    """
    reach = facts.source.reach
    given = facts.boot.argument(f"{module}.{name}") if facts.source.live else None
    built_in = facts.modules.built_in(module)
    if built_in or (given is not None and not same(given, value)):
        dashed = module.replace("_", "-")
        words = kernel_arguments(
            reach, ident, (f"{module}.{name}={value}",), (f"{module}.{name}=", f"{dashed}.{name}=")
        )
        why = (
            "is built into this kernel"
            if built_in
            else f"has {name}={given} on the kernel's command line, which wins"
        )
        return Planned(changes=(words,), notes=(f"{module} {why}: modprobe.d is not enough",))
    option = _option(facts, ident, module, name, value)
    if not facts.modules.loaded(module):
        return Planned(changes=(option,), notes=(f"{module} is not loaded: its next load reads it",))
    notes = []
    if facts.source.live and (holders := using(reach, module, "/dev/kvm")):
        hold = "holds" if len(holders) == 1 else "hold"
        notes.append(
            f"{', '.join(holders)} {hold} /dev/kvm: {module} is loaded again when they have ended, at the "
            "next boot at the latest"
        )
    parameter = ModuleParameter(module=module, name=name, value=value)
    return Planned(changes=(option, parameter), notes=tuple(notes))


@TABLE.tuning(
    "nested",
    "guests can run virtual machines of their own",
    why="A guest sees vmx or svm only where KVM's module allows nesting. It has done so by default since Linux "
    "4.20: there is something to do only where somebody switched it off, or on an older kernel.",
    values="1|0",
    repairs=("kvm.nested",),
    needs="reload of the module: no guest may run",
    numbers="on by default since Linux 4.20, on Intel and AMD",
    when_not="Guests that nobody trusts: nesting is code that they can attack; nested=0 switches it off. AMD: "
    "a guest that itself runs guests must not be migrated.",
    old="options kvm-intel nested=1 in modprobe.d for every host, or kvm-intel.nested=1 in GRUB: today both "
    "change nothing, and the next reader takes them for needed. The guest's processor must still be told "
    "(cpu.nested).",
    source="Linux, Documentation/virt/kvm/x86/running-nested-guests.rst",
    guide=("NEST-1", "NEST-2", "NEST-3", "NEST-4"),
)
def nested(facts: Facts, asked: Asked) -> Planned:
    value = choice(asked, "1", "1", "0")
    module = _module(facts)
    ours = "/etc/modprobe.d/90-serai-nested.conf"
    now = facts.modules.parameter(module, "nested") if facts.source.live else None
    by_default = not (0, 0) < facts.kernel < (4, 20)
    given = facts.boot.argument(f"{module}.nested") if facts.source.live else None
    off = [NOW] if given in NO else []
    off += [path for path, said in facts.modules.option(module, "nested") if said in NO]
    on_already = now.text in YES if now and now.there else by_default
    if value == "1" and on_already and not off and not is_there(facts, ours):
        if now and now.there:
            return Planned(notes=(f"it is on ({now.path}: {now.value}), and nothing switches it off",))
        why = f"{module} is not loaded; nesting is its default since Linux 4.20, and nothing switches it off"
        return Planned(notes=(why,))
    return _switched(facts, "nested", module, "nested", value)


@TABLE.tuning(
    "avic",
    "interrupts reach guests of AMD processors without an exit",
    why="Each interrupt that the processor delivers into the guest by itself spares an exit. Intel's APICv is "
    "on by default; AMD's AVIC was off for years.",
    values="1|0",
    repairs=("cpu.apicv",),
    needs="reload of the module: no guest may run",
    numbers="worth it from Zen 4 on, which has x2AVIC; read it back: the module keeps N where the processor "
    "has none",
    when_not="Older AMD processors: AVIC switches itself off with nested guests and some timers.",
    source="Linux, arch/x86/kvm/svm/avic.c",
)
def avic(facts: Facts, asked: Asked) -> Planned:
    value = choice(asked, "1", "1", "0")
    if _module(facts) != "kvm_amd":
        return Planned(notes=("AVIC is of AMD's processors; Intel's APICv is on by default",))
    return _switched(facts, "avic", "kvm_amd", "avic", value)


@TABLE.tuning(
    "halt-poll",
    "a host's processor waits a little for an idle guest's",
    why="When a guest's processor goes idle, KVM polls for a while before it lets the host's go: what wakes "
    "the guest meanwhile costs no switch. It burns CPU for it.",
    values="NANOSECONDS",
    repairs=("kvm.halt-poll",),
    numbers="200000 ns is the kernel's default on x86; KVM itself shortens it where polling does not pay",
    when_not="Hosts that are full: there 0 leaves the processors to guests that have work. Guests that poll by "
    "themselves (cpuidle_haltpoll) switch it off for themselves.",
    old="halt_poll_ns was said to be set by tuned's profiles: none of them sets it.",
    source="Linux, Documentation/virt/kvm/halt-polling.rst",
)
def halt_poll(facts: Facts, asked: Asked) -> Planned:
    value = asked.value or str(USUAL_POLL)
    if not value.isdigit() or int(value) > MOST_POLL:
        raise SeraiError(Code.INPUT, f"{value}: nanoseconds from 0 to {MOST_POLL} are wanted")
    seen = facts.modules.parameter("kvm", "halt_poll_ns") if facts.source.live else None
    if seen and not seen.there:
        return Planned(notes=("KVM is not loaded, or has no halt_poll_ns",))
    option = _option(facts, "halt-poll", "kvm", "halt_poll_ns", value)
    if seen and seen.text == value == str(USUAL_POLL) and not is_there(facts, option.path):
        return Planned(notes=(f"{seen.path} is {value}, as the kernel has it by default",))
    return Planned(
        changes=(
            KernelValue(path="/sys/module/kvm/parameters/halt_poll_ns", value=value),
            option,
        )
    )
