"""Boots an image by plain QEMU under TCG, with a seed made in process, and logs in."""

from __future__ import annotations

import io
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pycdlib
import pytest

from serai.providers.contract import Image

OVMF = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")


class Guest:
    """A running guest; `ready` is the seconds from launch until SSH said its banner."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], port: int, began: float) -> None:
        self.folder = folder
        self.process = process
        self.port = port
        self.began = began
        self.ready = 0.0

    def console(self) -> str:
        return (self.folder / "serial.log").read_text(errors="replace")

    def wait_for_ssh(self, budget: float) -> None:
        while time.monotonic() - self.began < budget:
            assert self.process.poll() is None, f"QEMU ended\n{self.console()[-3000:]}"
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.5) as connection:
                    connection.settimeout(10)  # a loaded host and an emulated sshd are slow to speak
                    if connection.recv(32).startswith(b"SSH-2.0"):
                        self.ready = time.monotonic() - self.began
                        return
            except OSError:
                select_pause()
        raise AssertionError(f"no SSH within {budget} s\n{self.console()[-3000:]}")

    def ssh(self, command: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "LogLevel=ERROR"]
        words = [word for option in options for word in ("-o", option)]
        key = self.folder / "key"
        argv = ["ssh", "-F", "none", "-i", str(key), "-p", str(self.port), *words, f"{user}@127.0.0.1", command]
        return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)

    def power_button(self, budget: float) -> float:
        """Press it over QMP; gives the seconds until the guest was off."""
        began = time.monotonic()
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(str(self.folder / "qmp"))
            monitor.recv(4096)
            monitor.sendall(b'{"execute":"qmp_capabilities"}{"execute":"system_powerdown"}')
            self.process.wait(budget)
        return time.monotonic() - began


def select_pause() -> None:
    """50 ms, without a sleeping call."""
    import select

    select.select([], [], [], 0.05)


def write_seed(path: Path, files: dict[str, str]) -> None:
    """An ISO 9660 volume `cidata` with Rock Ridge names."""
    iso = pycdlib.PyCdlib()
    iso.new(interchange_level=4, rock_ridge="1.09", vol_ident="cidata")
    folders: dict[str, str] = {"": ""}
    for number, (name, text) in enumerate(files.items()):
        parent = ""
        for part in name.split("/")[:-1]:
            child = f"{parent}/{part}".strip("/")
            if child not in folders:
                folders[child] = f"{folders[parent]}/D{len(folders)}"
                iso.add_directory(folders[child], rr_name=part)
            parent = child
        data = text.encode()
        iso.add_fp(io.BytesIO(data), len(data), f"{folders[parent]}/F{number}", rr_name=name.split("/")[-1])
    iso.write(str(path))
    iso.close()


Boot = Callable[..., Guest]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Boot]:
    guests: list[Guest] = []
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    public = (tmp_path / "key.pub").read_text()

    def act(
        image: Image,
        seed: dict[str, str],
        *,
        memory: int = 256,
        cpus: int = 1,
        uefi: bool = False,
        disk: bool = True,
        extra: tuple[str, ...] = (),
        budget: float,
    ) -> Guest:
        files = {name: text.replace("PUBLIC_KEY", public.strip()) for name, text in seed.items()}
        write_seed(tmp_path / "seed.iso", files)
        overlay = tmp_path / "disk.qcow2"
        if not overlay.exists():
            backing = ["-b", str(image.disk), "-F", image.format]
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *backing, overlay, "6G"], check=True)
        port = free_port()
        argv = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-M", "q35"]
        argv += ["-m", str(memory), "-smp", str(cpus)]
        argv += ["-nodefaults", "-display", "none", "-serial", f"file:{tmp_path}/serial.log"]
        argv += ["-qmp", f"unix:{tmp_path}/qmp,server=on,wait=off", "-device", "virtio-rng-pci"]
        argv += ["-netdev", f"user,id=n,hostfwd=tcp:127.0.0.1:{port}-:22"]
        argv += ["-device", "virtio-net-pci,netdev=n,romfile="]
        if disk:
            argv += ["-blockdev", f"driver=qcow2,node-name=d,file.driver=file,file.filename={overlay}"]
            argv += ["-device", "virtio-blk-pci,drive=d"]
        argv += [
            "-blockdev",
            f"driver=raw,node-name=s,read-only=on,file.driver=file,file.filename={tmp_path}/seed.iso",
        ]
        argv += ["-device", "virtio-blk-pci,drive=s"]
        if image.kernel:
            argv += ["-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", image.cmdline]
        if uefi:
            store = tmp_path / "vars.fd"
            store.write_bytes(OVMF.with_name("OVMF_VARS_4M.fd").read_bytes())
            argv += ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}"]
            argv += ["-drive", f"if=pflash,format=raw,file={store}"]
        argv += extra
        began = time.monotonic()
        guest = Guest(tmp_path, subprocess.Popen(argv), port, began)
        guests.append(guest)
        guest.wait_for_ssh(budget)
        return guest

    yield act
    for guest in guests:
        if guest.process.poll() is None:
            guest.process.kill()
        guest.process.wait()
