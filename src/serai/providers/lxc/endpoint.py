"""The ways into a container: lxc-attach for commands and shells, lxc-console for its console."""

from __future__ import annotations

from serai.providers import container_root
from serai.providers.contract import Console, ExecEndpoint, Scope
from serai.providers.lxc import command, lifecycle
from serai.providers.lxc.observe import observe
from serai.providers.lxc.place import CONSOLE_LOG, LOG, container_name, directory_of, lxcpath, words
from serai.providers.lxc.record import Record
from serai.util.errors import Code, SeraiError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ALIVE = ("RUNNING", "THAWED")


def endpoint(scope: Scope, name: str) -> ExecEndpoint:
    """How to get in. Raises Code.FAILED with the state when it does not run."""
    if lifecycle.state(scope, name) not in ALIVE:
        seen = observe(scope, [name]).get(name)
        word = f"is {seen.state}" if seen else "does not exist"
        raise SeraiError(Code.FAILED, f"{name} {word}: there is no way in", hint=f"serai up {name}")
    record = lifecycle.made(scope, name)
    user, uid, gid, home = _login(scope, name, record)
    argv = [*words("attach", container_name(scope, name)), "--clear-env"]
    for key, value in {"PATH": PATH, "HOME": home, "USER": user, "TERM": "xterm", "LANG": "C.UTF-8"}.items():
        argv += ["-v", f"{key}={value}"]
    if uid:
        argv += ["-u", uid, "-g", gid]
    return ExecEndpoint(argv=(*argv, "--"), user=user)


def _login(scope: Scope, name: str, record: Record) -> tuple[str, str, str, str]:
    """(name, uid, gid, home): root, or the stated user, as the container's own passwd has it."""
    user = (record.applied.user if record.applied else None) or "root"
    if user == "root":
        return user, "", "", "/root"
    pid = command.init_pid(lxcpath(), container_name(scope, name))
    return user, *container_root.login(pid, user, name)


def console(scope: Scope, name: str) -> Console:
    """lxc-console takes over the terminal; Ctrl-a and then q leaves it, Ctrl-a twice is one in the container.

    It knows letters alone: with Ctrl-], of other consoles, there was no way out. Source: LXC, lxc_console.c, etoc.
    """
    directory = directory_of(scope, name)
    argv = (*words("console", container_name(scope, name)), "-t", "0", "-e", "^a")
    return Console(
        socket=directory / "console",
        log=directory / CONSOLE_LOG,
        engine=directory / LOG,
        argv=argv,
        leave="Ctrl-a and then q",
    )
