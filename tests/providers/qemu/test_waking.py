"""Real guests that wake up with another one's memory: each is itself, and none starts from what was altered."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from serai.providers.qemu.record import editing

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]

SHOP = """
project: shop
networks: {back: {subnet: 10.77.3.0/24}}
defaults: {image: tiny, memory: 192M, warm: true, networks: [{private: back}], ready: {within: 5m}}
machines:
  web: {}
  db:
    autostart: false
    networks: [{private: back}, {forwarded_port: {guest: 80, host: 18093, auto_correct: true}}]
  mail: {autostart: false}
  late: {autostart: false}
"""
WAKING = "waking it from a template"
TELLING = "telling the guest who it is"
WHO = """
hostname; cat /etc/hostname /var/lib/tiny/instance-id
cat /sys/class/net/eth0/address /sys/class/net/eth1/address
md5sum /etc/dropbear/dropbear_ed25519_host_key | cut -d ' ' -f 1
ip -4 -o addr show dev eth1 | awk '{print $4}'
head -c 16 /dev/urandom | md5sum | cut -d ' ' -f 1
date +%s
"""


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any) -> Any:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    serai.file(SHOP)
    yield serai
    serai("destroy", "-y", "--force", code=None)


def who(shop: Any, name: str) -> list[str]:
    """What a guest says of itself; its clock is right."""
    *words, now = shop("exec", name, "--", WHO).stdout.split()
    assert abs(int(now) - time.time()) < 30
    return [str(word) for word in words]


def cut_power(home: Path, name: str) -> Path:
    """Of a machine that runs; its directory."""
    (directory,) = home.glob(f"projects/*/machines/{name}")
    os.kill(int((directory / "qemu.pid").read_text()), signal.SIGKILL)
    return directory


def templates(shop: Any) -> list[str]:
    return [str(each["key"]) for each in shop.json("image", "layers")["layers"]]


ALONE = """
project: alone
defaults: {image: tiny, memory: 192M, warm: true, ready: {within: 5m}}
machines: {web: {}, db: {autostart: false}, mail-of-all: {autostart: false}}
"""
OF_ONE_CARD = "\n".join(
    line for line in WHO.replace(" /sys/class/net/eth1/address", "").splitlines() if "eth1" not in line
)


def test_guests_that_take_records_wake_up_as_themselves(shop, home):
    shop.file(ALONE)
    shop("up")
    (kept,) = templates(shop)
    assert json.loads((home / "templates" / kept / "template.json").read_bytes())["direct"]["nics"]

    def who_now(name: str) -> list[str]:
        *words, now = shop("exec", name, "--", OF_ONE_CARD).stdout.split()
        assert abs(int(now) - time.time()) < 30
        return [str(word) for word in words]

    assert WAKING in shop("up", "db").stderr
    assert TELLING not in shop("fork", "db", "--as", "twin").stderr  # by the port, which nobody holds any more
    first, second = who_now("web"), who_now("db")
    assert who_now("twin")[0] == "twin"
    shop("destroy", "-y", "twin")
    woken = shop("up", "mail-of-all").stderr
    assert WAKING in woken
    cut_power(home, "mail-of-all")  # as soon as it is ready
    again = shop("up", "mail-of-all").stderr
    assert WAKING not in again
    assert TELLING not in again
    third = who_now("mail-of-all")
    names = ("web", "db", "mail-of-all")
    assert tuple(each[0] for each in (first, second, third)) == names
    assert tuple(each[1] for each in (first, second, third)) == names
    for one, other in ((first, second), (first, third), (second, third)):
        assert not set(one) & set(other)
    for name in names:
        hosts = shop("exec", name, "--", "cat /etc/hosts").stdout
        assert [other for other in names if f" {other}\n" in hosts] == [name]
        assert " eth0\n" in shop("exec", name, "--", "grep ^fe80 /proc/net/if_inet6").stdout


def test_guests_wake_up_as_themselves_and_never_from_an_altered_template(shop, home):
    assert WAKING not in shop("up").stderr
    (kept,) = templates(shop)

    for name in ("db", "mail"):
        assert WAKING in shop("up", name).stderr
    cut_power(home, "mail")  # as soon as it is ready
    again = shop("up", "mail").stderr
    assert WAKING not in again
    assert TELLING not in again
    first, second, third = (who(shop, name) for name in ("web", "db", "mail"))
    assert (first[0], second[0], third[0]) == ("web", "db", "mail")
    for one, other in ((first, second), (first, third), (second, third)):
        assert not set(one) & set(other)
    assert shop.json("status")["machines"]["db"]["addresses"][-1] == second[-2].partition("/")[0]
    for name, peer in (("db", "web"), ("web", "db"), ("mail", "db")):
        assert " 0% packet loss" in shop("exec", name, "--", f"ping -c 2 -W 10 {peer}").stdout
    assert templates(shop) == [kept]

    # Power that is cut before it knows itself: its disk takes it for the first one.
    with editing(cut_power(home, "mail")) as record:
        record.newborn = True
    assert TELLING in shop("up", "mail").stderr
    fourth = who(shop, "mail")
    assert fourth[0] == "mail"
    assert not {*first, *second} & {*fourth}
    assert fourth[5] != third[5]
    assert TELLING not in shop("up", "mail").stderr

    # Its memory is saved and loaded like that of any other machine.
    shop("exec", "db", "--", "httpd -h /etc; touch /root/before")
    shop("snapshot", "save", "one", "db")
    shop("exec", "db", "--", "touch /root/after")
    shop("snapshot", "restore", "one", "db")
    assert shop("exec", "db", "--", "ls /root; hostname").stdout.split() == ["before", "db"]

    shop("destroy", "-y", "--force", "mail", "db")  # else they would see the altered page, too
    memory = home / "templates" / kept / "ram"
    memory.chmod(0o600)
    with memory.open("r+b") as file:
        file.seek(64 << 20)
        file.write(b"altered")
    assert WAKING not in shop("up", "late").stderr
    assert who(shop, "late")[0] == "late"

    shop("destroy", "-y", "--force")
    (home / "images").unlink()  # the store that all tests share keeps what other tests run from
    shop("image", "prune", "--older", "0s")
    assert templates(shop) == []
    assert list((home / "templates").glob("*/")) == []
