"""A lab host under QEMU TCG: a machine that boots from its own disk, or one that answers a script and ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.image import QUICK, UUID, LabImage
from serai.util.errors import SeraiError
from serai.util.process import Result, run

TAIL = 30
"""Lines of the console that a failure shows."""
MASTER = ("-N", "-f", "-o", "ControlMaster=yes", "-o", "ControlPersist=yes")
BOOT = 600.0
"""Seconds that a host may take from its firmware to SSH; on two idle cores it takes 40."""
DIRECT = f"root=UUID={UUID} ro console=ttyS0 quiet {QUICK} panic=-1 init=/usr/local/sbin/lab-init"


def command(image: LabImage, place: Path, app: Path, memory: int, devices: Sequence[str]) -> list[str]:
    """What both kinds of machine share: `memory` in MiB, and no device but the disks and `devices`."""
    return [
        *("qemu-system-x86_64", "-nodefaults", "-display", "none", "-monitor", "none", "-m", str(memory)),
        *("-serial", f"file:{place}/console.log"),
        *("-drive", f"if=none,id=root,file={place}/root.qcow2,format=qcow2,cache=unsafe,discard=unmap"),
        *("-device", "virtio-blk-pci,drive=root,addr=1e.0,bootindex=1"),
        *("-drive", f"if=none,id=app,file={app},format=raw,readonly=on"),
        *("-device", "virtio-blk-pci,drive=app,addr=1d.0"),
        *devices,
    ]


def overlay(image: LabImage, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image.disk, "-F", "qcow2", place / "root.qcow2"])


def console(place: Path) -> str:
    log = place / "console.log"
    return log.read_text(errors="replace") if log.exists() else ""


def tail(place: Path) -> str:
    return "\n".join(["the console's last lines:", *console(place).splitlines()[-TAIL:]])


def answer(
    image: LabImage,
    place: Path,
    app: Path,
    script: str,
    *,
    devices: Sequence[str],
    arguments: str = "",
    memory: int = 1024,
    budget: float = 500,
    disk: Path | None = None,
) -> str:
    """Boot the kernel without GRUB and systemd, run a script as root, and give what it said: 15 s instead of 40.

    Drivers are loaded by udev as always. `disk`: written to, in place of a layer over the image.
    """
    place.mkdir(parents=True, exist_ok=True)
    if disk is None:
        overlay(image, place)
    (place / "script").write_text(f"{script}\necho LAB-END\n")
    argv = command(image, place, app, memory, devices)
    if disk is not None:
        argv = [word.replace(f"{place}/root.qcow2,format=qcow2", f"{disk},format=raw") for word in argv]
    argv += ["-serial", f"file:{place}/answer", "-no-reboot", "-fw_cfg", f"name=opt/lab,file={place}/script"]
    argv += ["-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", f"{DIRECT} {arguments}"]
    done = run(argv, timeout=budget, check=False)
    said = (place / "answer").read_text(errors="replace") if (place / "answer").exists() else ""
    assert said.rstrip().endswith("LAB-END"), f"{said}\n{done.stderr}\n{tail(place)}"
    return said.rstrip().removesuffix("LAB-END")


class Host:
    """A Debian host that boots by its own GRUB; reached by SSH through QEMU's user network."""

    def __init__(
        self, image: LabImage, place: Path, app: Path, *, devices: Sequence[str], memory: int = 1024
    ) -> None:
        self.image, self.place = image, place
        self.port = _free_port()
        self.control = Path(tempfile.gettempdir(), f"serai-lab-{self.port}")  # AF_UNIX names end at 107 bytes
        overlay(image, place)
        net = f"user,id=lan,hostfwd=tcp:127.0.0.1:{self.port}-:22"
        argv = command(image, place, app, memory, devices)
        argv += ["-netdev", net, "-device", "virtio-net-pci,netdev=lan,addr=1c.0"]
        self.process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=(place / "qemu.log").open("w"), stderr=subprocess.STDOUT
        )
        self.boot = ""
        self.since = 0

    def ssh_options(self) -> list[str]:
        return [
            *("-F", "/dev/null", "-i", str(self.image.key), "-p", str(self.port), "-o", "BatchMode=yes"),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"),
            *("-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=12"),
        ]

    def ssh(self, *options: str) -> list[str]:
        """By the connection that `wait` opened, if it is there still: a login takes an emulated host seconds."""
        return ["ssh", *self.ssh_options(), "-o", f"ControlPath={self.control}", *options, "root@127.0.0.1"]

    def run(self, script: str, *, budget: float = 300, check: bool = True, input: str | None = None) -> Result:
        """A script in the host, as root."""
        done = run([*self.ssh(), script], timeout=budget, check=False, input=input)
        assert done.ok or not check, (
            f"{script}: exit code {done.code}\n{done.stdout}{done.stderr}\n{tail(self.place)}"
        )
        return done

    def serai(self, arguments: str, *, budget: float = 400, codes: Sequence[int] = (0,)) -> Any:
        """`serai ARGUMENTS --json` in the host, decoded."""
        done = self.run(f"serai {arguments} --json", budget=budget, check=False)
        assert done.code in codes, (
            f"serai {arguments}: {done.code}\n{done.stdout}{done.stderr}\n{tail(self.place)}"
        )
        return json.loads(done.stdout)

    def wait(self, budget: float = BOOT) -> None:
        """Until SSH lets in to another boot than the last one that was seen."""
        end = time.monotonic() + budget
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the host ended\n{self.log()}{tail(self.place)}"
            if not self._has_a_prompt() and end - time.monotonic() > budget / 2:
                time.sleep(0.3)
                continue
            if (now := self._boot_id()) and now != self.boot:
                self.boot = now
                return
            time.sleep(0.5)
        raise AssertionError(f"no SSH within {budget:g} s\n{tail(self.place)}")

    def _has_a_prompt(self) -> bool:
        """Whether this boot asks for a login on its console. A connection that is tried before is not answered
        when the network comes up, but when QEMU asks again, many seconds later."""
        return "login:" in console(self.place)[self.since :]

    def _boot_id(self) -> str:
        """Empty: nobody answers, or not in time. Opens a connection: the one before may belong to another boot."""
        self._hang_up()
        try:
            if not run(self.ssh(*MASTER), timeout=60, check=False).ok:
                return ""
            return self.run("cat /proc/sys/kernel/random/boot_id", check=False, budget=60).stdout.strip()
        except SeraiError:
            return ""

    def _hang_up(self) -> None:
        if self.control.exists():
            run(self.ssh("-O", "exit"), timeout=60, check=False)
            self.control.unlink(missing_ok=True)  # of one that was killed

    def log(self) -> str:
        """What QEMU said."""
        return (self.place / "qemu.log").read_text()

    def reboot(self) -> None:
        self._let_go("systemctl reboot")
        self.wait()

    def crash(self, at: str = "true") -> None:
        """As if its power had failed: what was not written to the disk is lost. `at` ends at that moment."""
        self._let_go(f"{at}; echo b >/proc/sysrq-trigger")
        self.wait()

    def _let_go(self, command: str) -> None:
        """Begin what ends the session that begins it, and the connection with it."""
        self.since = len(console(self.place))
        self.run(f"(sleep 2; {command}) >/dev/null 2>&1 </dev/null &")
        self._hang_up()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self._hang_up()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
