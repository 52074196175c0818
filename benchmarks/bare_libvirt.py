"""The floor of `serai up` on libvirt: the same domain started by virsh on a fresh overlay, waited for alike."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from harness import SERAI, Sample, child

from serai.guest.keys import project_key
from serai.providers.contract import Image, SshEndpoint
from serai.providers.libvirt import bases, ledger
from serai.providers.libvirt.record import Record
from serai.run.wait import wait_ready
from serai.run.workspace import Workspace, open_workspace
from serai.spec.machine import Machine

URI = "qemu:///system"
POOL = "default"


class Options:
    """What `open_workspace` takes of a command line."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)


def missing() -> str:
    """Why nothing can be measured here; empty when it can."""
    for program in ("virsh", "vagrant"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if subprocess.run(["virsh", "-q", "-c", URI, "version"], capture_output=True, check=False).returncode:
        return f"no daemon answers at {URI}"
    plugins = subprocess.run(["vagrant", "plugin", "list"], capture_output=True, text=True, check=False).stdout
    return "" if "vagrant-libvirt" in plugins else "vagrant-libvirt is not installed"


def virsh(*words: str) -> None:
    """Raises SystemExit with what virsh says when it fails."""
    done = subprocess.run(["virsh", "-q", "-c", URI, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"virsh {' '.join(words)}: {done.stderr.strip()}")


class Bare:
    """A machine that serai made once, started without it. As long as it is there, the pool keeps its image."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root, self.env = root, env
        child([SERAI, "up", "-y"], cwd=root, env=env)
        child([SERAI, "halt", "--force"], cwd=root, env=env)
        self.workspace: Workspace = open_workspace(Options(root / "serai.yaml"))
        self.machine: Machine = next(iter(self.workspace.project.machines.values()))

    @property
    def record(self) -> Record:
        found = ledger.load(self.workspace.scope, self.machine.name)
        if found is None:
            raise SystemExit(f"{self.machine.name} has no record")
        return found

    @property
    def image(self) -> Image:
        """The image that it stands on, in the store of this host."""
        found = self.record.image
        if found is None:
            raise SystemExit(f"{self.machine.name} has no image")
        return found

    def volume(self, disk: str) -> str:
        """libvirt's name of one of its volumes."""
        return next(volume.name for volume in self.record.volumes if volume.disk == disk)

    def in_pool(self, part: str) -> str:
        """libvirt's name of a part of its image: `disk`, `kernel` or `initrd`."""
        return bases.names(self.image.digest, self.image.format)[part]

    def key(self) -> Path:
        """What it lets in, as does every machine that has its seed."""
        return project_key(self.workspace.scope.home)[0]

    def mac(self) -> str:
        """Of its card, by which a seed may know it."""
        from xml.etree import ElementTree

        tree = ElementTree.fromstring(ledger.defined(self.workspace.scope, self.machine.name) or "")
        found = tree.find("devices/interface/mac")
        return "" if found is None else found.get("address", "")

    def boot(self) -> Sample:
        """From `virsh start` until a login succeeds; then its power is cut."""
        record, volume = self.record, self.volume("root")
        virsh("vol-delete", volume, POOL)
        size = str(self.image.virtual_size)
        backing = ("--backing-vol", self.in_pool("disk"), "--backing-vol-format", self.image.format)
        virsh("vol-create-as", POOL, volume, size, "--format", "qcow2", *backing)
        console = Path(record.console_log)
        console.write_bytes(b"")
        address = next(iter(record.addresses.values())).partition("/")[0]
        forget = {"UserKnownHostsFile": "/dev/null"}  # a fresh disk makes itself a new key
        way = SshEndpoint(host=address, port=22, user=record.user, key=self.key(), options=forget)
        began = time.perf_counter()
        virsh("start", record.domain)
        cpu = time.process_time()
        wait_ready(self.machine, lambda: way, console, lambda: "", lambda phrase: None, seed_kind="tiny").close()
        sample = Sample(cpu=time.process_time() - cpu, wall=time.perf_counter() - began)
        virsh("destroy", record.domain)
        return sample

    def remove(self) -> None:
        child([SERAI, "destroy", "-y"], cwd=self.root, env=self.env)
