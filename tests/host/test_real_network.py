"""docker's network on a real daemon: what is broken is found, explained and repaired, and put back."""

from __future__ import annotations

import json

import pytest

from dockerd import CONTAINERS_CONF
from narrow_way import FAR, PASSED, UPLOAD, NarrowWay
from private_docker import IMAGE, PrivateDocker, private_docker

pytestmark = [pytest.mark.root, pytest.mark.engine]
EXPLAINED = "what is larger is lost without a word: connections open, and hang"


@pytest.fixture
def host(tmp_path, need):
    need("dockerd", "docker", "iptables", "nft", "unshare", "busybox", root=True)
    made = private_docker(tmp_path)
    yield made
    made.end()


def checked(host: PrivateDocker, *ids: str) -> dict[str, str]:
    """Outcome and all words, by id."""
    said = host.serai("host", "check", *ids, "--json", check=False)
    return {each["id"]: f"{each['result']}: {each['value']} {each['why']} {each['next']}" for each in _rows(said)}


def _rows(said: str):
    return json.loads(said[said.index("{") :])["checks"]


def test_a_daemon_that_was_stopped_is_found_and_started(host):
    host.run("docker", "create", "--name", "kept", "tiny", "/bin/sleep", "60")
    host.stop_docker()

    found = checked(host, "net.docker-daemon")["net.docker-daemon"]
    assert found.startswith("fail: ") and "1 containers are down" in found
    assert "serai host tune docker-runs" in found
    host.serai("host", "tune", "docker-runs", "--yes")
    assert checked(host, "net.docker-daemon")["net.docker-daemon"].startswith("pass: ")
    assert "kept" in host.run("docker", "ps", "-a", "--format", "{{.Names}}")
    host.serai("host", "undo", "docker-runs", "--yes")
    assert checked(host, "net.docker-daemon")["net.docker-daemon"].startswith("fail: ")


def test_flushed_chains_and_a_deleted_docker0_come_again_with_the_daemon_as_it_was(host):
    words = host.daemons()
    host.run("docker", "network", "create", "shop")
    for name, breaks, said in (
        ("nat", ("iptables", "-t", "nat", "-F"), "no MASQUERADE of 172.17.0.0/16"),
        ("filter", ("iptables", "-F", "FORWARD"), "no jump from FORWARD to DOCKER-USER"),
        ("docker0", ("ip", "link", "delete", "docker0"), "no link docker0"),
    ):
        host.run(*breaks)
        found = checked(host, "net.docker-chains")["net.docker-chains"]
        assert found.startswith("fail: ") and said in found, name
        host.serai("host", "tune", "docker-chains", "--yes")
        assert checked(host, "net.docker-chains")["net.docker-chains"].startswith("pass: "), name
        assert host.daemons() == words == [["dockerd"]], "started again as it was"
    bridge = host.run("sh", "-c", "ls /sys/class/net | grep br-").strip()
    host.run("ip", "link", "delete", bridge)
    assert f"no link {bridge} of the network shop" in checked(host, "net.docker-chains")["net.docker-chains"]
    host.serai("host", "tune", "docker-chains", "--yes")
    assert "172." in host.container("ip -4 addr show eth0", "--network", "shop")


def test_a_restart_that_would_stop_a_container_is_refused(host):
    host.run("docker", "run", "-d", "--name", "web", "tiny", "/bin/sleep", "600")
    host.run("iptables", "-t", "nat", "-F")

    said = host.serai("host", "tune", "docker-chains", "--yes", check=False)
    assert "it stops web: live-restore is off" in said
    assert host.run("docker", "ps", "--format", "{{.Names}}").strip() == "web"


def test_rules_that_docker_made_in_old_iptables_are_told_and_made_anew_in_todays(tmp_path, need):
    need("dockerd", "docker", "iptables-legacy", "iptables-nft", "nft", "unshare", "busybox", root=True)
    host = PrivateDocker(tmp_path)
    try:
        choose(host, "iptables-legacy")
        host.start_docker()
        choose(host, "iptables-nft")
        host.run("nft", "add", "table", "inet", "mine")

        found = checked(host, "net.docker-chains", "net.legacy-rules")
        assert "docker made them in iptables-legacy" in found["net.docker-chains"]
        assert (
            "of docker both filters judge each packet; `iptables` shows nftables' alone"
            in found["net.legacy-rules"]
        )
        host.serai("host", "tune", "docker-chains", "--yes")
        assert checked(host, "net.docker-chains")["net.docker-chains"].startswith("pass: ")
    finally:
        host.end()


