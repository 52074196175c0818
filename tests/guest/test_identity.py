"""Telling a woken guest who it is: run by a real shell on the files that hold it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from serai.guest import identity
from serai.guest.identity import Before
from serai.guest.seed import SeedNic
from serai.providers.contract import Materials
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.process import Result

BEFORE = Before(
    hostname="web.example.org",
    instance_id="old-1",
    hosts="10.0.0.7 db\n",
    cards=[("52:54:00:00:00:01", ""), ("52:54:00:00:00:02", "10.0.0.5/24")],
)
NICS = [
    SeedNic(mac="52:54:00:00:00:03"),
    SeedNic(mac="52:54:00:00:00:04", dhcp=False, address="10.0.0.6/24"),
]
MACHINE = Machine(name="mail")
MATERIALS = Materials(hosts={"web": "10.0.0.5/24", "db": "10.0.0.7/24"})


def values(nics: list[SeedNic] = NICS, **more: Any) -> str:
    return identity.values(BEFORE, MACHINE, MATERIALS, nics, "new-1", 1000.4, **more)


def run(act: str, root: Path, told: str = "", places: Mapping[str, str] = {}) -> None:
    """One part of it, with the files below `root` and nothing of this host."""
    text = f"set -e\n{identity.definitions()}{told}{act}\n"
    for place in ("/etc/", "/var/lib/", "/run/", "/proc/sys/"):
        text = text.replace(place, f"{root}{place}")
    for place, other in places.items():
        text = text.replace(place, other)
    subprocess.run(["sh", "-c", text], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc/systemd/network").mkdir(parents=True)
    (tmp_path / "var/lib/cloud/instances/old-1").mkdir(parents=True)
    (tmp_path / "var/lib/cloud/data").mkdir()
    (tmp_path / "etc/hosts").write_text(
        "127.0.0.1 localhost\n127.0.1.1 web.example.org web\n::1 localhost *\n10.0.0.7 db\n10.0.0.9 printer\n"
        "10.0.0.8 gone # serai\n"
    )
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "etc/machine-id").write_text("0" * 32 + "\n")
    return tmp_path


def test_each_one_is_told_other_randomness():
    first, second = values(), values()

    for name in ("seed", "stored", "machine"):
        found = [re.search(rf"^{name}=([0-9a-f]+)$", text, re.MULTILINE) for text in (first, second)]
        assert found[0] and found[1]
        assert found[0].group(1) != found[1].group(1)


def test_whole_seconds_and_only_cards_that_are_others():
    assert "now=1000\n" in values()
    assert "card 52:54:00:00:00:01 52:54:00:00:00:03 - -" in values()
    assert "card 52:54:00:00:00:02 52:54:00:00:00:04 10.0.0.5/24 10.0.0.6/24" in values()

    same = [SeedNic(mac=mac, address=address or None) for mac, address in BEFORE.cards]
    assert "\ncard 52" not in values(same)


def test_names_and_machine_id_are_its_own(root):
    run("names", root, values())

    assert (root / "etc/hostname").read_text() == "mail\n"
    assert (root / "proc/sys/kernel/hostname").read_text() == "mail"
    assert re.fullmatch(r"[0-9a-f]{32}\n", (root / "etc/machine-id").read_text())
    assert (root / "etc/machine-id").read_text() != "0" * 32 + "\n"
    assert (root / "etc/hosts").read_text().rstrip() == (
        "127.0.0.1 localhost\n127.0.1.1 mail mail\n::1 localhost *\n10.0.0.9 printer\n"
        "10.0.0.5 web # serai\n10.0.0.7 db # serai"
    )


def test_the_instance_that_was_set_up_has_its_new_name(root):
    run("instance", root, values())

    assert (root / "var/lib/cloud/instances/new-1").is_dir()
    assert (root / "var/lib/cloud/instance").readlink().name == "new-1"
    assert (root / "var/lib/cloud/data/instance-id").read_text() == "new-1\n"


def test_host_keys_that_were_made_for_it_take_the_place_of_the_old_ones_and_keep_their_modes(root):
    private, public = root / "etc/ssh/ssh_host_ed25519_key", root / "etc/ssh/ssh_host_ed25519_key.pub"
    private.parent.mkdir()
    private.write_text("old, and longer than the new one\n")
    private.chmod(0o640)
    public.write_text("old\n")

    run(
        "host_keys",
        root,
        values(keys={"key_ed25519": "BEGIN\nit's\nEND", "pub_ed25519": "ssh-ed25519 A root@mail"}),
    )

    assert private.read_text() == "BEGIN\nit's\nEND\n"
    assert private.stat().st_mode & 0o777 == 0o640
    assert public.read_text() == "ssh-ed25519 A root@mail\n"


def test_a_guest_without_keys_made_for_it_makes_its_own_of_the_kinds_that_there_were(root):
    (root / "etc/ssh").mkdir()
    for name in ("ssh_host_ed25519_key", "ssh_host_ed25519_key.pub"):
        (root / "etc/ssh" / name).write_text("old\n")

    run("host_keys", root, values())

    assert "BEGIN OPENSSH PRIVATE KEY" in (root / "etc/ssh/ssh_host_ed25519_key").read_text()
    assert (root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().endswith(" root@mail\n")
    assert len(list((root / "etc/ssh").iterdir())) == 2


def test_what_a_guest_says_when_it_fails_is_shown():
    class Way:
        def run(self, command: str, **more: object) -> Result:
            return Result(["sh"], 1, "", "date: invalid\n")

    with pytest.raises(SeraiError, match="mail: the guest did not become itself: date: invalid"):
        identity.become(Way(), MACHINE, "false")  # type: ignore[arg-type]


def test_a_container_from_a_layer_fills_what_was_kept_empty_and_nothing_else(tmp_path):
    (tmp_path / "etc/ssh").mkdir(parents=True)
    (tmp_path / "etc/machine-id").write_text("")
    (tmp_path / "etc/ssh/ssh_host_ed25519_key").write_text("")
    (tmp_path / "etc/ssh/ssh_host_rsa_key").write_text("its own")
    text = identity.of_container(Machine(name="web"))
    for place in ("/etc/", "/var/"):
        text = text.replace(place, f"{tmp_path}{place}")
    text = text.replace("command -v systemctl", "false")

    subprocess.run(["sh", "-s"], input=text, text=True, check=True)

    assert re.fullmatch("[0-9a-f]{32}\n", (tmp_path / "etc/machine-id").read_text())
    assert "PRIVATE KEY" in (tmp_path / "etc/ssh/ssh_host_ed25519_key").read_text()
    assert (tmp_path / "etc/ssh/ssh_host_ed25519_key.pub").read_text().endswith("root@web\n")
    assert (tmp_path / "etc/ssh/ssh_host_rsa_key").read_text() == "its own"


def test_the_next_server_listens_when_the_last_one_has_ended_altogether(root):
    (root / "etc/dropbear").mkdir()
    with subprocess.Popen(["sleep", "60"]) as last:
        told = f"""
