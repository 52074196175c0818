"""`serai host check` of this host, and of the same one over SSH: at once, and over a line of 20 ms."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from harness import PYTHON, ROOT, SERAI, Report, Sample, bench_home, child, environment, interleave, main

sys.path.append(str(ROOT / "tests"))
LOCAL_SECONDS = 0.4
FAR_SECONDS = 2.0
DELAY = 0.010
"""Seconds each way."""
PROBE = "kvm.probe-guest"
"""Takes as long as the guest that it starts; the other checks are what is measured."""


def checks() -> list[str]:
    from serai.host.checks.examine import ROWS

    return [ident for ident in ROWS if ident != PROBE]


def check(env: dict[str, str], cwd: Path, *words: str) -> Callable[[], Sample]:
    """Its exit code says whether something fails on this host, which is no matter here."""
    argv = [SERAI, "host", "check", *words, *checks()]
    return partial(child, argv, cwd=cwd, env=env, ok=(0, 1))


@contextmanager
def far(base: Path, env: dict[str, str], delay: float) -> Iterator[dict[str, str]]:
    """An sshd of this user's, and an environment in which `far` leads to it, over a line with that delay."""
    from bad_line import Line
    from real_sshd import Sshd
    from serai.guest.keys import project_key

    base.mkdir()
    key, public = project_key(base / "project")
    server = Sshd(base, key, public)
    server.start()
    line = Line(server.port, delay)
    (base / "known").write_text(f"[127.0.0.1]:{line.port} {(base / 'host_key.pub').read_text()}")
    (base / "config").write_text(
        f"Host far\n  HostName 127.0.0.1\n  Port {line.port}\n  IdentityFile {key}\n"
        f"  UserKnownHostsFile {base}/known\n  StrictHostKeyChecking yes\n"
    )
    wrapper = base / "path/ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {base}/config "$@"\n')
    wrapper.chmod(0o755)
    runtime = base / "run"
    runtime.mkdir(mode=0o700)
    try:
        yield env | {"PATH": f"{wrapper.parent}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(runtime)}
    finally:
        line.close()
        server.stop()


def hung_up(env: dict[str, str], run: Callable[[], Sample]) -> Callable[[], Sample]:
    """With a login of its own each time: no connection is left from the run before."""

    def measured() -> Sample:
        sample = run()
        for socket in Path(env["XDG_RUNTIME_DIR"]).glob("serai/h-*"):
            words = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "far"]
            child(["/bin/sh", "-c", f"{' '.join(words)} 2>/dev/null; true"], cwd=socket.parent, env=env)
        return sample

    return measured


def bench(rounds: int) -> Report:
    report = Report(f"serai host check ({len(checks())} checks, without the probe guest)")
    with bench_home() as base:
        env = {**os.environ, **environment(base / "home")}
        cases = {
            "python -c pass": partial(child, [PYTHON, "-c", "pass"], cwd=base, env=env),
            "this host": check(env, base),
        }
        if shutil.which("sshd") is None and not Path("/usr/sbin/sshd").exists():
            found = interleave(cases, rounds)
            report.add(found)
            report.not_measured("over SSH, 20 ms there and back", "there is no sshd")
        else:
            with far(base / "near", env, 0.0) as near, far(base / "far", env, DELAY) as away:
                cases["over SSH, no delay"] = hung_up(near, check(near, base, "--host", "far"))
                cases["over SSH, 20 ms, login and all"] = hung_up(away, check(away, base, "--host", "far"))
                found = interleave(cases, rounds)
            report.add(found)
            slow = found["over SSH, 20 ms, login and all"].median("wall")
            report.at_most("over SSH, 20 ms, login and all", slow, FAR_SECONDS, unit="ms wall")
        report.at_most("this host", found["this host"].median("wall"), LOCAL_SECONDS, unit="ms wall")
    return report


if __name__ == "__main__":
    main(bench, rounds=7)
