"""What a guest is told in records: the same as a shell would do, done by the program itself."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from serai.guest import identity, records, syscalls
from serai.guest.identity import Before
from serai.guest.records import Direct
from serai.guest.seed import SeedNic
from serai.providers.contract import Materials
from serai.spec.machine import Machine

MACHINE = Machine(name="mail")
MATERIALS = Materials(hosts={"mail": "10.0.0.6/24", "web": "10.0.0.5/24"})
KEY = bytes(range(83))
BEFORE = {"52:54:00:00:00:01": "52:54:00:00:00:09"}


@pytest.fixture
def root() -> Iterator[Path]:
    """With a name as short as those in a guest."""
    with tempfile.TemporaryDirectory(prefix="s") as name:
        place = Path(name)
        for file, text in (
            (records.HOSTNAME, "first-of-all\n"),
            (records.INSTANCE, "serai-1\n"),
            (records.HOSTS, ""),
        ):
            (place / file.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (place / file.lstrip("/")).write_text(text)
        key = place / records.KEY.lstrip("/")
        key.parent.mkdir(parents=True)
        key.write_bytes(bytes(83))
        yield place


def in_place(text: bytes, root: Path) -> bytes:
    """The records, with the files below `root`, and without the calls that change this host."""
    found = b""
    for at in range(0, len(text), syscalls.SIZE):
        record = text[at : at + syscalls.SIZE]
        number = int.from_bytes(record[:8], "little")
        if number in (syscalls.IOCTL, syscalls.SETHOSTNAME, syscalls.CLOCK_SETTIME, syscalls.SYNC):
            record = syscalls.nothing()
        elif number == syscalls.OPEN and not record[40:].startswith(b"/dev/"):
            path = record[40:].partition(b"\0")[0]
            record = syscalls.record(syscalls.OPEN, f"{root}".encode() + path + b"\0", 1)
        found += record
    return found


def arriving(direct: Direct, name: str = "mail") -> bytes:
    return records.arriving(direct, ("first-of-all", ""), name, BEFORE, KEY, "serai-2", MATERIALS)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the program is one of x86-64")
@pytest.mark.parametrize("name", ["mail", "a-longer-name-than-that"])
def test_the_program_does_what_they_say(root, name):
    program = root / "program"
    program.write_bytes(syscalls.program())
    program.chmod(0o755)
    hosts = "127.0.0.1 localhost\n127.0.1.1 first-of-all\n" + "10.0.0.8 of-somebody # as it was\n" * 9
    (root / "etc/hosts").write_text(hosts)
    direct = Direct(nics={"52:54:00:00:00:01": "eth0"}, hosts=hosts, sizes=(13, 8))
    told = in_place(arriving(direct, name) + records.settling(1.0), root)

    done = subprocess.run([program], input=told, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b"arrived\nended 0\n")
    assert (root / records.KEY.lstrip("/")).read_bytes() == KEY
    assert (root / "etc/hostname").read_text() == f"{name}\n"
    assert (root / records.INSTANCE.lstrip("/")).read_text() == "serai-2\n"
    lines = (root / "etc/hosts").read_text().splitlines()
    assert lines[:2] == ["127.0.0.1 localhost", f"127.0.1.1 {name}"]
    assert lines.count("10.0.0.8 of-somebody # as it was") == 9
    assert "10.0.0.5 web # serai" in lines


def test_a_card_gets_its_mac_by_its_name_and_only_where_it_is_another():
    direct = Direct(nics={"52:54:00:00:00:01": "eth0", "00:00:00:00:00:00": "lo"}, hosts="", sizes=(13, 8))
    change = syscalls.has_mac("eth0", "52:54:00:00:00:09")

    assert change in arriving(direct)
    assert b"eth0\0" in change
    same = {"52:54:00:00:00:01": "52:54:00:00:00:01"}
    text = records.arriving(direct, ("first-of-all", ""), "mail", same, KEY, "serai-2", MATERIALS)
    assert b"eth0" not in text
    assert text != records.arriving(direct, ("first-of-all", ""), "mail", same, KEY, "serai-2", MATERIALS)


HOSTS = [
    "127.0.0.1 localhost\n127.0.1.1 web.example.org web\n::1 localhost *\n10.0.0.7 db\n10.0.0.9 printer\n",
    "127.0.0.1\tlocalhost  web\n::1\tweb\n::12 web\n\n# one\n10.0.0.7 db # serai\n10.0.0.7 db\n",
    "# no newline at the end",
    "",
    "127.0.0.1 é\n",
]


@pytest.mark.parametrize("text", HOSTS)
def test_the_hosts_are_those_that_a_shell_makes(text, tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "etc/hosts").write_text(text)
    old = ("web.example.org", "10.0.0.7 db\n")
    before = Before(hostname=old[0], instance_id="", hosts=old[1], cards=[])
    values = identity.values(before, MACHINE, MATERIALS, [], "new", 1.0)
    script = f"set -e\n{identity.definitions()}{values}names\n"
    for place in ("/etc/", "/proc/sys/"):
        script = script.replace(place, f"{tmp_path}{place}")
    subprocess.run(["sh", "-c", script], check=True, capture_output=True)

    found = records.hosts_of(text, old, "mail", MATERIALS)
    shells = (tmp_path / "etc/hosts").read_bytes()
    assert (text.encode() if found is None else found).rstrip(b"\n") == shells.rstrip(b"\n")
    assert found is None or len(found) >= len(text.encode())


def test_hosts_that_are_right_stay():
    right = "127.0.0.1 localhost\n10.0.0.5 web # serai\n"
    assert records.hosts_of(right, ("first", ""), "mail", MATERIALS) is None


@pytest.mark.parametrize("said", [[], ["keys dropbear"], ["direct"], ["direct 5"]])
def test_a_guest_that_says_nothing_of_them_takes_no_records(said):
    assert records.direct_of(said) is None


def test_what_a_guest_says_of_itself():
    said = ["keys dropbear", "direct 5 23", "nic 00:00:00:00:00:00 lo", "nic 52:54:00:00:00:01 eth0"]
    said += ["hosts 127.0.0.1  localhost", "hosts ", "hosts ::1 localhost"]

    assert records.direct_of(said) == Direct(
        nics={"00:00:00:00:00:00": "lo", "52:54:00:00:00:01": "eth0"},
        hosts="127.0.0.1  localhost\n\n::1 localhost\n",
        sizes=(5, 23),
    )


def test_what_it_is_asked_is_a_question_that_any_guest_answers(tmp_path):
    """This host is no tiny."""
    done = subprocess.run(["sh", "-s"], input=f"set -e\n{records.ASK}echo end\n", text=True, capture_output=True)
    assert (done.stdout, done.stderr) == ("end\n", "")


@pytest.mark.parametrize(
    ("more", "direct"),
    [
        ("", True),
        ("etc/dropbear/dropbear_rsa_host_key", False),
        ("etc/machine-id", False),
        ("var/lib/cloud", False),
    ],
)
def test_a_guest_with_more_to_change_takes_none(root, more, direct):
    if more:
        (root / more).parent.mkdir(parents=True, exist_ok=True)
        (root / more).write_text("more\n")
    for nic, parts in (("eth0", ("device",)), ("eth0.10", ()), ("lo", ()), ("virbr0", ("bridge",))):
        for part in ("", *parts):
            (root / "sys/class/net" / nic / part).mkdir(parents=True)
        mac = "00:00:00:00:00:00" if nic == "lo" else "52:54:00:00:00:01"
        (root / "sys/class/net" / nic / "address").write_text(f"{mac}\n")
    text = records.ASK
    for place in ("/etc/", "/var/lib/", "/sys/"):
        text = text.replace(place, f"{root}{place}")
    text = f"uname() {{ echo x86_64; }}\nset -e\n{text}"
    said = subprocess.run(["sh", "-s"], input=text, text=True, capture_output=True, check=True).stdout

    found = records.direct_of(said.splitlines())
    assert (found is not None) == direct
    if found is not None:
        assert found == Direct(nics={"52:54:00:00:00:01": "eth0"}, hosts="", sizes=(13, 8))


def test_records_do_for_cards_by_dhcp_that_it_has():
    direct = Direct(nics={"52:54:00:00:00:01": "eth0"}, hosts="", sizes=(1, 1))
    nic = SeedNic(mac="52:54:00:00:00:09")

    assert records.card_changes(direct, ["52:54:00:00:00:01"], [nic]) == BEFORE
    assert records.card_changes(direct, ["52:54:00:00:00:02"], [nic]) is None
    for address in ({"address": "10.0.0.6/24"}, {"ipv6": "fd00::6/64"}):
        with_address = SeedNic(mac="52:54:00:00:00:09", dhcp=False, **address)
        assert records.card_changes(direct, ["52:54:00:00:00:01"], [with_address]) is None


def test_octal_text_is_bytes_again():
    assert syscalls.bytes_of(syscalls.octal(bytes(range(256)))) == bytes(range(256))
    assert syscalls.bytes_of("") == b""
