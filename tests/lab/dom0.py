"""A Xen host of the lab under QEMU's emulation: booted once, then gone on with from its memory, over and over."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from lab import dom0_image
from lab.dom0_image import ADDRESS, UUID, Dom0Image
from person import Serai
from serai.util.process import Result, run

PROGRAMS = ("qemu-system-x86_64", "qemu-img", "mmdebstrap", "ssh", "ssh-keygen", "mke2fs")
"""What making it needs; and root."""
BOOT = 900.0
"""Seconds from nothing to a toolstack that answers; on an idle processor it takes 65."""
MEMORY, DOM0_MEMORY = 3072, 1024
"""MiB of the machine, and of its dom0: the rest is for guests."""
XEN = f"console=com1 com1=115200 dom0_mem={DOM0_MEMORY}M,max:{DOM0_MEMORY}M spec-ctrl=no"
KERNEL = f"root=UUID={UUID} ro console=hvc0 net.ifnames=0 mitigations=off clocksource=xen quiet"
"""No comma: it would end the module. Source: QEMU, -initrd of a multiboot kernel."""
READY = (
    "systemctl is-system-running --wait >/dev/null; xl list >/dev/null && virsh -c xen:///system list >/dev/null"
)

LEFT = """
echo domains $(xl list | tail -n +3 | wc -l)
echo files $(ls -d /var/lib/serai/xen 2>/dev/null | wc -l)
echo logs $(ls /var/log/xen/*dm-* /var/log/xen/xl-* /var/log/xen/boot* /var/log/libvirt/libxl 2>/dev/null |
  grep -vc Domain-0)
echo loops $(losetup -a | wc -l)
echo cards $(ls /sys/class/net | grep -c -e '^vif' -e '^serai-')
echo nodes $(xenstore-list /local/domain | grep -vx 0 | wc -l) $(xenstore-list /vm | wc -l)
echo backends $(for k in vbd vif qdisk; do xenstore-list /local/domain/0/backend/$k 2>/dev/null; done | wc -l)
"""
"""What a guest can leave in its dom0."""


class Board(NamedTuple):
    """What a host has beside what each has; `xen`: more of the hypervisor's command line."""

    machine: str
    devices: tuple[str, ...] = ()
    xen: str = ""


PLAIN = Board("pc-i440fx-7.2")
"""That of the host whose memory is kept."""


class Host:
    """One dom0. `memory`: go on from this state; None: boot."""

    def __init__(
        self,
        image: Dom0Image,
        place: Path,
        *,
        disk: Path | None = None,
        memory: Path | None = None,
        board: Board = PLAIN,
    ) -> None:
        self.image, self.place = image, place
        place.mkdir(parents=True, exist_ok=True)
        if disk is None:
            disk = place / "disk.qcow2"
            run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image.disk, "-F", "qcow2", disk])
        self.port = _free_port()
        forward = f"user,model=virtio,hostfwd=tcp:127.0.0.1:{self.port}-{ADDRESS}:22"
        argv = [
            *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "qemu64,+svm,+npt", "-M", board.machine),
            *board.devices,
            *("-m", str(MEMORY), "-smp", "1", "-display", "none", "-vga", "none", "-nic", forward),
            *(
                "-kernel",
                str(image.xen),
                "-append",
                f"{XEN}{board.xen}",
                "-initrd",
                f"{image.kernel} {KERNEL},{image.initrd}",
            ),
            *("-drive", f"file={disk},if=virtio,format=qcow2,cache=unsafe,discard=unmap"),
            *("-serial", f"file:{place}/console.log", "-monitor", "none"),
            *("-qmp", f"unix:{place}/qmp.sock,server=on,wait=off"),
            *(("-incoming", f"exec:cat {memory}") if memory else ()),
        ]
        with (place / "qemu.log").open("w") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ssh_config(self, name: str) -> str:
        """A block of ssh_config(5) by which it is `name`."""
        return (
            f"Host {name}\n  HostName 127.0.0.1\n  Port {self.port}\n  User root\n"
            f"  IdentityFile {self.image.key}\n"
            "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n  ConnectTimeout 60\n"
        )

    def run(self, script: str, *, budget: float = 300, check: bool = True) -> Result:
        """A script in dom0."""
        config = self.place / "ssh_config"
        config.write_text(self.ssh_config("dom0"))
        done = run(["ssh", "-F", config, "-o", "BatchMode=yes", "dom0", script], timeout=budget, check=False)
        assert done.ok or not check, f"{script}: {done.code}\n{done.stdout}{done.stderr}\n{self.tail()}"
        return done

    def wait(self, script: str = "true", budget: float = BOOT) -> None:
        """Until a script succeeds in it."""
        end = time.monotonic() + budget
        while time.monotonic() < end:
            ended = f"QEMU ended\n{(self.place / 'qemu.log').read_text()}{self.tail()}"
            assert self.process.poll() is None, ended
            if self.run(script, check=False, budget=max(1.0, end - time.monotonic())).ok:
                return
            time.sleep(0.5)
        raise AssertionError(f"not ready within {budget:g} s\n{self.tail()}")

    def tail(self) -> str:
        log = self.place / "console.log"
        lines = log.read_text(errors="replace").splitlines()[-30:] if log.exists() else []
        return "\n".join(["the console's last lines:", *lines])

    def qmp(self, command: str, **arguments: Any) -> Any:
        """One command to QEMU's monitor; its answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.place / "qmp.sock"))
            file = link.makefile("rw")
            file.readline()
            for word, more in (("qmp_capabilities", {}), (command, arguments)):
                file.write(json.dumps({"execute": word, "arguments": more}) + "\n")
                file.flush()
                while "event" in (answer := json.loads(file.readline())):
                    pass
            assert "return" in answer, answer
            return answer["return"]

    def keep(self, target: Path, budget: float = 300) -> None:
        """Write its memory to a file; it stays stopped."""
        self.run("sync; echo 3 >/proc/sys/vm/drop_caches")
        self.qmp("stop")
        self.qmp("migrate-set-parameters", **{"max-bandwidth": 1 << 34})
        self.qmp("migrate", uri=f"exec:cat >{target}.part")
        end = time.monotonic() + budget
        while (state := self.qmp("query-migrate")["status"]) not in ("completed", "failed"):
            assert time.monotonic() < end, state
            time.sleep(0.2)
        assert state == "completed"
        Path(f"{target}.part").rename(target)

    def go_on(self, budget: float = 60) -> None:
        """Memory is kept of a machine that stands still, and stands still when it is read."""
        end = time.monotonic() + budget
        while not (self.place / "qmp.sock").exists() or self.qmp("query-status")["status"] == "inmigrate":
            assert time.monotonic() < end and self.process.poll() is None, (self.place / "qemu.log").read_text()
            time.sleep(0.1)
        self.qmp("cont")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


def ready(cache: Path) -> Dom0Image:
    """The image with the memory of a host that is ready: minutes, once. Of two that ask, the second waits."""
    place = cache / f"dom0-{dom0_image.digest()}"
    with (cache / "dom0.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            work = Path(tempfile.mkdtemp(dir=cache, prefix="dom0-work-"))
            try:
                make(work)
                work.rename(place)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return dom0_image.files_of(place)


def make(work: Path) -> None:
    dom0_image.make_root(work)
    boot(work)


def boot(work: Path) -> None:
    """Boot it once from its own disk, and keep disk and memory as they are then."""
    image = dom0_image.files_of(work)
    first = Host(image, work / "first", disk=image.disk)
    try:
        first.wait(READY)
        first.keep(image.memory)
    finally:
        first.stop()
    shutil.rmtree(work / "first")


def started(image: Dom0Image, place: Path) -> Host:
    """A host that goes on from the kept memory, with a layer of its own over the disk and the clock set."""
    host = Host(image, place, memory=image.memory)
    host.go_on()
    host.wait(f"date -s @{int(time.time())} >/dev/null")
    return host


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def inside(outside: Serai, name: str, command: str) -> str:
    """What a command says in a machine."""
    return outside("exec", name, "--", command, timeout=300).stdout.strip()
