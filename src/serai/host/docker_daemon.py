"""How a docker daemon runs, and how it is started anew: by systemd, by its init script, or by hand as it was."""

from __future__ import annotations

from enum import StrEnum

from serai.host import docker
from serai.host.changes.running import must, waited
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

NAME = b"dockerd"
SYSTEMD = "/run/systemd/system"
"""Is there where systemd is the first process. Source: sd_booted(3)."""
INIT_SCRIPT = "/etc/init.d/docker"
ENDS, ANSWERS = 60, 30
"""Seconds for a daemon to stop, containers with it (each has 10 s by default), and to answer again."""
KILL = ("sh", "-c", 'kill "$1"', "sh")
"""The shell's own: a minimal system has no program of that name."""
DETACHED = 'log=$1; shift; setsid -f "$@" >>"$log" 2>&1 </dev/null'
NO_LOG = "/dev/null"


class Way(StrEnum):
    """Who started the daemon that runs."""

    SYSTEMD = "systemd"
    SERVICE = "init script"
    BARE = "by hand"
    NONE = "does not run"


def pid(reach: Reach) -> str:
    """Of the oldest dockerd in this network: one within a container is another host's. Empty: there is none."""
    here = reach.target("/proc/self/ns/net")
    numbers = sorted((name for name in reach.names("/proc") or () if name.isdigit()), key=int)
    return next((each for each in numbers if _is_daemon(reach, each) and _network(reach, each) in ("", here)), "")


def _is_daemon(reach: Reach, number: str) -> bool:
    """A process that has ended, and is not yet taken note of, has no words."""
    named = (reach.read(f"/proc/{number}/comm") or b"").strip() == NAME
    return named and bool(reach.read(f"/proc/{number}/cmdline"))


def _network(reach: Reach, number: str) -> str:
    """Empty: it may not be looked at."""
    try:
        return reach.target(f"/proc/{number}/ns/net")
    except OSError:
        return ""


def way(reach: Reach) -> Way:
    if not pid(reach):
        return Way.NONE
    if reach.has(SYSTEMD):
        return Way.SYSTEMD if docker.said(reach, "systemctl", "is-active", "docker") == "active" else Way.BARE
    if reach.has(INIT_SCRIPT) and _service(reach, "status"):
        return Way.SERVICE
    return Way.BARE


def _service(reach: Reach, verb: str) -> bool:
    try:
        return reach.run(("service", "docker", verb), timeout=ENDS).ok
    except SeraiError:
        return False


def by_hand(reach: Reach) -> str:
    """What a person would run."""
    if way(reach) is Way.BARE:
        return f"kill {pid(reach)}, and start it again as {' '.join(_words(reach, pid(reach), 'cmdline'))}"
    return " ".join(_by_init(reach))


def _by_init(reach: Reach) -> tuple[str, ...]:
    return ("systemctl", "restart", "docker") if reach.has(SYSTEMD) else ("service", "docker", "restart")


def restart(reach: Reach) -> None:
    """Start the daemon anew the way it runs. Raises SeraiError with what it said."""
    if way(reach) is Way.BARE:
        _bare(reach, pid(reach))
        return
    done = reach.run(_by_init(reach))
    if not done.ok:
        said = (done.stderr or done.stdout).strip().splitlines()
        why = "journalctl -u docker says why" if reach.has(SYSTEMD) else "/var/log/docker.log says why"
        raise _failed(said[-1] if said else f"exit code {done.code}", why)


def _failed(cause: str, hint: str) -> SeraiError:
    return SeraiError(Code.FAILED, f"docker does not start again: {cause}", hint=hint)


def _bare(reach: Reach, number: str) -> None:
    """With the words, the environment and the log that it had; one that would not start again is not stopped."""
    argv, env = _words(reach, number, "cmdline"), _words(reach, number, "environ")
    log = _log(reach, number)
    if docker.knows(reach, "validate"):
        checked = reach.run((*argv, "--validate"))
        if not checked.ok:
            said = checked.stderr.strip().splitlines()
            raise SeraiError(
                Code.FAILED,
                f"docker is not restarted, for it would not start again: {said[-1] if said else checked.code}",
                hint="repair /etc/docker/daemon.json first",
            )
    must(reach, *KILL, number)
    if not waited(reach, lambda: not reach.read(f"/proc/{number}/cmdline"), ENDS):
        raise SeraiError(Code.TIMEOUT, f"dockerd ({number}) still runs {ENDS} s after it was told to end")
    must(reach, "env", "-i", *env, "sh", "-c", DETACHED, "sh", log, *argv)
    if not waited(reach, lambda: docker.runs(reach), ANSWERS):
        last = "" if log == NO_LOG else docker.said(reach, "tail", "-n", "1", log)
        shown = " ".join(argv)
        raise _failed(last or f"it does not answer {ANSWERS} s later", f"{shown} says why, run in a terminal")


def _words(reach: Reach, number: str, name: str) -> list[str]:
    data = reach.read(f"/proc/{number}/{name}") or b""
    return [word for word in data.decode(errors="surrogateescape").split("\0") if word]


def _log(reach: Reach, number: str) -> str:
    """The file that it writes to; a terminal or a pipe is gone with who held it."""
    target = reach.target(f"/proc/{number}/fd/1")
    is_file = target.startswith("/") and not target.startswith("/dev/") and not target.endswith(" (deleted)")
    return target if is_file else NO_LOG
