"""Debian, really built by mmdebstrap and really booted by UEFI; tests/e2e/test_boxes.py boots it by BIOS."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from serai.images.builders.debian import _late_files
from serai.images.resolve import ensure
from serai.providers.contract import Image

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.root, pytest.mark.timeout(1500)]

SEED = {
    "meta-data": "instance-id: one\nlocal-hostname: web\n",
    "user-data": "#cloud-config\nssh_authorized_keys:\n  - PUBLIC_KEY\n",
}


@pytest.fixture
def debian(image_cache: Path, need: Callable[..., None]) -> Image:
    need("mmdebstrap", "qemu-system-x86_64", root=True)
    return ensure("debian:12", root=image_cache, arch="amd64", progress=lambda _phrase: None)


def test_it_boots_and_cloud_init_lets_in_by_key(debian: Image, boot):
    assert debian.firmware == ("bios", "uefi")
    guest = boot(debian, SEED, memory=768, cpus=2, uefi=True, budget=500)
    script = """
        cloud-init status --wait >/dev/null; hostname; sudo id -u
        df -m --output=size / | tail -1
        ls /sys/firmware | grep efi
        systemctl is-system-running --wait
        cat /sys/devices/system/memory/auto_online_blocks
    """
    name, user, size, efi, state, memory = guest.ssh(script, user="debian").stdout.split()
    assert (name, user, efi) == ("web", "0", "efi")
    assert int(size) > 5000, "the root did not grow to its disk of 6 GiB"
    assert state == "running", guest.ssh("systemctl --failed; cloud-init status --long", user="debian").stdout
    assert memory == "online"
    assert guest.power_button(120) < 120


def test_pygrub_reads_its_menu(tmp_path: Path):
    """What pygrub takes for an entry. Source: xen, tools/pygrub/src/GrubConf.py, Grub2ConfigFile."""
    menu = (_late_files(tmp_path, "amd64") / "boot/grub/grub.cfg").read_text().splitlines()
    titled = re.compile(r"""^menuentry ["'](.*?)["'] (.*){""")
    assert [line for line in menu if titled.match(line)] == ["menuentry 'Debian' {"]
