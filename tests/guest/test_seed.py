"""What a guest is told at its first boot: the files of the seed, and the ISO around them."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml
from pycdlib import PyCdlib

from serai.guest import seed
from serai.guest.seed import SeedNic
from serai.providers.contract import Image, Materials
from serai.spec.guest import Guest, GuestFile, User, UserData
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

KEY = "ssh-ed25519 AAAA project"
NICS = [
    SeedNic(mac="52:54:00:AA:00:01"),
    SeedNic(mac="52:54:00:aa:00:02", dhcp=False, address="10.40.0.10/24", mtu=1400),
]
DEBIAN = Materials(
    image=Image(reference="debian:12", digest="sha256:0", user="debian"),
    user="debian",
    public_keys=(KEY,),
    hosts={"web": "10.40.0.10", "db": "10.40.0.11/24"},
)
TINY = Materials(public_keys=(KEY,), hosts={"db": "10.40.0.11/24"})


def files(machine: Machine, materials: Materials = DEBIAN, kind: str = "cloud-init") -> dict[str, bytes]:
    return seed.files(machine, materials, instance_id="i-1", nics=NICS, kind=kind)


def config(machine: Machine, materials: Materials = DEBIAN) -> dict[str, Any]:
    text = files(machine, materials)["user-data"].decode()
    assert text.startswith("#cloud-config\n")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def test_the_guest_learns_its_name_and_instance() -> None:
    given = files(Machine(name="web_1", hostname=None))
    assert yaml.safe_load(given["meta-data"]) == {"instance-id": "i-1", "local-hostname": "web-1"}
    assert config(Machine(name="web", hostname="web.example.org"))["hostname"] == "web"
    assert config(Machine(name="web", hostname="web.example.org"))["fqdn"] == "web.example.org"


def test_the_login_has_the_keys_and_root_without_a_password() -> None:
    (login,) = config(Machine(name="web"))["users"]
    assert login == {
        "name": "debian",
        "shell": "/bin/bash",
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "lock_passwd": True,
        "ssh_authorized_keys": [KEY],
    }
    assert config(Machine(name="web"))["ssh_pwauth"] is False


def test_root_as_login_is_let_in() -> None:
    given = config(Machine(name="web"), Materials(user="root", public_keys=(KEY,)))
    assert given["users"] == [{"name": "root", "ssh_authorized_keys": [KEY]}]
    assert given["disable_root"] is False


def test_further_users_packages_and_time_zone() -> None:
    users = [User(name="ann", sudo=True, shell="/bin/zsh", groups=["adm"], authorized_keys=["ssh-rsa B"])]
    given = config(Machine(name="web", guest=Guest(users=users, packages=["curl"], timezone="Europe/Berlin")))
    assert given["users"][1] == {
        "name": "ann",
        "lock_passwd": True,
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "shell": "/bin/zsh",
        "groups": ["adm"],
        "ssh_authorized_keys": ["ssh-rsa B"],
    }
    assert given["packages"] == ["curl"]
    assert given["timezone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "text", ["22:22", "on", "0644", "52:54:00:12:34:56", "a: b", "- x\n", "é\u2028\t'\"", "~", ""]
)
def test_texts_that_yaml_would_take_for_something_else_arrive_as_they_are(text: str) -> None:
    file = GuestFile(path="/etc/x", content=text)
    given = config(Machine(name="web", guest=Guest(files=[file], commands=[text or "true"])))
    assert given["write_files"][0] == {"path": "/etc/x", "content": text, "permissions": "0644"}
    assert given["runcmd"] == ["set -e", text or "true"]


def test_a_file_of_another_user_waits_until_that_user_exists() -> None:
    file = GuestFile(path="/srv/x", owner="www-data:www-data", mode="600")
    given = config(Machine(name="web", guest=Guest(files=[file])))["write_files"][0]
    assert given["defer"] is True
    assert given["permissions"] == "0600"


def test_the_other_machines_are_known_by_name() -> None:
    given = config(Machine(name="web"))["write_files"]
    assert given == [{"path": "/etc/hosts", "content": "10.40.0.11 db\n", "append": True}]


def test_interfaces_are_found_by_mac_and_only_the_first_has_a_default_route() -> None:
    assert yaml.safe_load(files(Machine(name="web"))["network-config"]) == {
        "version": 2,
        "ethernets": {
            "nic0": {"match": {"macaddress": "52:54:00:aa:00:01"}, "dhcp4": True},
            "nic1": {
                "match": {"macaddress": "52:54:00:aa:00:02"},
                "dhcp4": False,
                "addresses": ["10.40.0.10/24"],
                "mtu": 1400,
            },
        },
    }


def test_a_key_file_that_was_not_read_is_a_bug() -> None:
    with pytest.raises(SeraiError) as failed:
        files(Machine(name="web", guest=Guest(users=[User(name="ann", authorized_keys=["@k.pub"])])))
    assert failed.value.code is Code.INTERNAL


def test_the_tiny_files_are_there_beside_those_of_cloud_init() -> None:
    given = files(Machine(name="web"), TINY, "tiny")
    assert {"meta-data", "user-data", "network-config"} < given.keys()
    assert given["tiny/hostname"] == b"web\n"
    assert given["tiny/instance-id"] == b"i-1\n"
    assert given["tiny/authorized_keys"] == f"{KEY}\n".encode()
    assert given["tiny/hosts"] == b"10.40.0.11 db\n"
    assert given["tiny/network"] == b"52:54:00:aa:00:01 dhcp\n52:54:00:aa:00:02 static 10.40.0.10/24 mtu 1400\n"


def test_the_iso_holds_every_file_under_its_full_name(tmp_path: Path) -> None:
    machine = Machine(name="web", guest=Guest(users=[User(name="ann", authorized_keys=["ssh-rsa B"])]))
    (tmp_path / "seed.iso").write_bytes(seed.iso(files(machine, TINY, "tiny")))
    image = PyCdlib()
    image.open(str(tmp_path / "seed.iso"))
    assert image.pvd.volume_identifier.strip() == b"cidata"
    for path, data in files(machine, TINY, "tiny").items():
        for kind in ("rr_path", "joliet_path"):
            out = io.BytesIO()
            image.get_file_from_iso_fp(out, **{kind: f"/{path}"})
            assert out.getvalue() == data
    image.close()


@pytest.mark.skipif(not which("isoinfo"), reason="needs isoinfo (genisoimage)")
def test_another_reader_finds_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "seed.iso").write_bytes(seed.iso(files(Machine(name="web"), TINY, "tiny")))
    for names in ("-R", "-J"):
        listed = subprocess.run(
            ["isoinfo", names, "-f", "-i", str(tmp_path / "seed.iso")], capture_output=True, text=True, check=True
        ).stdout.split()
        assert {"/meta-data", "/user-data", "/network-config", "/tiny/authorized_keys", "/tiny/setup"} <= set(
            listed
        )


@pytest.mark.parametrize(
    ("address", "gateway", "everywhere"),
    [("192.168.1.50/24", "192.168.1.1", "0.0.0.0/0"), ("2001:db8::5/64", "2001:db8::1", "::/0")],
)
def test_a_gateway_is_the_default_route(address: str, gateway: str, everywhere: str) -> None:
    nic = SeedNic(mac="52:54:00:aa:00:03", dhcp=False, address=address, gateway=gateway)
    found = seed.network_config([nic])["ethernets"]["nic0"]
    assert found["routes"] == [{"to": everywhere, "via": gateway}]


def test_tiny_has_no_gateway() -> None:
    nics = [SeedNic(mac="52:54:00:aa:00:03", dhcp=False, address="192.168.1.50/24", gateway="192.168.1.1")]
    with pytest.raises(SeraiError, match="no default route") as failed:
        seed.files(Machine(name="web"), TINY, instance_id="i-1", nics=nics, kind="tiny")
    assert failed.value.code is Code.UNSUPPORTED


def test_further_user_data_is_a_part_beside_serais_own() -> None:
    from email import message_from_bytes

    parts = [
        UserData(inline="packages: [jq]\n"),
        UserData(inline="#!/bin/sh\n", content_type="text/x-shellscript"),
    ]
    message = message_from_bytes(files(Machine(name="web", guest=Guest(user_data=parts)))["user-data"])
    own, config_part, script = message.get_payload()

    assert message.get_content_type() == "multipart/mixed"
    assert own.get_payload().startswith("#cloud-config\nhostname: web\n")
    assert own["Merge-Type"] is None
    assert (config_part.get_content_type(), config_part.get_payload()) == ("text/cloud-config", "packages: [jq]\n")
    assert config_part["Merge-Type"].startswith("list(append)")
    assert script.get_content_type() == "text/x-shellscript"


def test_an_image_without_cloud_init_has_no_user_data() -> None:
    machine = Machine(name="web", guest=Guest(user_data=[UserData(inline="x")]))
    with pytest.raises(SeraiError, match=r"guest\.user_data"):
        files(machine, TINY, kind="tiny")


def test_an_ipv6_address_is_beside_the_other() -> None:
    static = SeedNic(mac="52:54:00:aa:00:03", dhcp=False, address="10.40.0.10/24", ipv6="fd00::10/64")
    dhcp = SeedNic(mac="52:54:00:aa:00:04", ipv6="fd00::11/64")
    found = seed.network_config([static, dhcp])["ethernets"]

    assert found["nic0"]["addresses"] == ["10.40.0.10/24", "fd00::10/64"]
    assert (found["nic1"]["dhcp4"], found["nic1"]["addresses"]) == (True, ["fd00::11/64"])


def test_tiny_is_told_of_both_addresses_in_one_line() -> None:
    nics = [
        SeedNic(mac="52:54:00:aa:00:03", ipv6="fd00::10/64"),
        SeedNic(mac="52:54:00:aa:00:04", dhcp=False, address="10.40.0.10/24", mtu=1400, ipv6="fd00::11/64"),
    ]
    found = seed.files(Machine(name="web"), TINY, instance_id="i-1", nics=nics, kind="tiny")

    assert found["tiny/network"].decode().splitlines() == [
        "52:54:00:aa:00:03 dhcp ipv6 fd00::10/64",
        "52:54:00:aa:00:04 static 10.40.0.10/24 mtu 1400 ipv6 fd00::11/64",
    ]


def test_a_seed_that_no_cloud_init_reads_is_written_without_the_library_for_yaml() -> None:
    import subprocess
    import sys

    text = """
import sys
from serai.guest.seed import files
from serai.providers.contract import Materials
from serai.spec.machine import Machine
files(Machine(name="web"), Materials(), instance_id="i-1", nics=[], kind="tiny")
sys.exit("yaml" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0
