"""A plain Debian host becomes a dom0 of Xen by one command, is read back after a reboot, and is plain again.

XEN-1, NET-5. The steps are one test: each needs the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.bridged import CARD
from lab.image import QUICK, _index
from lab.machine import Host
from lab.tree import differences, tree
from serai.host.setup.offer import table
from serai.images.builders import ext4
from serai.util.process import run
from serai.util.units import GIB

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(3600)]

XEN_CPU = ("-machine", "q35,accel=tcg", "-cpu", "qemu64,+svm,+npt", "-smp", "1")
"""With the features of `max` Xen or its dom0 ends early under emulation."""
UUID = "7e1ac0de-0000-4000-8000-6c6162000078"
PLACES = ("/etc", "/boot", "/usr/lib/systemd", "/usr/sbin")
PACKAGES = "dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n'"
WORDS = "dom0_mem=1024M,max:1024M dom0_max_vcpus=1 dom0_vcpus_pin"
SETUP = "serai host setup xen-dom0 -y --memory 1GiB --cpus 1"
SOURCE = """
set -e
chmod +x /etc/grub.d/20_linux_xen
mkdir -p /etc/default/grub.d && cat >/etc/default/grub.d/80-lab.cfg <<'END'
GRUB_CMDLINE_XEN="console=com1 com1=115200,8n1"
GRUB_CMDLINE_LINUX_XEN_REPLACE="console=hvc0 clocksource=xen ?"
END
part=$(basename $(findmnt -no SOURCE /))
grub-install --target=i386-pc /dev/$(basename $(dirname $(readlink -f /sys/class/block/$part)))
mkdir -p /srv/xen && mount -o ro /dev/disk/by-uuid/@ /srv/xen
echo 'deb [trusted=yes] file:/srv/xen ./' >/etc/apt/sources.list.d/xen.list
apt-get -qq update
update-grub
""".replace("@", UUID).replace("?", QUICK)
"""Xen has the serial console and dom0 a part of it, so that a start that fails is read there.

GRUB as Debian's installer leaves it: the image's own begins without the list of commands that it can load, with
those that start Xen; its part for Xen is switched off there, too. What GRUB makes of that is made before all
begins.
"""


def packages_disk(place: Path) -> tuple[str, ...]:
    """What the role installs, with all that it needs, as a source of apt's on a disk."""
    archives = place / "debs"
    (archives / "partial").mkdir(parents=True)
    (place / "status").touch()
    names = table()["xen-dom0"]["debian"].split()
    options = [f"Dir::State::status={place}/status", f"Dir::Cache::archives={archives}", "Debug::NoLocking=1"]
    options += ["APT::Install-Recommends=0", "APT::Sandbox::User=root"]
    words = [word for option in options for word in ("-o", option)]
    run(["apt-get", "-qq", "-y", *words, "--download-only", "install", *names], timeout=900)
    (archives / "partial").rmdir()
    (archives / "lock").unlink(missing_ok=True)
    index = "\n".join(map(_index, sorted(archives.glob("*.deb"))))
    (archives / "Packages").write_text(index)
    ext4.make(place / "xen.ext4", archives, size=GIB, label="xen", uuid=UUID)
    return ("-drive", f"if=none,id=xen,file={place}/xen.ext4,format=raw", "-device", "virtio-blk-pci,drive=xen")


@pytest.fixture
def plain(host: Callable[..., Host], tmp_path: Path) -> Host:
    """It could run Xen, and does not; apt has a source with Xen in it."""
    one = host([*XEN_CPU, *packages_disk(tmp_path)], memory=3072)
    one.run(SOURCE, budget=600)
    return one


def test_a_host_becomes_a_dom0_and_a_plain_host_again(plain: Host) -> None:
    before, installed = tree(plain, *PLACES), plain.run(PACKAGES).stdout

    said = plain.run(SETUP, budget=1500).stdout
    assert "pending" in said and "reboot" in said
    assert plain.run("cat /sys/class/net/xenbr0/brif/*/port_no | wc -l").stdout.strip() == "1"
    configured = plain.run("cat /boot/grub/grub.cfg").stdout
    assert 'set default="Debian GNU/Linux, with Xen hypervisor"' in configured
    assert "menuentry 'Debian GNU/Linux, with Xen hypervisor'" in configured

    plain.reboot()
    assert WORDS in plain.run("xl info xen_commandline").stdout
    assert plain.run("xl list").stdout.splitlines()[1].split()[:4] == ["Domain-0", "0", "1024", "1"]
    assert plain.run("cat /sys/hypervisor/type /sys/hypervisor/guest_type").stdout == "xen\nPV\n"
    assert plain.run(f"basename $(readlink /sys/class/net/{CARD}/master)").stdout == "xenbr0\n"
    checks = plain.serai("host check --role xen-dom0 xen", codes=(0, 1))["checks"]
    assert {each["result"] for each in checks if each["id"].startswith("xen.")} == {"pass"}, checks
    assert "nothing to do" in plain.run(SETUP, budget=600).stdout

    plain.run("serai host undo setup-xen-dom0 -y", budget=1500)
    plain.run("serai host undo bridge -y", budget=600)
    plain.reboot()
    assert plain.run("cat /proc/xen/capabilities 2>/dev/null; uname -r").stdout.count("control_d") == 0
    assert plain.run(PACKAGES).stdout == installed
    assert differences(before, tree(plain, *PLACES)) == []
