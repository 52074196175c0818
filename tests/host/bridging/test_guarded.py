"""An uplink moves onto a bridge under a real SSH session: kept when that lives, put back when it is cut."""

from __future__ import annotations

import re

import pytest

from private_host import PrivateHost
from serai.run.wait import poll

pytestmark = pytest.mark.root
TUNE = ("host", "tune", "bridge")
FIREWALL = (
    "iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -i eth0 -j ACCEPT; iptables -P INPUT DROP; "
    "iptables -A OUTPUT -o eth0 -j ACCEPT; iptables -P OUTPUT DROP"
)
"""Rules that name the card, as most people write them: on the bridge nothing passes them."""


def by_ssh(site, *words, terminal=False):
    return site.ssh(*PrivateHost.command(*words), terminal=terminal)


def until(probe, budget=20.0):
    return poll(lambda: probe() or None, budget=budget)


@pytest.fixture
def ready(site):
    site.address()
    site.listen()
    # sshd goes to the background before it listens
    assert until(lambda: "in" in site.client.run(*site.ssh("echo in"), check=False).split())
    assert until(lambda: "inet6 fe80" in site.links()), "the link has its own address"
    return site


def test_a_session_that_goes_on_confirms_it(ready):
    before = ready.links()
    said = ready.client.run(*by_ssh(ready, *TUNE, "--yes", "--within", "20"))

    assert "waits to be confirmed: the way in is open" in said
    assert "br0 10.9.0.2/24 10.9.0.3/24 fd09::2/64" in said
    after = ready.host.run("sh", "-c", "ip -br addr show dev eth0; ip route; ip -6 route show default")
    assert after.startswith("eth0") and "10.9" not in after.splitlines()[0]
    assert "default via 10.9.0.1 dev br0" in after and "10.77.0.0/16 via 10.9.0.1 dev br0 metric 7" in after
    assert ready.host.run("cat", "/sys/class/net/eth0/address") == ready.host.run(
        "cat", "/sys/class/net/br0/address"
    )
    ready.client.run(*by_ssh(ready, "host", "undo", "bridge", "--yes"))
    assert ready.links() == before
    left = ready.host.run("ls", "-d", "/var/lib/serai", "/run/serai-bridge", check=False)
    assert left.count("No such file") == 2


def test_a_change_that_cuts_the_session_is_put_back_and_the_session_goes_on(ready):
    ready.host.run("sh", "-c", FIREWALL)
    before = ready.links()
    said = ready.client.run(*by_ssh(ready, *TUNE, "--yes", "--within", "5"), check=False)

    assert "2 rules of the firewall name eth0" in said
    assert "the bridge was put back" in said, "the same session saw the end of it"
    assert re.search(r"nobody confirmed it, and the SSH session of 10.9.0.1 port \d+ carried no data since", said)
    assert ready.links() == before
    assert ready.host.run("ls", "/var/lib/serai/host") == "bridge.rolled-back\n"
    assert "a bridge was put back" in ready.client.run(*by_ssh(ready, "host", "tune"))


def begun(ready, within):
    """A person at a terminal says yes, and does not press Enter; then serai is killed."""
    session = ready.client.start(*by_ssh(ready, *TUNE, "--within", within, terminal=True))
    session.stdin.write("y\n")
    session.stdin.flush()
    assert until(lambda: "br0" in ready.host.run("cat", "/run/serai-bridge/plan", check=False)), (
        session.stdout.read()
    )
    ready.host.run("pkill", "-KILL", "-f", "serai host tune")
    session.wait(20)
    session.stdout.close()
    session.stdin.close()


def test_the_timer_outlives_serai_and_its_session(ready):
    before = ready.links()
    begun(ready, "5")

    assert "br0" in ready.links()
    assert until(lambda: ready.links() == before)
    assert "nobody confirmed it within 5 s" in ready.client.run(*by_ssh(ready, "host", "tune"))
    refused = ready.host.serai("host", "confirm", check=False)
    assert "error: the bridge was put back" in refused


def test_a_new_login_confirms_what_another_one_began(ready):
    ready.host.write("/etc/network/interfaces", "auto eth0\niface eth0 inet static\n    address 10.9.0.2/24\n")
    begun(ready, "20")
    said = ready.client.run(*by_ssh(ready, "host", "confirm"))

    assert "br0 10.9.0.2/24" in said and "waits for reboot" in said
    assert "iface br0 inet static" in ready.host.read("/etc/network/interfaces")
    assert "no change of the network waits" in ready.host.serai("host", "confirm", check=False)


def test_enter_keeps_it(ready):
    session = ready.client.start(*by_ssh(ready, *TUNE, "--within", "20", terminal=True))
    session.stdin.write("y\n")
    session.stdin.flush()
    assert until(lambda: ready.host.run("ls", "/run/serai-bridge/plan", check=False).startswith("/run"))
    session.stdin.write("\n")
    session.stdin.flush()
    said, _ = session.communicate(timeout=20)

    assert "Enter keeps it" in said and "br0 10.9.0.2/24" in said
    assert session.returncode == 0
