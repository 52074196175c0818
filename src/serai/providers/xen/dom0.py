"""A dom0: this host, or another one over ssh. Scripts are run there as root, and files put there."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from shlex import quote

from serai.guest.refusal import Cause, refusal
from serai.util.destination import CONNECT_SECONDS, NO_ROOT, Destination, become, control, options
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir
from serai.util.paths import runtime
from serai.util.process import Result, which

BUDGET = 120.0
"""Seconds for a script that only asks or writes."""
HEAD = "LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH; "
"""xl is in /usr/sbin, which the path of a login over ssh need not have."""
LOST = 255
"""ssh's own exit code where the connection failed. Source: ssh(1), EXIT STATUS."""


class Dom0:
    """One of them. `name` is what messages call it."""

    def __init__(self, host: str) -> None:
        """`host`: empty for this host. Raises Code.INPUT for one that ssh cannot be told."""
        self.host = host
        self.to = Destination(host, "providers.xen.host") if host else None
        self.name = self.to.name if self.to else "this host"

    def words(self, script: str) -> list[str]:
        """The program that runs a script there as root, with our stdin."""
        whole = HEAD + script
        if self.to is None:
            return ["/bin/sh", "-c", whole]
        private_dir(runtime())
        inner = become(f"/bin/sh -c {quote(whole)}")
        return [*options(self.to), *self.to.words, f"exec /bin/sh -c {quote(inner)}"]

    def terminal(self, script: str) -> tuple[str, ...]:
        """The same for a person at a terminal."""
        if self.to is None:
            return ("/bin/sh", "-c", HEAD + script)
        inner = become(f"/bin/sh -c {quote(HEAD + script)}")
        return ("ssh", "-t", *self.to.words, f"exec /bin/sh -c {quote(inner)}")

    def run(
        self, script: str, *, data: bytes | Path | None = None, timeout: float = BUDGET, check: bool = True
    ) -> Result:
        """Run a script there. `data`: its stdin, or a file that is.

        Raises Code.NETWORK with the cause, Code.TIMEOUT, and with `check` Code.FAILED with what it said.
        """
        self._need_root()
        try:
            done = self._run(self.words(script), data, timeout)
        except subprocess.TimeoutExpired as error:
            raise SeraiError(Code.TIMEOUT, f"{self.name} did not answer within {timeout:g} s") from error
        result = Result(
            ("sh",), done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        )
        if self.to is not None and (result.code == LOST or NO_ROOT in result.stderr):
            raise self._lost(result.stderr)
        if check and not result.ok:
            raise failure(self.name, result)
        return result

    @staticmethod
    def _run(words: list[str], data: bytes | Path | None, timeout: float) -> subprocess.CompletedProcess[bytes]:
        if isinstance(data, Path):
            with data.open("rb") as file:
                return subprocess.run(words, stdin=file, capture_output=True, timeout=timeout, check=False)
        if data is not None:
            return subprocess.run(words, input=data, capture_output=True, timeout=timeout, check=False)
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)

    def _need_root(self) -> None:
        if self.to is None and os.geteuid() != 0:
            raise SeraiError(
                Code.REFUSED,
                "xl, the disks of guests and their bridges are root's",
                hint="run serai as root on this dom0, or state providers.xen.host",
            )

    def _lost(self, said: str) -> SeraiError:
        assert self.to is not None
        if NO_ROOT in said:
            return SeraiError(
                Code.REFUSED,
                f"{self.name}: xl needs root, and there is neither sudo nor doas there",
                hint=f"providers.xen.host: root@{self.to.place.rpartition('@')[2]}",
            )
        refused = refusal(said)
        words = {
            Cause.REFUSED: "nothing listens there (connection refused)",
            Cause.KEY_REFUSED: f"the login was refused: {refused.said}",
            Cause.HOST_KEY: f"its host key is not the known one, or not known: {refused.said}",
            Cause.UNKNOWN_HOST: "no host has this name",
        }
        text = words.get(refused.cause, f"the connection was lost or never made ({refused.said})")
        by_hand = f"ssh {' '.join(self.to.words)}".replace(" -- ", " ")
        return SeraiError(Code.NETWORK, f"dom0 {self.name}: {text}", hint=f"{by_hand} must work")

    def put(self, source: Path | bytes, target: str, *, timeout: float = BUDGET, mode: str = "0600") -> None:
        """A file there, whole or not at all."""
        place = quote(target)
        script = f"umask 077; mkdir -p {quote(os.path.dirname(target))} && cat >{place}.part"  # noqa: PTH120
        self.run(f"{script} && chmod {mode} {place}.part && mv {place}.part {place}", data=source, timeout=timeout)

    def hang_up(self) -> None:
        """End the shared connection, if there is one."""
        if self.to is not None and control(self.to).exists():
            words = [which("ssh"), "-o", f"ControlPath={control(self.to)}", "-O", "exit", *self.to.words]
            subprocess.run(words, capture_output=True, timeout=CONNECT_SECONDS, check=False)

    def proxy(self) -> dict[str, str]:
        """Options of ssh by which a guest is reached that this dom0 alone can reach."""
        if self.to is None:
            return {}
        words = ["ssh", "-o", "BatchMode=yes", *self.to.words[:-2], "-W", "[%h]:%p", "--", self.to.place]
        return {"ProxyCommand": " ".join(word if word.startswith("[%h") else quote(word) for word in words)}


