"""A real Debian: its own update-grub, update-initramfs and dracut do what serai's stand-ins say that they do."""

from __future__ import annotations

import re

import pytest

from chroot import archive, unpacked
from host_trees import contents
from serai.host.apply import do, seen, settle, tune, undo
from serai.host.changes.change import State
from serai.host.changes.initramfs import initramfs
from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.facts.boot import Boot
from serai.host.facts.source import Source
from serai.host.ledger import Ledger

pytestmark = [pytest.mark.install, pytest.mark.root, pytest.mark.slow]
RULE = "/etc/udev/rules.d/05-serai-test.rules"
MODULES = ("ip_vs", "vhost-net")
"""Which no initramfs has by itself."""


@pytest.fixture
def debian(need, test_cache, tmp_path, request):
    """Debian 12 with GRUB and a kernel, as its packages leave it."""
    need("mmdebstrap", "unshare", "tar", root=True)
    reach = unpacked(archive(test_cache, *request.param), tmp_path / "root")
    (reach.root / "etc/default/grub").write_text(
        'GRUB_CMDLINE_LINUX_DEFAULT="quiet amd_iommu=on"\nGRUB_CMDLINE_LINUX=""\n'
    )
    assert reach.inside(["update-grub"]).ok
    return reach


def of_the_host(reach):
    """All files but those that programs leave for themselves."""
    kept = re.compile(r"(boot|etc|lib|usr/lib/modules|var/lib/(?!initramfs-tools|serai))(/|$)")
    return {path: it for path, it in contents(reach.root).items() if kept.match(path)}


def quiet(line):
    """Is told what is done."""


@pytest.mark.parametrize("debian", [("grub-pc", "initramfs-tools")], indirect=True)
def test_the_command_line_and_the_initramfs_of_debian(debian):
    boot = Boot(Source(reach=debian))
    assert (boot.tool[0], boot.initramfs) == ("update-grub", "initramfs-tools")
    (debian.root / RULE.lstrip("/")).write_text("# a rule\n")
    before = of_the_host(debian)
    debian.ran.clear()
    plans = {
        "one": [kernel_arguments(debian, "one", ("intel_iommu=on", "iommu=pt"), ("amd_iommu=on",))],
        "two": [kernel_arguments(debian, "two", ("hugepages=4",)), initramfs(debian, "two", MODULES, (RULE,))],
    }
    for name, changes in plans.items():
        do(debian, name, "", changes, quiet)
    settle(debian, list(plans), quiet)

    programs = [argv[0] for argv in debian.ran]
    assert (programs.count("update-grub"), programs.count("update-initramfs")) == (1, 1)
    for change in (each for changes in plans.values() for each in changes):
        assert (seen(debian, change).state, seen(debian, change).why) == (State.PENDING, "reboot"), change.title()
    for line in Boot(Source(reach=debian)).next:
        words = line.text.split()
        assert {"intel_iommu=on", "iommu=pt", "hugepages=4"} <= set(words)
        assert "amd_iommu=on" not in words
    assert _order(debian).index("00-serai-two") < _order(debian).index("udev")
    for name in plans:
        undo(debian, Ledger(debian).read(name), quiet)
    assert of_the_host(debian) == before


def _order(reach):
    """The scripts that run first in the initramfs, in their order."""
    (image,) = reach.root.glob("boot/initrd.img-*")
    assert reach.inside(["unmkinitramfs", f"/boot/{image.name}", "/tmp/image"]).ok
    (order,) = reach.root.glob("tmp/image/**/scripts/init-top/ORDER")
    return re.findall(r"^/scripts/init-top/(\S+)", order.read_text(), re.MULTILINE)


@pytest.mark.parametrize("debian", [("grub-efi-amd64", "dracut", "kmod")], indirect=True)
def test_the_initramfs_of_dracut(debian):
    boot = Boot(Source(reach=debian))
    assert (boot.tool[0], boot.initramfs) == ("update-grub", "dracut")
    (debian.root / RULE.lstrip("/")).write_text("# a rule\n")
    before = of_the_host(debian)
    (found,) = tune(debian, "vfio", "", [initramfs(debian, "vfio", MODULES, (RULE,))], quiet)

    assert (found.state, found.why) == (State.PENDING, "reboot")
    forced = debian.inside(["lsinitrd", "-f", "etc/cmdline.d/20-force_drivers.conf", found.read]).stdout
    assert "rd.driver.pre=vhost_net" in forced
    undo(debian, Ledger(debian).read("vfio"), quiet)
    assert of_the_host(debian) == before