def choose(host: PrivateDocker, program: str) -> None:
    """The link that Debian's alternatives keep; this host has its own /etc."""
    host.run("ln", "-sfn", f"/usr/sbin/{program}", "/etc/alternatives/iptables")
    host.run("ln", "-sfn", f"/usr/sbin/{program}-save", "/etc/alternatives/iptables-save")


def test_through_a_narrow_way_a_transfer_hangs_until_the_size_is_measured_and_set(host):
    NarrowWay(host)
    found = checked(host, "net.path-mtu", "--to", FAR)["net.path-mtu"]
    assert found.startswith("fail: 1400 of 1500 bytes") and EXPLAINED in found
    assert checked(host, "net.path-mtu")["net.path-mtu"].startswith("pass: 1500 bytes"), (
        "the gateway itself is near"
    )
    assert PASSED not in host.container(UPLOAD, check=False), "without the tuning it hangs"

    host.serai("host", "tune", f"docker-mtu=path:{FAR}", "--yes")
    assert "mtu 1400" in host.container("ip link show eth0")
    assert PASSED in host.container(UPLOAD)
    assert checked(host, "net.path-mtu", "--to", FAR)["net.path-mtu"].startswith("pass: 1400 of 1500 bytes")
    host.serai("host", "undo", "docker-mtu", "--yes")
    assert "mtu 1500" in host.container("ip link show eth0")
    assert PASSED not in host.container(UPLOAD, check=False)


def test_the_clamp_alone_lets_tcp_through(host):
    NarrowWay(host)
    assert PASSED not in host.container(UPLOAD, check=False), "without the clamp it hangs"

    host.serai("host", "tune", f"mss-clamp=path:{FAR}", "--yes")
    assert PASSED in host.container(UPLOAD)
    assert "segments are made to fit" in checked(host, "net.path-mtu", "--to", FAR)["net.path-mtu"]
    host.serai("host", "undo", "mss-clamp", "--yes")
    assert PASSED not in host.container(UPLOAD, check=False)


def test_a_router_that_tells_is_told_from_one_that_is_silent(host):
    NarrowWay(host, tells=True)

    assert checked(host, "net.path-mtu", "--to", FAR)["net.path-mtu"].startswith(
        "note: 1400 of 1500 bytes a router"
    )
    assert PASSED in host.container(UPLOAD)


def test_podmans_containers_have_the_size_of_the_way_out_and_then_their_own_again(tmp_path, need):
    need("podman", "runc", "unshare", "busybox", "ip", root=True)
    host = PrivateDocker(tmp_path)
    try:
        for line in (
            "link add eth0 mtu 1400 type veth peer name far",
            "addr add 10.9.0.2/24 dev eth0",
            "link set eth0 up",
            "link set far up",
            "route add default via 10.9.0.1",
        ):
            host.run("ip", *line.split())
        host.write("/etc/containers/containers.conf", CONTAINERS_CONF)
        host.run("sh", "-c", "mkdir -p /var/lib/containers && mount -t tmpfs tmpfs /var/lib/containers")
        host.run("podman", "import", host.archive(), IMAGE)
        size = ("podman", "run", "--rm", IMAGE, "/bin/busybox", "ip", "link", "show", "eth0")

        assert "mtu 1500" in host.run(*size)
        assert "serai host tune podman-mtu=1400" in checked(host, "net.mtu")["net.mtu"]
        host.serai("host", "tune", "podman-mtu", "--yes")
        assert "mtu 1400" in host.run(*size)
        assert checked(host, "net.mtu")["net.mtu"].startswith("pass: ")
        host.serai("host", "undo", "podman-mtu", "--yes")
        assert "mtu 1500" in host.run(*size)
    finally:
        host.end()
