"""A machine's life on a dom0: made, started, stopped, removed. Each act may be killed at any moment and redone."""

from __future__ import annotations

import time
from pathlib import Path
from shlex import quote

from serai.providers.contract import Materials, Progress, Scope, State
from serai.providers.identity import machine_uuid
from serai.providers.screen_password import password_of
from serai.providers.xen import bridges, disks, gather, images, logs, pci, place, render
from serai.providers.xen.dom0 import Dom0, dom0
from serai.providers.xen.look import Domain, Seen, look
from serai.providers.xen.observe import state_of
from serai.providers.xen.record import Phase, Record, editing, save
from serai.providers.xen.toolstack import stack
from serai.providers.xen_guest import kind_of
from serai.spec.machine import Machine
from serai.spec.xen import Via, XenType
from serai.util.digest import token_hex
from serai.util.errors import Code, SeraiError

START = 900.0
"""Seconds that xl may take for one domain: an emulated HVM takes most of a minute, one of many GiB longer."""
SLOW, TRIES = ("because of timeout", "device model did not start: -9"), 3
"""What libxl says where a script of a busy dom0, or its QEMU, took longer than it waits: then it is tried again.

Source: xen, tools/libs/light/libxl_aoutils.c, async_exec_timeout; libxl_create.c, domcreate_devmodel_started, and
libxl.h, ERROR_TIMEDOUT.
"""
POLL = 0.5
"""Seconds between two looks while a guest powers off: xl says nothing when a domain is gone."""


def found(scope: Scope, name: str) -> tuple[Dom0, Seen, Record] | None:
    """The dom0 that has the machine, what is seen there, and its record; None where there is no such machine."""
    from serai.providers.xen.observe import seen_at

    for host in place.hosts(scope):
        seen = seen_at(scope, host)
        if seen is None:
            continue
        if name in seen.unreadable:
            raise SeraiError(Code.CORRUPT, seen.unreadable[name], hint=f"serai destroy {name}, or mend the file")
        if name in seen.records:
            return dom0(host), seen, seen.records[name]
    return None


def made(scope: Scope, name: str) -> tuple[Dom0, Seen, Record]:
    """The same of one that is whole. Raises Code.FAILED."""
    there = found(scope, name)
    if there is None or there[2].phase is not Phase.MADE:
        what = "is not made" if there is None else "was never made to the end"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    if there[1].error is not None:
        raise there[1].error
    return there


