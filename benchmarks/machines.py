"""Projects with many `qemu` machines at no cost: directories with real records, and one process that plays QEMU.

What `serai` reads is what it reads of real machines: `machine.json`, the life lock, the status monitor.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from serai.loaders.yaml import load
from serai.plan.addresses import Allocation, allocate
from serai.providers.contract import Image, Materials, Scope
from serai.providers.qemu import ports
from serai.providers.qemu.lifecycle import new_record
from serai.providers.qemu.record import PIDFILE, Hardware, Phase, hold_life, save
from serai.run.scope import scope_of, settle
from serai.spec.machine import Machine, Project

WEB = """\
  web:
    count: {count}
    image: tiny
    cpus: 2
    memory: 512M
    disks:
      data: 10GiB
    networks:
      - private: backend
      - forwarded_port: {{guest: 80, host: 8080, auto_correct: true}}
    env: {{ROLE: web, NUMBER: "${{index}}"}}
    provision:
      - name: packages
        shell: {{inline: "apk add nginx"}}
      - name: page
        shell: {{inline: "echo hello > /srv/index.html"}}
"""
"""What a machine of a real project says: processors, a disk, networks, provisioning blocks."""

ONE = """\
project: one
machines:
  web:
    image: tiny
    memory: 512M
    networks:
      - forwarded_port: {guest: 80, host: 8080}
"""


def counted(count: int) -> str:
    """A project file of so many machines."""
    network = "networks:\n  backend: {subnet: 10.40.0.0/16}\n"
    return f"project: many\n{network}machines:\n{WEB.format(count=count)}"


class Made:
    """A project on disk: the directory with its file, its scope and its machines."""

    def __init__(self, root: Path, scope: Scope, project: Project) -> None:
        self.root = root
        self.scope = scope
        self.project = project

    def directory(self, machine: Machine) -> Path:
        return self.scope.home / "machines" / machine.name


def write(root: Path, text: str) -> Path:
    """A project directory with its file."""
    root.mkdir(parents=True)
    (root / "serai.yaml").write_text(text)
    return root


def make(root: Path, text: str) -> Made:
    """Write the project and stopped machines of it. SERAI_HOME says where."""
    project = load(write(root, text) / "serai.yaml")
    scope = scope_of(project.project, root)
    settle(scope, ["qemu"])
    made = Made(root, scope, project)
    allocation = allocate(project, Allocation())
    image = Image(reference="tiny", digest="sha256:" + "0" * 64, kernel=Path("/boot/vmlinuz"))
    for machine in project.machines.values():
        addresses = {name: members[machine.name] for name, members in allocation.addresses.items()}
        materials = Materials(image=image, networks=allocation.networks, addresses=addresses)
        record = new_record(scope, machine, materials)
        record.phase = Phase.MADE
        record.forwards = tuple(forward for forward, _ in ports.wanted(machine))
        record.hardware = Hardware(machine=machine, kind="pc-q35-7.2", accel="tcg")
        directory = made.directory(machine)
        directory.mkdir(parents=True)
        save(directory, record)
    return made


@contextmanager
def living(made: Made, machines: Sequence[Machine], *, ready: bool = True) -> Iterator[None]:
    """While inside, a process holds the life locks of these machines and answers their status monitors."""
    from serai.providers.qemu.record import editing

    for machine in machines:
        with editing(made.directory(machine)) as record:
            record.stopped = False
            record.started_at = time.time() - 60
            record.ready_at = time.time() if ready else 0.0
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _play([made.directory(machine) for machine in machines], writer)
        finally:
            os._exit(1)
    os.close(writer)
    try:
        if os.read(reader, 1) != b"r":
            raise SystemExit("the process that plays QEMU did not start")
        yield
    finally:
        os.close(reader)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


GREETING = b'{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7}},"capabilities":["oob"]}}\r\n'
NEGOTIATED = b'{"return":{}}\r\n'
STATUS = b'{"return":{"status":"running","singlestep":false,"running":true}}\r\n'


def _play(directories: Sequence[Path], started: int) -> None:
    """Answer `qmp_capabilities` and `query-status` on every `status.sock`, for ever."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a lock and a socket of each machine
    selector = selectors.DefaultSelector()
    for directory in directories:
        hold_life(directory)
        (directory / PIDFILE).write_text(f"{os.getpid()}\n")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        os.chdir(directory)  # AF_UNIX names are short
        listener.bind("status.sock")
        listener.listen(16)
        selector.register(listener, selectors.EVENT_READ, listener)
    os.write(started, b"r")
    while True:
        for key, _ in selector.select():
            link: socket.socket = key.fileobj  # type: ignore[assignment]
            if key.data is not None:
                client, _ = link.accept()
                client.sendall(GREETING)
                selector.register(client, selectors.EVENT_READ, None)
            elif not _answered(link):
                selector.unregister(link)
                link.close()


def _answered(link: socket.socket) -> bool:
    """Whether there was a question; who asked may be gone before all is said."""
    try:
        data = link.recv(65536)
        link.sendall(NEGOTIATED * data.count(b"qmp_capabilities") + STATUS * data.count(b"query-status"))
    except ConnectionError:
        return False
    return bool(data)
