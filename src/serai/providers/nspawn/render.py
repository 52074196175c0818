"""From a machine's spec to systemd-nspawn's settings (.nspawn): pure. Source of all keys: systemd.nspawn(5)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from serai.providers.first_process import command
from serai.providers.nspawn import rights
from serai.providers.nspawn.site import Site
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

BEGIN = "# What serai states; it is written anew at each start."
SECTIONS = ("Exec", "Files", "Network")
BREAKS = re.compile(r"[\n\r\0]|\\$")
"""What ends a line, or joins it with the next one. Source: systemd.syntax(7)."""
Line = tuple[str, str, str]
"""Section, key, value."""


def text(machine: Machine, site: Site) -> str:
    """The whole file; the machine's own `settings` come last in each section.

    Raises SeraiError for what no line can hold: an image, too, states variables and a directory.
    """
    lines = [*_exec(machine, site), *_files(machine, site)]
    lines += [
        (section, key, value)
        for section, keys in machine.providers.nspawn.settings.items()
        for key, values in keys.items()
        for value in values
    ]
    for _, key, value in lines:
        if BREAKS.search(value):
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{machine.name}: {key}: a line of systemd-nspawn's settings holds the whole of it, and cannot: "
                f"{BREAKS.sub(' ', value)[:80]!r}",
                hint="state it otherwise under container:, or a file by container.files",
            )
    found = [BEGIN]
    for section in SECTIONS:
        own = [f"{key}={value}" for of, key, value in lines if of == section]
        found += ["", f"[{section}]", *own] if own else []
    return "".join(f"{line}\n" for line in found)


def _exec(machine: Machine, site: Site) -> Iterator[Line]:
    box = machine.container or Container()
    words = command(box, site.process)
    yield "Exec", "Boot", "no" if words else "yes"
    if words:
        yield "Exec", "Parameters", " ".join(shlex.quote(word) for word in words)
        if box.init:
            yield "Exec", "ProcessTwo", "yes"
    yield "Exec", "KillSignal", box.stop_signal or ("SIGTERM" if words else site.power_off)
    yield "Exec", "Hostname", site.hostname
    for key, value in (
        ("PrivateUsers", "no"),  # the tree belongs to root, as it was unpacked
        ("ResolvConf", "off"),  # what the tree has, or container.dns
        ("Timezone", "off"),
        ("LinkJournal", "no"),
    ):
        yield "Exec", key, value
    if words:
        if where := box.working_dir or site.process.working_dir:
            yield "Exec", "WorkingDirectory", where
        if user := (box.user or site.process.user).partition(":")[0]:
            yield "Exec", "User", user
    for line in (*site.environment, *(f"{key}={value}" for key, value in box.env.items())):
        yield "Exec", "Environment", shlex.quote(line)
    yield from _rights(box, site)
    for name, limit in box.ulimits.items():
        soft, hard = (("infinity" if each < 0 else str(each)) for each in (limit.soft, limit.hard))
        yield "Exec", f"Limit{name.upper()}", f"{soft}:{hard}"
    if box.oom_score_adj is not None:
        yield "Exec", "OOMScoreAdjust", str(box.oom_score_adj)


def _rights(box: Container, site: Site) -> Iterator[Line]:
    if words := rights.added(box, site):
        yield "Exec", "Capability", " ".join(words)
    if words := rights.dropped(box, site):
        yield "Exec", "DropCapability", " ".join(words)
    if any(option.startswith("no-new-privileges") for option in box.security_opt):
        yield "Exec", "NoNewPrivileges", "yes"


def _files(machine: Machine, site: Site) -> Iterator[Line]:
    box = machine.container or Container()
    if box.read_only:
        yield "Files", "ReadOnly", "yes"
    for bind in site.binds:
        yield "Files", "BindReadOnly" if bind.readonly else "Bind", _pair(bind.source, bind.target)
    for device in site.nodes:
        yield "Files", "Bind", _pair(device.source, device.target)
    for volume in box.volumes:
        if volume.kind is VolumeType.TMPFS:
            yield "Files", "TemporaryFileSystem", volume.target + (f":size={volume.size}" if volume.size else "")
    for entry in box.tmpfs:
        yield "Files", "TemporaryFileSystem", entry


def _pair(source: str, target: str) -> str:
    """Colons part the two. Source: systemd.nspawn(5), Bind=."""
    return f"{_escaped(source)}:{_escaped(target)}"


def _escaped(path: str) -> str:
    return path.replace("\\", "\\\\").replace(":", "\\:")