def create(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Make the directory, disks, seed and record; not started. What a killed create left is replaced."""
    there = found(scope, machine.name)
    if there is not None and there[2].phase is Phase.MADE:
        return
    destroy(scope, machine.name, progress)
    host = dom0(place.host_of(machine))
    place.remember(scope, host.host)
    seen = look(host, scope)
    if seen.error is not None:
        raise seen.error
    record = new_record(scope, machine, materials, seen)
    save(host, scope, record)
    if record.image is not None:
        images.ensure(host, machine, record.image, progress)
    disks.make_missing(host, scope, record, machine, materials, progress)
    write_seed(host, scope, record, machine, materials)
    record.phase = Phase.MADE
    save(host, scope, record)


def new_record(scope: Scope, machine: Machine, materials: Materials, seen: Seen) -> Record:
    """A machine that is being made, with an identity of its own."""
    image = materials.image
    return Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        domain=free_name(scope, machine.name, seen),
        via=machine.providers.xen.via,
        uuid=machine_uuid(scope.project_id, machine.name),
        instance_id=f"serai-{token_hex(8)}",
        applied=machine,
        image=image,
        image_digest=image.digest if image else "",
        user=materials.user,
        addresses=materials.addresses,
        networks=materials.networks,
    )


def free_name(scope: Scope, name: str, seen: Seen) -> str:
    """A name that no domain of somebody else's has. Raises Code.BUSY."""
    taken = {domain.name for domain in seen.domains.values()} | {
        record.domain for record in seen.records.values() if record.name != name
    }
    for candidate in place.domain_names(scope, name):
        if candidate not in taken:
            return candidate
    raise SeraiError(
        Code.BUSY, f"{name}: there is a domain called {candidate} that is none of serai's", hint="xl list shows it"
    )


def write_seed(host: Dom0, scope: Scope, record: Record, machine: Machine, materials: Materials) -> None:
    image = record.image
    if image is None or image.seed == "none":
        return
    from serai.guest import seed
    from serai.guest.keys import with_keys

    content = seed.files(
        with_keys(machine, scope.root),
        materials,
        instance_id=record.instance_id,
        nics=gather.seed_cards(scope, machine, materials),
        kind=image.seed,
    )
    host.put(seed.iso(content), f"{place.directory(scope, machine.name)}/{place.SEED}")


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given, or resume it. Running: does nothing."""
    host, seen, record = made(scope, machine.name)
    domain = seen.domain_of(record)
    state = state_of(seen, record, domain)[0]
    if state in (State.PAUSED, State.SUSPENDED):
        resume(scope, machine.name, progress)
        return
    if domain is not None and not domain.ended:
        return
    if domain is not None:
        host.run(stack(record.via).destroy(domain.id), check=False)
    disks.make_missing(host, scope, record, machine, materials, progress)
    disks.fit_sizes(host, record, machine)
    _take_up(scope, record, machine, materials)
    write_seed(host, scope, record, machine, materials)
    configure(host, scope, record, machine)
    save(host, scope, record)
    progress("starting it")
    tools, file = stack(record.via), config_file(scope, machine.name)
    launch(host, scope, record, tools.create(file, record.domain, nested=machine.cpu.nested))
    host.run(tools.autostart(auto_link(record), file, record.domain, machine.providers.xen.autostart))
    with editing(host, scope, machine.name) as kept:
        kept.stopped, kept.boot, kept.started_at = False, seen.boot, round(time.time(), 3)


def _take_up(scope: Scope, record: Record, machine: Machine, materials: Materials) -> None:
    """From now on the record is of the spec given."""
    image = record.image
    kind = kind_of(machine, kernel=bool(image and image.kernel))
    record.applied, record.pending, record.user = machine, {}, materials.user
    record.addresses, record.networks, record.kind = materials.addresses, materials.networks, kind
    cards = gather.cards(scope, machine, materials.networks)
    record.macs = tuple(card.mac.lower() for card in cards)
    record.uplink = cards[0].bridge if cards and _is_uplink(machine, cards[0].index) else ""
    record.bridges = tuple(bridges.ours(scope, materials.networks, bridges.private(machine)))


def _is_uplink(machine: Machine, index: int) -> bool:
    return index < 0 or machine.networks[index].uplink is not None


def config_file(scope: Scope, name: str) -> str:
    return f"{place.directory(scope, name)}/{place.CONFIG}"


def configure(host: Dom0, scope: Scope, record: Record, machine: Machine) -> None:
    """Write its xl.cfg, and make the bridges of its networks. The record learns what it is about to take."""
    there = pci.functions_there(host, machine)
    take_pci(host, record, pci.to_take(host, machine, there), keep=gather.functions(machine, there))
    site = gather.site_of(scope, machine, record, record.networks, pci=there, password=password_of(scope, machine))
    record.kernel = bool(site.start.kernel)
    file = config_file(scope, machine.name)
    host.put(render.text(machine, site).encode(), file)
    known = bridges.ours(scope, record.networks, bridges.private(machine))
    host.run("\n".join(["set -e", bridges.ensure(known)]))


def take_pci(host: Dom0, record: Record, taken: tuple[str, ...], keep: dict[str, tuple[str, ...]]) -> None:
    """What an earlier life of it took, and this one is not given, goes back."""
    wanted = {each for functions in keep.values() for each in functions}
    if words := pci.give_back(tuple(each for each in record.taken if each not in wanted)):
        host.run(words)
    record.taken = tuple(each for each in dict.fromkeys((*record.taken, *taken)) if each in wanted)


def auto_link(record: Record) -> str:
    return f"{place.AUTO}/{record.domain}.cfg"


def launch(host: Dom0, scope: Scope, record: Record, command: str) -> None:
    """Have a domain made, paused; write down what its console says from the first word on; let it go.

    One that cannot be made leaves nothing behind.
    """
    here = quote(place.directory(scope, record.name))
    tools = stack(record.via)
    cut = f"{tools.destroy(record.domain)} 2>/dev/null"
    for _ in range(TRIES):
        done = host.run(f"cd {here} && rm -f {place.CONSOLE} && {command}", timeout=START, check=False)
        if done.ok or not any(word in done.stderr for word in SLOW):
            break
        host.run(
            f"{tools.destroy(record.domain)} 2>/dev/null; {_until_gone(record.domain, 30)}",
            check=False,
            timeout=120,
        )
    if not done.ok:
        from serai.providers.xen.dom0 import failure

        idle = bridges.remove_idle(record.bridges)
        host.run(f"{cut}\n{idle}\n{pci.give_back(record.taken)}", check=False)
        error = failure(f"{record.name} on {host.name}", done)
        more = logs.of_boot_loader(host, done)
        raise SeraiError(error.code, error.message, hint=error.hint, details=[*error.details, *more])
    rest = [] if record.kernel or record.kind is XenType.HVM else [logs.forget_boot_loader(record.domain)]
    host.run("\n".join([*rest, listen(scope, record), tools.unpause(record.domain)]))


def listen(scope: Scope, record: Record) -> str:
    """Words of a shell that write its console to a file, in the background, until the domain is gone for good."""
    here, name = place.directory(scope, record.name), quote(record.domain)
    command = f"xl console {console_type(record)}{name} >>{quote(f'{here}/{place.CONSOLE}')}"
    loop = f"echo $$ >{quote(f'{here}/{place.READER}')}; while xl domid {name}; do {command}; sleep 1; done"
    return f"setsid sh -c {quote(loop)} >/dev/null 2>&1 </dev/null &"


def silence(scope: Scope, name: str) -> str:
    """Words of a shell that end who writes its console down, with all that it has started."""
    file = quote(f"{place.directory(scope, name)}/{place.READER}")
    return f"[ ! -e {file} ] || {{ kill -- -$(cat {file}); rm -f {file}; }} 2>/dev/null"


def console_type(record: Record) -> str:
    """HVM has a serial port, too, which xl takes by itself; a kernel that it was given is at Xen's console."""
    if record.kind is not XenType.HVM:
        return ""
    return "-t pv " if record.kernel else "-t serial "


def stop(scope: Scope, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Ask the guest to power off, cut its power after `budget` seconds. True: it went by itself."""
    host, seen, record = made(scope, name)
    domain = seen.domain_of(record)
    graceful = True
    if domain is not None:
        if not force and not domain.ended:
            graceful = _asked(host, record, domain, budget, progress)
        cut = f"{stack(record.via).destroy(domain.id)} 2>/dev/null; {_until_gone(record.domain, 30)}"
        host.run(cut, check=False, timeout=120)
    if record.taken:
        host.run(pci.give_back(record.taken))
    with editing(host, scope, name) as kept:
        kept.stopped, kept.ready_at, kept.taken = True, 0.0, ()
        if kept.saved:
            kept.saved = False
            host.run(f"rm -f {quote(f'{place.directory(scope, name)}/{place.SAVED}')}")
    host.run(bridges.remove_idle(record.bridges))
    return graceful or force


def _asked(host: Dom0, record: Record, domain: Domain, budget: float, progress: Progress) -> bool:
    """Whether it has gone. One that is paused hears nothing: it goes on for that."""
    progress(f"waiting up to {budget:g} s for the guest to power off")
    tools = stack(record.via)
    if "p" in domain.state:
        host.run(tools.unpause(domain.id), check=False)
    turns = max(1, round(budget / POLL))
    script = (
        f"{tools.shutdown(domain.id)} >&2 || exit 1\n"
        f"n=0; while [ $n -lt {turns} ]; do\n"
        f"  state=$(xl list -v 2>/dev/null | sed -n 's/.* \\([rbpscd-]\\{{6\\}}\\) .*{domain.uuid}.*/\\1/p')\n"
        '  case "$state" in "" | *s*) exit 0 ;; esac\n'
        f"  sleep {POLL:g}; n=$((n + 1))\ndone\nexit 2\n"
    )
    return host.run(script, timeout=budget + 120, check=False).ok


def _until_gone(name: str, seconds: int) -> str:
    """xl returns before the name is free: a domain is taken to pieces for a while."""
    there = f"xl domid {quote(name)} >/dev/null 2>&1 && [ $n -lt {seconds * 5} ]"
    return f"n=0; while {there}; do sleep 0.2; n=$((n+1)); done"


def destroy(scope: Scope, name: str, progress: Progress) -> None:
    """Nothing of it stays: domain, saved memory, disks, link, directory, bridges, an image nobody else needs."""
    from serai.providers.xen.observe import seen_at

    for host in place.hosts(scope):
        seen = seen_at(scope, host)
        if seen is None:
            continue
        record = seen.records.get(name)
        if record is None and name not in (*seen.half, *seen.unreadable):
            continue
        _remove(dom0(host), scope, name, record, seen)
    local = scope.home / "xen" / name
    if local.exists():
        from serai.util.files import remove_tree

        remove_tree(local)


def _remove(host: Dom0, scope: Scope, name: str, record: Record | None, seen: Seen) -> None:
    here = place.directory(scope, name)
    lines = [silence(scope, name)]
    domain = seen.domains.get(record.uuid if record is not None else machine_uuid(scope.project_id, name))
    if domain is not None:
        lines += [stack(record.via if record else Via.XL).destroy(domain.id), _until_gone(domain.name, 30)]
    if record is not None:
        lines += [disks.remove(record), stack(record.via).forget(auto_link(record), record.domain)]
        lines += [bridges.remove_idle(record.bridges)]
        lines += [pci.give_back(record.taken)]
    lines += [f"rm -rf {quote(here)}"]
    if record is not None:
        lines += [images.release(record.image_digest)]
        lines += [f"rm -f {quote(f'{place.LOGS}/{who}-{record.domain}.log')}*" for who in ("xl", "qemu-dm")]
    lines += [f"rmdir {quote(place.project_directory(scope))} {place.ROOT} 2>/dev/null", f"[ ! -e {quote(here)} ]"]
    host.run("\n".join(line for line in lines if line), timeout=disks.MAKE)


def suspend(scope: Scope, name: str, to_disk: bool, progress: Progress) -> None:
    """Pause it; or write its memory to a file, after which no domain is left."""
    host, seen, record = made(scope, name)
    domain = seen.domain_of(record)
    if domain is None or domain.ended:
        if record.saved:
            return
        raise SeraiError(Code.FAILED, f"{name} is not running", hint=f"serai up {name}")
    if not to_disk:
        if "p" not in domain.state:
            host.run(stack(record.via).pause(domain.id))
        return
    progress("writing its memory to disk")
    file = f"{place.directory(scope, name)}/{place.SAVED}"
    save_memory(host, record, domain, file)
    with editing(host, scope, name) as kept:
        kept.saved = True


def save_memory(host: Dom0, record: Record, domain: Domain, file: str) -> None:
    """The domain is gone afterwards. One that is paused goes on for that: a guest takes part in it."""
    tools = stack(record.via)
    if "p" in domain.state:
        host.run(tools.unpause(domain.id))
    part = quote(f"{file}.part")
    host.run(
        f"{tools.save(domain.id, part)} && mv {part} {quote(file)} && {_until_gone(domain.name, 30)}",
        timeout=START,
    )


def resume(scope: Scope, name: str, progress: Progress) -> None:
    """Let it go on, from memory or from the file."""
    host, seen, record = made(scope, name)
    domain = seen.domain_of(record)
    if domain is not None and not domain.ended:
        if "p" in domain.state:
            host.run(stack(record.via).unpause(domain.id))
        return
    if not record.saved:
        raise SeraiError(Code.FAILED, f"{name} is not suspended: it is off", hint=f"serai up {name}")
    progress("reading its memory from disk")
    file = f"{place.directory(scope, name)}/{place.SAVED}"
    restore_memory(host, scope, record, file)
    with editing(host, scope, name) as kept:
        kept.saved, kept.boot = False, seen.boot
    host.run(f"rm -f {quote(file)}")


def restore_memory(host: Dom0, scope: Scope, record: Record, file: str) -> None:
    """The configuration is in the file, too."""
    known = bridges.ours(scope, record.networks, list(record.networks))
    host.run(bridges.ensure({name: net for name, net in known.items() if name in record.bridges}) or "true")
    launch(host, scope, record, stack(record.via).restore(file))


def local_directory(scope: Scope, name: str) -> Path:
    """What is kept of it on this host: the copy of a console's log."""
    return scope.home / "xen" / name
