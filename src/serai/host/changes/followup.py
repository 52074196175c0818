"""What has to be run once after changes, done or undone: programs that make the host read its files again.

Each can be run twice. The journal keeps what is owed until it was run, for the next run after a kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from serai.host import docker, docker_daemon
from serai.host.changes.processes import guests, runs, using
from serai.host.changes.running import must
from serai.host.initramfs.store import settle
from serai.host.initramfs.tool import kernels
from serai.host.reach.contract import Reach


class FollowUp(msgspec.Struct, frozen=True):
    """`argv` is run when `when` says so; `by_hand` is what a person runs in a tree, where no program runs.

    `spares` tells what running it would break: then it is left to a person, with that reason. `does` decides by
    itself which programs it runs, and gives what is left to a person.
    """

    argv: tuple[str, ...]
    when: Callable[[Reach], bool] = lambda reach: True
    spares: Callable[[Reach], str] = lambda reach: ""
    then: tuple[str, ...] = ()
    """A second program, when the first one ended well."""
    does: Callable[[Reach], str | None] | None = None

    @property
    def by_hand(self) -> str:
        return " && ".join(" ".join(each) for each in (self.argv, self.then) if each)


def _has_systemd(reach: Reach) -> bool:
    return reach.has("/run/systemd/system")


def _reload(module: str) -> FollowUp:
    """A module of KVM's, where it is loaded, and not built in."""
    place = f"/sys/module/{module}/refcnt"

    def held(reach: Reach) -> str:
        if holders := using(reach, module, "/dev/kvm"):
            return f"{', '.join(holders[:3])} must end first"
        return "" if (reach.read(place) or b"").strip() == b"0" else "it is in use"

    return FollowUp(("modprobe", "-r", module), lambda reach: reach.has(place), held, ("modprobe", module))


def _restarts(daemon: str) -> FollowUp:
    """Where it runs by systemd: it reads at its start which huge pages are mounted."""

    def when(reach: Reach) -> bool:
        return _has_systemd(reach) and runs(reach, daemon)

    def spares(reach: Reach) -> str:
        running = guests(reach)
        return f"{', '.join(running[:3])} runs" if running else ""

    return FollowUp(("systemctl", "try-restart", f"{daemon}.service"), when, spares)


def _restart_docker(reach: Reach) -> str:
    """Where it runs, and no container stops: it reads daemon.json at its start."""
    if not docker.runs(reach):
        return ""
    if why := docker.would_stop(reach):
        return f"{docker_daemon.by_hand(reach)} ({why})"
    docker_daemon.restart(reach)
    return ""


def _kernel_install(reach: Reach) -> str:
    """Each kernel by itself where there is no add-all: it came with systemd 256. Source: kernel-install(8)."""
    if "add-all" in reach.run(("kernel-install", "--help")).stdout:
        must(reach, "kernel-install", "add-all")
        return ""
    for kernel in kernels(reach):
        images = (
            f"/usr/lib/modules/{kernel}/vmlinuz",
            f"/lib/modules/{kernel}/vmlinuz",
            f"/boot/vmlinuz-{kernel}",
        )
        if image := next((each for each in images if reach.has(each)), ""):
            must(reach, "kernel-install", "add", kernel, image)
    return ""


def _exports(reach: Reach) -> bool:
    """Whether the kernel serves NFS now; else its service reads the exports when it starts."""
    return reach.has("/proc/fs/nfsd/exports") and bool(reach.program("exportfs"))


FOLLOW_UPS: dict[str, FollowUp] = {
    "daemon-reload": FollowUp(("systemctl", "daemon-reload"), _has_systemd),
    "reload-kvm_intel": _reload("kvm_intel"),
    "reload-kvm_amd": _reload("kvm_amd"),
    "initramfs-tools": FollowUp(("update-initramfs", "-u", "-k", "all"), does=settle),
    "dracut": FollowUp(("dracut", "--force", "--regenerate-all"), does=settle),
    "mkinitcpio-images": FollowUp(("mkinitcpio", "-P"), does=settle),
    "dracut-all": FollowUp(("dracut", "--force", "--regenerate-all")),
    "sdbootutil-initrd": FollowUp(("sdbootutil", "mkinitrd")),
    "update-grub": FollowUp(("update-grub",)),
    "grub-mkconfig": FollowUp(("grub-mkconfig", "-o", "/boot/grub/grub.cfg")),
    "grub2-mkconfig": FollowUp(("grub2-mkconfig", "-o", "/boot/grub2/grub.cfg")),
    "sdbootutil": FollowUp(("sdbootutil", "update-all-entries")),
    "kernel-install": FollowUp(("kernel-install", "add-all"), does=_kernel_install),
    "mkinitcpio": FollowUp(("mkinitcpio", "-P")),
    "proxmox-boot-tool": FollowUp(("proxmox-boot-tool", "refresh")),
    "restart-libvirtd": _restarts("libvirtd"),
    "restart-virtqemud": _restarts("virtqemud"),
    "udev-reload": FollowUp(("udevadm", "control", "--reload"), lambda reach: reach.has("/run/udev/control")),
    "exports": FollowUp(("exportfs", "-ra"), _exports),
    "docker-restart": FollowUp(("systemctl", "restart", "docker"), does=_restart_docker),
}


def by_hand(names: Iterable[str]) -> str:
    """What a person runs in a tree."""
    return "; ".join(FOLLOW_UPS[name].by_hand for name in names)


def in_order(names: Iterable[str]) -> list[str]:
    """Each once, as the table has them: what makes an initramfs comes before what copies it."""
    owed = set(names)
    return [name for name in FOLLOW_UPS if name in owed]


def follow(reach: Reach, name: str) -> str:
    """Run it. Gives what a person has to run: in a tree, and where it would break something; else nothing.

    Raises SeraiError when it fails.
    """
    what = FOLLOW_UPS[name]
    if not reach.live:
        return what.by_hand
    if what.does is not None:
        return what.does(reach) or ""
    if what.when(reach):
        argvs = [argv for argv in (what.argv, what.then) if argv]
        if why := what.spares(reach):
            return f"{' && '.join(' '.join(argv) for argv in argvs)} ({why})"
        for argv in argvs:
            must(reach, *argv)
    return ""
