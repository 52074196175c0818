"""The way into a container: all of its namespaces, its control groups, and no more rights than it has."""

from __future__ import annotations

from pathlib import Path

from serai.providers import container_root
from serai.providers.contract import Console, ExecEndpoint, Scope
from serai.providers.nspawn import groups, lifecycle
from serai.providers.nspawn.launch import JOIN
from serai.providers.nspawn.observe import observe
from serai.providers.nspawn.place import CONSOLE_LOG, directory_of, machine_name
from serai.providers.nspawn.rights import missing
from serai.util.errors import Code, SeraiError
from serai.util.process import which

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TO_ENTER = {"sys_admin", "sys_chroot", "sys_ptrace", "setuid", "setgid", "dac_override", "dac_read_search"}
"""What nsenter needs; one of these that the container has not, is had by what serai runs in it as root."""


def endpoint(scope: Scope, name: str) -> ExecEndpoint:
    """How to get in. Raises Code.FAILED with the state when it does not run."""
    machine = machine_name(scope, name)
    group = groups.home(machine)
    pid = groups.leader(group)
    if not pid or groups.is_frozen(group):
        seen = observe(scope, [name]).get(name)
        word = f"is {seen.state}" if seen else "does not exist"
        raise SeraiError(Code.FAILED, f"{name} {word}: there is no way in", hint=f"serai up {name}")
    record = lifecycle.made(scope, name)
    user = (record.applied.user if record.applied else None) or "root"
    uid, gid, at = ("0", "0", "/root") if user == "root" else container_root.login(pid, user, name)
    words = {"PATH": PATH, "HOME": at, "USER": user, "TERM": "xterm", "LANG": "C.UTF-8"}
    argv = [which("sh"), "-c", JOIN, "serai", *groups.joined(machine), "--"]
    argv += [which("env", "coreutils"), "-i", *(f"{key}={value}" for key, value in words.items())]
    if gone := [f"-{word}" for word in missing(_bounding(pid)) if word not in TO_ENTER]:
        argv += [which("setpriv", "util-linux"), "--bounding-set", ",".join(gone)]
    argv += [which("nsenter", "util-linux"), "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"]
    argv += ["-S", uid, "-G", gid] if uid != "0" else []
    return ExecEndpoint(argv=(*argv, "--"), user=user)


def _bounding(pid: int) -> int:
    """The most that a process and its children may ever have. Source: proc(5), CapBnd."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("CapBnd:"):
            return int(line.split()[1], 16)
    return -1


def console(scope: Scope, name: str) -> Console:
    """Its log alone: systemd-nspawn keeps the console itself for the terminal that it was started on."""
    directory = directory_of(scope, name)
    return Console(socket=Path(), log=directory / CONSOLE_LOG)
