"""From a machine's spec to LXC's own configuration (LXC-3): pure. Source of all keys: lxc.container.conf(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Interface

import msgspec

from serai.providers.container_cards import Card
from serai.providers.control_groups import limits
from serai.providers.first_process import command
from serai.providers.lxc.site import Site
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.machine import Machine
from serai.util import lxc_config
from serai.util.errors import Code, SeraiError

BEGIN = "# What serai states; it is written anew at each start."
DROPPED = ("mac_admin", "mac_override", "sys_time", "sys_module", "sys_rawio")
"""What LXC takes from every container. Source: common.conf of LXC."""
TUN = "c 10:200 rwm"
"""/dev/net/tun, which runc allows each of its containers: where it may not, docker in a container starts none.

Source: opencontainers/runc, libcontainer/specconv, AllowedDevices.
"""
TERMINALS = 1024
"""As common.conf has it. The busybox template says 1, and its console is then /dev/null (LXC 5.0, seen)."""
VARIABLE = "lxc.environment"
LIMIT_UNLIMITED = -1
BREAKS = re.compile(r"[\n\r\0]")
"""What ends a line for LXC 5.0: it ignores the rest of it, or reads that as another setting."""


def text(machine: Machine, site: Site) -> str:
    """The whole file: what the template wrote, then serai's lines. Later lines count over earlier ones.

    Raises SeraiError for what no line can hold: an image, too, states variables and a directory.
    """
    base = lxc_config.converted(site.base)
    lines = [BEGIN, *_lines(machine, site)]
    if broken := next(filter(BREAKS.search, lines), ""):
        key, _, value = broken.partition(" = ")
        what = f"{key} {value.partition('=')[0].strip()}" if key == VARIABLE else key
        why = "its value has a line break or a NUL, and LXC reads one line of its configuration"
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: {BREAKS.sub(' ', what)}: {why}",
            hint="state it otherwise under container:, or a file by container.files",
        )
    return (base if base.endswith("\n") or not base else f"{base}\n") + "".join(f"{line}\n" for line in lines)


def _lines(machine: Machine, site: Site) -> Iterator[str]:
    box = machine.container or Container()
    yield f"lxc.uts.name = {site.hostname}"
    if machine.providers.lxc.autostart:
        yield "lxc.start.auto = 1"
    if machine.providers.lxc.order is not None:
        yield f"lxc.start.order = {machine.providers.lxc.order}"
    if site.console:
        yield f"lxc.console.logfile = {site.console}"
        yield f"lxc.pty.max = {TERMINALS}"
    yield from _networks(site)
    yield from _process(box, site)
    yield from _ids(box, site)
    yield from _mounts(box, site)
    yield from _rights(box, site)
    yield from _limits(machine, box, site)
    yield from lxc_config.converted("".join(f"{line}\n" for line in box.config)).splitlines()


def _networks(site: Site) -> Iterator[str]:
    yield "lxc.net ="  # what the template wrote of networks does not count
    for number, card in enumerate(site.cards):
        yield from (f"lxc.net.{number}.{key} = {value}" for key, value in _card(card) if value != "")


def _card(card: Card) -> Iterator[tuple[str, str]]:
    yield "type", card.kind
    if card.kind == "empty":  # LXC brings the loopback up then, which nobody else does without an init
        yield "flags", "up"
    if card.kind in ("none", "empty"):
        return
    yield "name", card.name
    yield "link", card.link
    if card.kind == "macvlan":
        yield "macvlan.mode", card.mode
    yield "hwaddr", card.mac
    yield "flags", "up"
    yield "mtu", str(card.mtu or "")
    if card.address:  # LXC 5.0 works out a wrong broadcast address where none is stated
        yield "ipv4.address", f"{card.address} {IPv4Interface(card.address).network.broadcast_address}"
    yield "ipv4.gateway", card.gateway


def _process(box: Container, site: Site) -> Iterator[str]:
    if words := command(box, site.process):
        if is_plain(words):
            yield f"lxc.init.cmd = {' '.join(words)}"
        else:
            yield f"# lxc-start is handed the words of its first process: {msgspec.json.encode(words).decode()}"
        yield "lxc.signal.halt = SIGTERM"  # what is no init does not know SIGPWR
    if box.stop_signal:
        yield f"lxc.signal.halt = {box.stop_signal}"
    if where := box.working_dir or site.process.working_dir:
        yield f"lxc.init.cwd = {where}"
    uid, _, gid = (box.user or site.process.user).partition(":")
    if uid.isdecimal():
        yield f"lxc.init.uid = {uid}"
        yield f"lxc.init.gid = {gid if gid.isdecimal() else uid}"
    for line in (*site.environment, *(f"{key}={value}" for key, value in box.env.items())):
        yield f"{VARIABLE} = {_variable(line)}"


def _variable(line: str) -> str:
    """LXC takes blanks at both ends away, and then one pair of quotes. Source: LXC 5.0, confile.c, parse_line."""
    return f'"{line}"' if line != line.strip(" \t") or line.startswith(("'", '"')) else line


def is_plain(words: Sequence[str]) -> bool:
    """Whether lxc.init.cmd can say it: LXC splits it at blanks, and knows no quotes there.

    Source: LXC 5.0, src/lxc/lxccontainer.c, split_init_cmd.
    """
    return all(word and not re.search(r"\s", word) for word in words)


def _ids(box: Container, site: Site) -> Iterator[str]:
    if site.idmap:
        yield "lxc.include = /usr/share/lxc/config/userns.conf"
        yield from (f"lxc.idmap = {line}" for line in site.idmap)
    if box.nesting:
        if site.apparmor:
            yield "lxc.apparmor.profile = generated"
            yield "lxc.apparmor.allow_nesting = 1"
        yield "lxc.mount.auto = cgroup:rw:force proc:rw sys:rw"
        yield "lxc.mount.entry = proc dev/.lxc/proc proc create=dir,optional 0 0"
        yield "lxc.mount.entry = sys dev/.lxc/sys sysfs create=dir,optional 0 0"


def _mounts(box: Container, site: Site) -> Iterator[str]:
    for bind in site.binds:
        how = ["bind" if bind.file else "rbind", f"create={'file' if bind.file else 'dir'}"]
        how += ["ro"] if bind.readonly else []
        how += [bind.propagation] if bind.propagation else []
        yield f"lxc.mount.entry = {_blank(bind.source)} {_inside(bind.target)} none {','.join(how)} 0 0"
    for volume in box.volumes:
        if volume.kind is VolumeType.TMPFS:
            size = f",size={volume.size}" if volume.size else ""
            yield f"lxc.mount.entry = tmpfs {_inside(volume.target)} tmpfs create=dir{size} 0 0"
    for entry in box.tmpfs:
        path, _, options = entry.partition(":")
        stated = ",".join(filter(None, ["create=dir", options]))
        yield f"lxc.mount.entry = tmpfs {_inside(path)} tmpfs {stated} 0 0"
    if box.shm_size:
        yield f"lxc.mount.entry = shm dev/shm tmpfs size={box.shm_size},create=dir 0 0"
    for node in site.nodes:
        yield f"lxc.mount.entry = {_blank(node.source)} {_inside(node.target)} none bind,create=file 0 0"
    if box.read_only:
        yield "lxc.rootfs.options = ro"


def _blank(path: str) -> str:
    """As fstab(5) writes blanks."""
    return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")


def _inside(path: str) -> str:
    return _blank(path.lstrip("/"))


def _rights(box: Container, site: Site) -> Iterator[str]:
    rules = [*(node.rule for node in site.nodes), *box.device_cgroup_rules, *([TUN] if box.nesting else [])]
    if box.privileged:
        yield "lxc.cap.drop ="
        if site.apparmor:
            yield "lxc.apparmor.profile = unconfined"
        yield "lxc.mount.auto = cgroup:rw proc:rw sys:rw"
        rules = ["a"]
    key = "lxc.cgroup.devices" if site.cgroups.get("devices") == 1 else "lxc.cgroup2.devices"
    yield from (f"{key}.allow = {rule}" for rule in rules if not site.idmap)
    added = {_cap(word) for word in box.cap_add}
    if added and not box.privileged:
        yield "lxc.cap.drop ="
        kept = [word for word in DROPPED if word not in added and "all" not in added]
        yield from (f"lxc.cap.drop = {word}" for word in kept)
    dropped = [_cap(word) for word in box.cap_drop]
    if "all" in dropped:
        yield "lxc.cap.drop ="
        yield from (f"lxc.cap.keep = {word}" for word in sorted(added) or ["none"])
    else:
        yield from (f"lxc.cap.drop = {word}" for word in dropped)
    for option in box.security_opt:
        yield from _security(option)
    yield from (f"lxc.sysctl.{name} = {value}" for name, value in box.sysctls.items())


def _cap(word: str) -> str:
    return word.lower().removeprefix("cap_")


def _security(option: str) -> Iterator[str]:
    name, _, value = option.replace("=", ":", 1).partition(":")
    if name == "no-new-privileges":
        yield "lxc.no_new_privs = 1"
    elif name == "apparmor":
        yield f"lxc.apparmor.profile = {value}"
    elif name == "seccomp":
        yield f"lxc.seccomp.profile = {'' if value == 'unconfined' else value}".rstrip()


def _limits(machine: Machine, box: Container, site: Site) -> Iterator[str]:
    for key, value in limits(machine, site.cgroups).items():
        version = site.cgroups.get(key.partition(".")[0], 2)
        yield f"lxc.cgroup{'' if version == 1 else '2'}.{key} = {value}"
    for name, limit in box.ulimits.items():
        soft, hard = (("unlimited" if each == LIMIT_UNLIMITED else str(each)) for each in (limit.soft, limit.hard))
        yield f"lxc.prlimit.{name} = {soft}:{hard}"
    if box.oom_score_adj is not None:
        yield f"lxc.proc.oom_score_adj = {box.oom_score_adj}"
