"""The floor of `serai up`: the same QEMU arguments started by hand, on fresh overlays, polled by the same code."""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

from harness import SERAI, Sample, child

from serai.guest.transport import Transport
from serai.providers.contract import Image
from serai.providers.qemu import disks, record
from serai.run.wait import wait_ready
from serai.run.workspace import Workspace, open_workspace
from serai.spec.machine import Machine

TINY = """\
project: {project}
machines:
  vm:
    count: {count}
    image: tiny
    memory: 256M
    cpus: 1
{more}"""


def tiny(project: str, count: int) -> str:
    """A project of tiny machines."""
    return TINY.format(project=project, count=count, more="")


def tiny_by_hand(count: int) -> str:
    """The same with SSH ports far from those that serai chooses: nothing keeps them while no machine runs."""
    first = random.randrange(41_000, 59_000)
    more = f'    ssh: {{host_port: "${{{first} + index}}"}}\n'
    return TINY.format(project="floor", count=count, more=more)


class Options:
    """What `open_workspace` takes of a command line."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)


class Bare:
    """The machines of a project that serai made once, started without it."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        """Bring the project up, so that every `argv` file is there, and cut its power."""
        child([SERAI, "up", "-y"], cwd=root, env=env)
        child([SERAI, "halt", "--force"], cwd=root, env=env)
        self.workspace: Workspace = open_workspace(Options(root / "serai.yaml"))
        self.machines = list(self.workspace.project.machines.values())

    def directory(self, machine: Machine) -> Path:
        return self.workspace.scope.home / "machines" / machine.name

    def argv(self, machine: Machine) -> list[str]:
        """As the machine's directory shows it to a person."""
        return shlex.split((self.directory(machine) / "argv").read_text().replace("\\\n", " "))

    def fresh(self, machine: Machine) -> None:
        """An overlay that no guest has written to, as `serai up` makes it; sockets of the last run taken away."""
        directory = self.directory(machine)
        for left in (*(directory / "disks").iterdir(), *directory.glob("*.sock"), directory / "serial.log"):
            left.unlink(missing_ok=True)
        image: Image | None = (record.load(directory) or _none()).image
        disks.make_missing(directory, machine, image)
        disks.fit_sizes(directory, machine, image)

    def boot(self) -> tuple[Sample, float]:
        """Start all at once; the time until the last lets us log in, and that until its SSH server speaks.

        CPU is that of the QEMUs.
        """
        for machine in self.machines:
            self.fresh(machine)
        spoke: dict[str, float] = {}
        ways: list[Transport] = []
        began = time.perf_counter()
        running = {}
        for machine in self.machines:
            running[machine.name] = subprocess.Popen(
                self.argv(machine), cwd=self.directory(machine), stdin=subprocess.DEVNULL, start_new_session=True
            )

        def wait(machine: Machine) -> None:
            def progress(phrase: str) -> None:
                if "logging in" in phrase:
                    spoke.setdefault(machine.name, time.perf_counter() - began)

            ways.append(self._wait(machine, running[machine.name], progress))

        waiting = [threading.Thread(target=wait, args=(machine,)) for machine in self.machines]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
        wall = time.perf_counter() - began
        for way in ways:
            way.close()
        cpu = 0.0
        for process in running.values():
            os.kill(process.pid, signal.SIGKILL)
            usage = os.wait4(process.pid, 0)[2]
            cpu += usage.ru_utime + usage.ru_stime
        if len(ways) != len(self.machines):
            raise SystemExit("a machine that was started by hand did not answer")
        return Sample(cpu=cpu, wall=wall), max(spoke.values())

    def _wait(self, machine: Machine, process: subprocess.Popen[bytes], progress: object) -> Transport:
        endpoint = self._endpoint(machine)
        return wait_ready(
            machine,
            lambda: endpoint,
            self.directory(machine) / "serial.log",
            lambda: ended(process.pid),
            progress,  # type: ignore[arg-type]
            seed_kind="tiny",
        )

    def _endpoint(self, machine: Machine) -> object:
        from serai.guest.keys import project_key
        from serai.providers.contract import SshEndpoint

        found = record.load(self.directory(machine)) or _none()
        port = next(forward.host for forward in found.forwards if forward.id == "ssh")
        key, _ = project_key(self.workspace.scope.home)
        return SshEndpoint(host="127.0.0.1", port=port, user=found.user, key=key)


def ended(pid: int) -> str:
    """What `wait_ready` wants to know; the process is left to be waited for."""
    return "it ended" if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) else ""


def _none() -> record.Record:
    raise SystemExit("the machine has no record")