keys=dropbear key_dropbear=key listener={last.pid}
kill() {{ (sleep 0.5; command kill "$@") & }}
serve() {{ cat /proc/{last.pid}/stat >{root}/served; }}
"""
        run("dropbear_key", root, told)
    assert (root / "served").read_text().split()[2] == "Z"
    assert (root / "etc/dropbear/dropbear_ed25519_host_key").read_text() == "key"


_STANDS_STILL = r"""
stands_still() {  # soon: a signal takes a moment
  n=0
  while [ $n -lt 500 ]; do
    read -r line <"/proc/$1/stat"
    case ${line##*) } in T*) return 0 ;; esac
    sleep 0.02; n=$((n + 1))
  done
  return 1
}
"""


def test_files_that_name_a_card_have_its_new_mac_and_address_and_others_stay(root):
    networks, netplan = root / "etc/systemd/network", root / "etc/netplan"
    netplan.mkdir()
    (networks / "10-cloud-init-eth0.network").write_text(
        "[Match]\nMACAddress=52:54:00:aa:00:02\n\n[Network]\nDHCP=no"
    )
    (netplan / "50-cloud-init.yaml").write_text(
        'mac: "52:54:00:AA:00:02"  # *\naddresses: [10.0.0.5/24, 10.0.0.5/24]\n'
    )
    other = networks / "20-cloud-init-eth1.network"
    other.write_text("MACAddress=52:54:00:aa:00:01\n")
    other.chmod(0o600)
    before = other.stat().st_mtime_ns
    told = 'ip() { :; }\ncard() { for f in /etc/systemd/network/* /etc/netplan/*; do rewrite $f "$@"; done; }\n'
    before_card = Before(hostname="web", instance_id="", hosts="", cards=[("52:54:00:aa:00:02", "10.0.0.5/24")])
    nics = [SeedNic(mac="52:54:00:aa:00:09", dhcp=False, address="10.0.0.6/24")]

    run("cards", root, told + identity.values(before_card, MACHINE, MATERIALS, nics, "new", 1.0))

    assert (networks / "10-cloud-init-eth0.network").read_text() == (
        "[Match]\nMACAddress=52:54:00:aa:00:09\n\n[Network]\nDHCP=no\n"
    )
    assert (netplan / "50-cloud-init.yaml").read_text() == (
        'mac: "52:54:00:aa:00:09"  # *\naddresses: [10.0.0.6/24, 10.0.0.6/24]\n'
    )
    assert other.stat().st_mtime_ns == before


def test_cards_are_found_before_and_those_that_were_are_told_anew(root):
    for name, mac in (("eth0", "01"), ("eth1", "02"), ("br0", "01"), ("dmz", "02")):
        (root / "sys/class/net" / name).mkdir(parents=True)
        (root / "sys/class/net" / name / "address").write_text(f"52:54:00:00:00:{mac}\n")
        (root / f"proc/sys/net/ipv4/conf/{name}").mkdir(parents=True)
        (root / f"proc/sys/net/ipv4/conf/{name}/arp_notify").write_text("0\n")
    for name, off in (("eth0", "1"), ("eth1", "0")):
        (root / f"proc/sys/net/ipv6/conf/{name}").mkdir(parents=True)
        (root / f"proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text(f"{off}\n")
    (root / "sys/class/net/br0/bridge").mkdir()
    (root / "sys/class/net/dmz/lower_eth1").mkdir()  # a VLAN
    notify = root / "proc/sys/net/ipv4/conf/eth1/arp_notify"
    told = f"""
set_mac() {{ echo "$1" >>{root}/told; }}
ip() {{ echo "ip $*" >>{root}/told; }}
look() {{
  read -r line </proc/sys/net/ipv4/conf/eth1/arp_notify; echo "arp_notify $line" >>{root}/told
  for nic in eth0 eth1; do
    read -r line </proc/sys/net/ipv6/conf/$nic/disable_ipv6; echo "$nic without IPv6 $line" >>{root}/told
  done
}}
"""

    run(
        "find_cards; cards; look; leave_cards; ipv6_anew; look",
        root,
        told + values(),
        {"/sys/class/net": f"{root}/sys/class/net"},
    )

    assert (root / "told").read_text().splitlines() == [
        "eth0",
        "eth1",
        "ip address flush dev eth1",
        "ip address add 10.0.0.6/24 dev eth1",
        "ip neigh flush dev eth1",
        "arp_notify 1",
        "eth0 without IPv6 1",
        "eth1 without IPv6 1",
        "arp_notify 0",
        "eth0 without IPv6 1",
        "eth1 without IPv6 0",
    ]
    assert notify.read_text() == "0\n"
    for over in ("br0", "dmz"):
        assert (root / f"proc/sys/net/ipv4/conf/{over}/arp_notify").read_text() == "0\n"


@pytest.mark.parametrize(("anew", "dropbear", "off"), [("yes", True, "1"), ("", True, "0"), ("yes", False, "0")])
def test_a_guest_in_which_nobody_is_yet_is_kept_without_ipv6(root, anew, dropbear, off):
    for nic in ("eth0", "lo"):
        (root / "sys/class/net" / nic).mkdir(parents=True)
        (root / "sys/class/net" / nic / "address").write_text("52:54:00:00:00:01\n")
        (root / f"proc/sys/net/ipv6/conf/{nic}").mkdir(parents=True)
        (root / f"proc/sys/net/ipv6/conf/{nic}/disable_ipv6").write_text("0\n")
    (root / "etc/dropbear/dropbear_ed25519_host_key").unlink(missing_ok=True)
    if dropbear:
        (root / "etc/dropbear").mkdir(exist_ok=True)
        (root / "etc/dropbear/dropbear_ed25519_host_key").write_text("")
    told = "look() { read -r line </proc/sys/net/ipv6/conf/eth0/disable_ipv6; echo $line >/etc/seen; }\n"
    told += f"anew={anew}\n"

    run("find_cards; look; ipv6_anew", root, told, {"/sys/class/net": f"{root}/sys/class/net"})

    assert (root / "etc/seen").read_text() == f"{off}\n"
    for nic in ("eth0", "lo"):
        assert (root / f"proc/sys/net/ipv6/conf/{nic}/disable_ipv6").read_text() == "0\n"


@pytest.mark.parametrize(
    ("was", "calling"), [("mail-of-old", ""), ("mail-of-old", "1"), ("m", "1"), ("post", "1")]
)
def test_a_name_is_written_in_place_and_cut_where_it_was_longer(root, was, calling):
    (root / "etc/hostname").write_text(f"{was}\n")
    told = f"calling={calling}\ncall() {{ printf '%s' \"$1\" >/etc/called; truncate -s 5 /etc/hostname; }}\n"

    run("names", root, values() + told)

    assert (root / "etc/hostname").read_text() == "mail\n"
    assert (root / "etc/called").exists() == (len(was) > 4 and bool(calling))


@pytest.mark.parametrize(
    "text", ["", "m", "web\n# the first\n", "a-longer-one\nand another\n", "#\n\nweb\n", "m\nx"]
)
def test_a_name_takes_the_place_of_whatever_the_file_held(root, text):
    (root / "etc/hostname").write_text(text)
    told = "calling=1\ncall() { truncate -s 5 /etc/hostname; }\n"

    run("names", root, values() + told)

    assert (root / "etc/hostname").read_text() == "mail\n"


def test_a_networkd_that_was_held_never_reads_what_happened_and_the_next_one_keeps_its_leases(root):
    (root / "lib/systemd").mkdir(parents=True)
    for name in ("systemd-networkd", "systemd-resolved"):
        shutil.copy(shutil.which("sleep"), root / "lib/systemd" / name)
    (root / "etc/systemd/network/10-cloud-init-eth0.network").write_text("[Match]\n")
    text = f"""{_STANDS_STILL}
systemctl() {{ echo "$@" >>{root}/asked; }}
find_services; hold_services
stands_still $networkd && stands_still $resolved
let_resolved_go
renew_services
"""
    with (
        subprocess.Popen([root / "lib/systemd/systemd-networkd", "60"]) as networkd,
        subprocess.Popen([root / "lib/systemd/systemd-resolved", "60"]) as resolved,
    ):
        try:
            run(text, root, places={"/lib/systemd/": f"{root}/lib/systemd/"})
            assert networkd.wait(10) == -signal.SIGKILL
            assert Path(f"/proc/{resolved.pid}/stat").read_text().split(") ")[1][0] in "RS"
        finally:
            networkd.kill()
            resolved.kill()
    drop_in = root / "run/systemd/network/10-cloud-init-eth0.network.d/50-serai.conf"
    assert drop_in.read_text() == "[Network]\nKeepConfiguration=dhcp\n"
    assert "--no-block start systemd-networkd" in (root / "asked").read_text()


def test_services_that_were_held_go_on_when_the_guest_cannot_become_itself(root):
    (root / "lib/systemd").mkdir(parents=True)
    shutil.copy(shutil.which("sleep"), root / "lib/systemd/systemd-networkd")
    with subprocess.Popen([root / "lib/systemd/systemd-networkd", "60"]) as networkd:
        try:
            text = identity.script(values()).replace("/lib/systemd/", f"{root}/lib/systemd/")
            text = text.replace("/proc/sys/", f"{root}/proc/sys/")
            hold = "  hold_services\n"
            text = text.replace(hold, f"{hold}  if stands_still $networkd; then exit 7; fi\n")
            done = subprocess.run(["sh", "-s"], input=_STANDS_STILL + text, text=True, check=False)
            assert done.returncode == 7
            assert Path(f"/proc/{networkd.pid}/stat").read_text().split(") ")[1][0] in "RS"
        finally:
            networkd.kill()
