"""Debian, really built by mmdebstrap and really booted, by BIOS and by UEFI."""

from __future__ import annotations

import pytest

from serai.images.resolve import ensure
from serai.providers.contract import Image

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.root, pytest.mark.timeout(1500)]

SEED = {
    "meta-data": "instance-id: one\nlocal-hostname: web\n",
    "user-data": "#cloud-config\nssh_authorized_keys:\n  - PUBLIC_KEY\n",
}


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Image:
    root = tmp_path_factory.mktemp("images")
    return ensure("debian:12", root=root, arch="amd64", progress=lambda _phrase: None)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_it_boots_and_cloud_init_lets_in_by_key(debian: Image, boot, firmware: str):
    assert firmware in debian.firmware
    guest = boot(debian, SEED, memory=768, cpus=2, uefi=firmware == "uefi", budget=500)
    assert (
        guest.ssh("cloud-init status --wait >/dev/null; hostname; sudo id -u", user="debian").stdout == "web\n0\n"
    )
    assert guest.ssh("df -m --output=size / | tail -1", user="debian").stdout.strip() > "5000"
    assert ("efi" in guest.ssh("ls /sys/firmware", user="debian").stdout) is (firmware == "uefi")
    assert guest.ssh("systemctl is-system-running --wait", user="debian").stdout == "running\n"
    assert guest.power_button(120) < 120