@cache
def dom0(host: str) -> Dom0:
    return Dom0(host)


CAUSES: tuple[tuple[tuple[str, ...], Code, str, str], ...] = (
    (
        ("xl: not found", "xl: command not found"),
        Code.MISSING,
        "xl is not installed there",
        "apt install xen-system-amd64 on it, and reboot into its Xen entry",
    ),
    (
        ("virsh: not found", "virsh: command not found"),
        Code.MISSING,
        "libvirt's virsh is not installed there",
        "apt install libvirt-clients libvirt-daemon-system libvirt-daemon-driver-xen on it; or via: xl",
    ),
    (
        ("failed to connect to the hypervisor", "no connection driver available for xen"),
        Code.MISSING,
        "libvirt does not run there, or has no driver of Xen's",
        "apt install libvirt-daemon-driver-xen on it, and systemctl restart libvirtd; or via: xl",
    ),
    (
        (
            "privileged command interface",
            "cannot open libxc handle",
            "not running under Xen",
            "xc_interface_open",
            "/dev/xen",
        ),
        Code.REFUSED,
        "it does not run under Xen, or is no dom0",
        "serai host check xen.dom0 says more; reboot into the Xen entry of its boot menu",
    ),
    (
        ("segment kernel too large", "segment ramdisk too large"),
        Code.REFUSED,
        "its memory does not hold its kernel and initrd",
        "more memory.size",
    ),
    (
        ("no loader found",),
        Code.FAILED,
        "its kernel is none that Xen starts in such a guest",
        "providers.xen: {type: hvm}, or another kernel",
    ),
    (
        (
            "failed to free memory",
            "not enough memory",
            "Insufficient memory",
            "ut of memory",
            "Cannot allocate memory",
        ),
        Code.REFUSED,
        "there is not enough free memory for it",
        "xl info shows free_memory; less memory.size, or dom0_mem of Xen's command line",
    ),
    (
        ("already exists", "is not unique", "exists with the same name"),
        Code.BUSY,
        "there is a domain of that name that is none of serai's",
        "xl list shows it; xl rename gives it another name",
    ),
    (
        ("Could not find bridge", "could not find bridge", "bridge device"),
        Code.MISSING,
        "the bridge that it is to be on is not there",
        "brctl show, or state uplink: {network_name: BRIDGE}",
    ),
    (
        ("passthrough not supported on this platform",),
        Code.UNSUPPORTED,
        "Xen has no IOMMU there, without which it gives away no PCI devices",
        "switch VT-d or AMD-Vi on in the firmware; xl info virt_caps says hvm_directio then",
    ),
    (
        ("is not assignable", "must be manually detached from the host"),
        Code.BUSY,
        "dom0 uses a PCI device that it is to be given",
        "providers.xen.pci_seize: true; or xl pci-assignable-add ADDRESS",
    ),
    (
        ("No suitable partition", "bootloader failed", "bootloader did not produce", "Unable to find partition"),
        Code.FAILED,
        "its boot loader found no kernel in its disk",
        "providers.xen: {type: hvm}, or kernel and ramdisk",
    ),
    (
        ("neither hap nor shadow paging", "HVM guest support unavailable", "virtualization extensions"),
        Code.UNSUPPORTED,
        "this processor, or its firmware, has no hardware virtualization for it",
        "providers.xen: {type: pv}",
    ),
)
"""What xl and libxl say -> what it means. Source: xen 4.17, tools/libs/light, tools/xl, tools/hotplug/Linux."""


_CAUSE = re.compile(r"^libxl: (?:error:|libxl_\w+\.c:)")
"""What comes first is the cause; what follows is how all of it is taken to pieces. libvirt logs no `error:`."""


def failure(where: str, result: Result) -> SeraiError:
    """The error for a person: where, the cause, the next command, and what xl said."""
    said = f"{result.stderr}\n{result.stdout}"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for marks, code, text, hint in CAUSES:
        if any(mark in said for mark in marks):
            return SeraiError(code, f"{where}: {text}", hint=hint, details=lines[-6:])
    first = next(
        (line for line in lines if _CAUSE.search(line)), lines[-1] if lines else f"exit code {result.code}"
    )
    return SeraiError(Code.FAILED, f"{where}: {first}", details=lines[-6:])
