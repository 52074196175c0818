"""Network cards set over SSH: by each of the programs that a guest may have, from what is written for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from serai.guest.cards import script
from serai.guest.seed import SeedNic

STATIC = SeedNic(mac="52:54:00:AA:00:01", dhcp=False, address="10.40.0.10/24", mtu=9000)
DHCP = SeedNic(mac="52:54:00:aa:00:02")
BOTH = SeedNic(mac="52:54:00:aa:00:01", dhcp=False, address="10.40.0.10/24", ipv6="fd00::10/64")
SIX = SeedNic(mac="52:54:00:aa:00:02", ipv6="fd00::11/64")
ROUTED = SeedNic(mac="52:54:00:aa:00:01", dhcp=False, address="192.0.2.5/24", gateway="192.0.2.1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A guest's files: two cards, and stand-ins on PATH that note how they are called."""
    for number in (1, 2):
        card = tmp_path / f"sys/class/net/eth{number}"
        card.mkdir(parents=True)
        (card / "address").write_text(f"52:54:00:aa:00:0{number}\n")
    for folder in ("bin", "etc/netplan", "etc/network", "etc/systemd/network"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def program(root: Path, *names: str) -> None:
    for name in names:
        (root / "bin" / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{root}/called\n')
        (root / "bin" / name).chmod(0o755)


def set_(root: Path, *nics: SeedNic) -> subprocess.CompletedProcess[str]:
    text = script(nics).replace("/etc/", f"{root}/etc/").replace("/sys/", f"{root}/sys/")
    path = f"{root}/bin:/usr/bin:/bin" if (root / "bin/ifup").exists() else f"{root}/bin:{basics(root)}"
    return subprocess.run(["sh", "-ec", text], env={"PATH": path}, capture_output=True, text=True, check=False)


def basics(root: Path) -> str:
    """A PATH without this host's own network programs."""
    folder = root / "basics"
    folder.mkdir(exist_ok=True)
    for name in ("cat", "basename", "tr", "ls", "chmod", "awk", "mktemp", "rm", "sh"):
        if not (folder / name).exists():
            (folder / name).symlink_to(f"/usr/bin/{name}")
    return str(folder)


def called(root: Path) -> list[str]:
    return (root / "called").read_text().splitlines()


def test_netplan_gets_one_file_a_card(root: Path):
    program(root, "netplan")
    (root / "etc/netplan/01-old.yaml").write_text("")
    assert set_(root, STATIC, DHCP).returncode == 0
    one, two = (yaml.safe_load((root / f"etc/netplan/60-serai-525400aa000{n}.yaml").read_text()) for n in (1, 2))
    assert one["network"]["ethernets"]["serai-525400aa0001"] == {
        "match": {"macaddress": "52:54:00:aa:00:01"},
        "addresses": ["10.40.0.10/24"],
        "mtu": 9000,
        "optional": True,
    }
    assert two["network"]["ethernets"]["serai-525400aa0002"]["dhcp4"] is True
    assert called(root) == ["netplan apply", "netplan apply"]


def test_networkmanager_gets_a_connection(root: Path):
    program(root, "nmcli")
    assert set_(root, ROUTED, DHCP).returncode == 0
    added = [line for line in called(root) if " add " in line]
    assert "ipv4.method manual ipv4.addresses 192.0.2.5/24 ipv4.gateway 192.0.2.1" in added[0]
    assert "ifname eth1 802-3-ethernet.mac-address 52:54:00:aa:00:01" in added[0]
    assert "ipv4.method auto ipv4.never-default yes" in added[1]


def test_networkd_gets_a_unit(root: Path):
    program(root, "networkctl", "systemctl")
    assert set_(root, ROUTED, DHCP).returncode == 0
    text = (root / "etc/systemd/network/05-serai-525400aa0001.network").read_text()
    assert text == "[Match]\nMACAddress=52:54:00:aa:00:01\n[Network]\nAddress=192.0.2.5/24\nGateway=192.0.2.1\n"
    assert "UseRoutes=false" in (root / "etc/systemd/network/05-serai-525400aa0002.network").read_text()
    assert "networkctl reconfigure eth1" in called(root)


def test_ifupdown_gets_a_block_that_is_replaced_the_next_time(root: Path):
    program(root, "ifup", "ifdown", "ip", "netplan", "nmcli", "systemctl", "networkctl")
    for name in ("nmcli", "systemctl"):
        (root / "bin" / name).write_text("#!/bin/sh\nexit 1\n")
    file = root / "etc/network/interfaces"
    file.write_text("auto lo\niface lo inet loopback\n")
    assert set_(root, STATIC).returncode == 0
    first = file.read_text()
    assert first.endswith(
        "# serai 52:54:00:aa:00:01\nauto eth1\niface eth1 inet static\n"
        "  address 10.40.0.10/24\n  mtu 9000\n# serai end\n"
    )
    assert set_(root, STATIC).returncode == 0
    assert file.read_text() == first and first.startswith("auto lo\n")
    assert called(root)[-1] == "ifup eth1"


@pytest.mark.parametrize("mark", ["lower_eth1", "bridge"])
def test_a_vlan_or_a_bridge_with_the_mac_of_its_card_is_left_alone(root: Path, mark: str):
    program(root, "networkctl", "systemctl")
    over = root / "sys/class/net/dmz"
    (over / mark).mkdir(parents=True)
    (over / "address").write_text("52:54:00:aa:00:01\n")
    assert set_(root, STATIC).returncode == 0
    assert "networkctl reconfigure eth1" in called(root)


def test_a_card_that_is_not_there_and_a_guest_without_programs_are_told(root: Path):
    gone = set_(root, SeedNic(mac="52:54:00:aa:00:09"))
    assert gone.returncode == 1 and "no network card 52:54:00:aa:00:09" in gone.stderr
    bare = set_(root, DHCP)
    assert bare.returncode == 1 and "nothing that serai knows" in bare.stderr


def test_an_ipv6_address_is_set_beside_the_other(root: Path):
    program(root, "netplan")
    (root / "etc/netplan/01-old.yaml").write_text("")
    assert set_(root, BOTH, SIX).returncode == 0
    one, two = (yaml.safe_load((root / f"etc/netplan/60-serai-525400aa000{n}.yaml").read_text()) for n in (1, 2))
    assert one["network"]["ethernets"]["serai-525400aa0001"]["addresses"] == ["10.40.0.10/24", "fd00::10/64"]
    six = two["network"]["ethernets"]["serai-525400aa0002"]
    assert six["dhcp4"] is True and six["addresses"] == ["fd00::11/64"]


def test_networkmanager_and_networkd_set_it_too(root: Path):
    program(root, "nmcli")
    assert set_(root, BOTH).returncode == 0
    assert any(line.endswith("ipv6.method manual ipv6.addresses fd00::10/64") for line in called(root))
    (root / "bin/nmcli").unlink()
    program(root, "networkctl", "systemctl")
    assert set_(root, BOTH).returncode == 0
    text = (root / "etc/systemd/network/05-serai-525400aa0001.network").read_text()
    assert text.endswith("[Network]\nAddress=10.40.0.10/24\n[Address]\nAddress=fd00::10/64\n")


def test_ifupdown_has_a_second_paragraph_for_it(root: Path):
    program(root, "ifup", "ifdown", "ip", "netplan", "nmcli", "systemctl", "networkctl")
    for name in ("nmcli", "systemctl"):
        (root / "bin" / name).write_text("#!/bin/sh\nexit 1\n")
    file = root / "etc/network/interfaces"
    file.write_text("auto lo\n")
    assert set_(root, BOTH).returncode == 0
    assert file.read_text().endswith(
        "iface eth1 inet static\n  address 10.40.0.10/24\n"
        "iface eth1 inet6 static\n  address fd00::10/64\n# serai end\n"
    )
