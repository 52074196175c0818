"""Starting and ending a container: by its unit where systemd runs, else systemd-nspawn as a process of its own.

That process is of its own session and in a control group of its own, so that it survives serai; what it leaves
when it is killed is ended by its group. Ends are seen through pidfds.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from serai.providers import control_groups
from serai.providers.nspawn import groups, netns, place, unit
from serai.providers.nspawn.reason import is_refusal, not_started
from serai.providers.nspawn.site import Site
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.process import run, which

JOIN = 'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift; exec "$@"'
"""Of sh(1): go into the groups whose files are named, and become the words after `--`. 0 is whoever writes it."""
START_BUDGET = 60.0
"""Seconds until the first process must be there: mounts included."""
KILL_BUDGET = 20.0
STEP = 0.01
PROPAGATE = Path("/run/systemd/nspawn/propagate")
"""Source: systemd, src/nspawn/nspawn.c: it leaves its directory there where /run is no tmpfs."""


def start(machine: Machine, site: Site) -> None:
    """Return when its first process is there. Raises Code.FAILED with nspawn's own words."""
    directory = Path(site.directory)
    (directory / place.CONSOLE_LOG).unlink(missing_ok=True)
    if site.by_systemd:
        run(["systemctl", "reset-failed", place.unit_of(site.name)], check=False)  # it may start again, at once
        done = run(["systemctl", "start", place.unit_of(site.name)], timeout=START_BUDGET * 2, check=False)
        if not done.ok:
            raise not_started(machine.name, directory, done.stderr)
        return
    if site.has_namespace:
        netns.make(directory, site.name)
    made = groups.make(site.name)
    groups.write(site.name, control_groups.limits(machine, site.cgroups))
    if site.cgroups.get("devices") == 1:
        groups.write(site.name, {"devices.deny": "a"})
        for rule in unit.device_rules(machine, site):
            groups.write(site.name, {"devices.allow": rule})
    joined = [f"{each}/cgroup.procs" for each in made]
    with (directory / place.CONSOLE_LOG).open("wb") as log:
        nspawn = subprocess.Popen(
            [which("sh"), "-c", JOIN, "serai", *joined, "--", *unit.words(site)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    _begun(machine, site, nspawn)


def _begun(machine: Machine, site: Site, nspawn: subprocess.Popen[bytes]) -> None:
    """Until the container's first process is there, or systemd-nspawn has ended instead."""
    group, until = groups.home(site.name), time.monotonic() + START_BUDGET
    watch = select.poll()
    life = os.pidfd_open(nspawn.pid)
    watch.register(life, select.POLLIN)
    try:
        while time.monotonic() < until:
            if watch.poll(STEP * 1000):
                code = nspawn.wait()
                if code and is_refusal(Path(site.directory)):
                    raise not_started(machine.name, Path(site.directory), "")
                return  # it was short: who waits for it says so
            if groups.leader(group) and _is_inside(groups.leader(group)):
                return
    finally:
        os.close(life)
    raise SeraiError(
        Code.TIMEOUT,
        f"{machine.name}: systemd-nspawn has no first process after {START_BUDGET:g} s",
        hint=f"serai logs {machine.name}",
    )


def _is_inside(pid: int) -> bool:
    """It has become its own program: before, it is systemd-nspawn, which sets up what is inside."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name != "systemd-nspawn"
    except OSError:
        return False


def ask_to_end(site_name: str, budget: float) -> bool:
    """Send it the signal that its settings name, by systemd-nspawn; whether it ended within `budget` seconds.

    Source: systemd-nspawn(1), --kill-signal: SIGTERM of its own is handed on as that one.
    """
    if place.by_systemd():
        unit_name = place.unit_of(site_name)
        run(["systemctl", "stop", "--no-block", unit_name], check=False)
        return _ended(site_name, budget, None)
    return _ended(site_name, budget, signal.SIGTERM)


def kill(site_name: str) -> None:
    """At once. Raises Code.TIMEOUT when the kernel holds it."""
    if place.by_systemd():
        run(["systemctl", "kill", "--signal=KILL", place.unit_of(site_name)], check=False)
        run(["systemctl", "stop", place.unit_of(site_name)], check=False, timeout=KILL_BUDGET * 2)
        run(["systemctl", "reset-failed", place.unit_of(site_name)], check=False)
    if not _ended(site_name, KILL_BUDGET, signal.SIGKILL):
        raise SeraiError(Code.TIMEOUT, f"{site_name}: it was killed, and has not ended", hint="dmesg")


def _ended(site_name: str, budget: float, wanted: signal.Signals | None) -> bool:
    """Whether all of it ends within `budget` seconds: the kernel ends the rest with the first process.

    That one does not end with systemd-nspawn, and so is killed, too.
    """
    group = groups.home(site_name)
    leader, nspawn = groups.leader(group), groups.supervisor(group)
    asked = [nspawn, leader] if wanted is signal.SIGKILL else [nspawn]
    lives = {}
    try:
        for pid in filter(None, (nspawn, leader)):
            with suppress(ProcessLookupError):
                lives[pid] = os.pidfd_open(pid)
        for pid in asked:
            with suppress(ProcessLookupError):
                if wanted is not None and pid in lives:
                    signal.pidfd_send_signal(lives[pid], wanted)
        until = time.monotonic() + budget
        return all(select.select([each], [], [], max(0.0, until - time.monotonic()))[0] for each in lives.values())
    finally:
        for each in lives.values():
            os.close(each)


def clear(site_name: str) -> None:
    """What an end leaves: the namespace, the groups, nspawn's own directory."""
    netns.remove(site_name)
    if not place.by_systemd():
        groups.end_all(groups.home(site_name))
        groups.remove(site_name)
    with suppress(OSError):  # not there, or in use
        (PROPAGATE / site_name).rmdir()


def settle(machine: Machine, site: Site, settings: str) -> None:
    """Write what systemd-nspawn and systemd read of it; systemd is told of what has changed."""
    _put(place.settings_of(site.name), settings)
    netns.write(Path(site.directory), site.name, site.cards)
    if not site.by_systemd:
        return
    changed = _put(place.drop_in_of(site.name), unit.drop_in(machine, site, which("ip", "iproute2")))
    if changed:
        run(["systemctl", "daemon-reload"])
    switch = "enable" if machine.providers.nspawn.autostart else "disable"
    wanted = place.UNITS / "machines.target.wants" / place.unit_of(site.name)
    if wanted.is_symlink() != machine.providers.nspawn.autostart:
        run(["systemctl", switch, place.unit_of(site.name)])
        if machine.providers.nspawn.autostart:
            run(["systemctl", "enable", "machines.target"])


def _put(path: Path, text: str) -> bool:
    """Whether it was otherwise."""
    try:
        if path.read_text() == text:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, text, mode=0o644, sync=False)
    return True


def forget(site_name: str) -> None:
    """Take away what `settle` wrote."""
    place.settings_of(site_name).unlink(missing_ok=True)
    drop_in = place.drop_in_of(site_name)
    if place.by_systemd():
        run(["systemctl", "disable", place.unit_of(site_name)], check=False)
    if drop_in.exists():
        drop_in.unlink()
        with suppress(OSError):  # somebody else has a file in it
            drop_in.parent.rmdir()
        if place.by_systemd():
            run(["systemctl", "daemon-reload"])
