"""The same driver over podman's docker-compatible socket."""

from __future__ import annotations

import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dockerd import PodmanService
from person import Serai
from real_engines import RootlessPodman, with_image
from real_sshd import free_port
from serai.providers.docker.capabilities import capabilities
from serai.providers.docker.connect import LIBPOD
from serai.run.wait import poll
from serai.util.process import run

pytestmark = [pytest.mark.engine, pytest.mark.root]
SHOP = """
project: shop
networks: {back: {subnet: 10.40.90.0/24, mtu: 1400}}
machines:
  web:
    provider: podman
    image: small:1
    networks: ["18490:80", {private: back}]
    container:
      cmd: httpd -f -h /var/www
      stop_timeout: 1
      env: {GREETING: hello}
      volumes: ["data:/data"]
    provision: [{shell: "echo once >>/data/done"}]
"""


def page() -> bytes:
    """What answers at the port that the file forwards."""
    found: bytes = urllib.request.urlopen("http://127.0.0.1:18490/", timeout=10).read()
    return found


def test_a_project_runs_on_podman_and_leaves_nothing(serai: Serai, podman: PodmanService) -> None:
    serai.file(SHOP)
    serai("up")

    assert serai.states() == {"web": "ready"}
    assert page() == b"hello\n"
    inside = serai("exec", "web", "--", "hostname; ip link; echo $GREETING; cat /data/done").stdout
    assert inside.startswith("web\n")
    assert "mtu 1400" in inside
    assert inside.endswith("hello\nonce\n")
    assert serai("exec", "web", "--", "exit 7", code=7).returncode == 7
    assert serai("plan").returncode == 0
    serai("halt")
    assert serai.states() == {"web": "stopped"}
    serai("destroy", "-y")
    assert podman.leftovers() == {"containers": [], "networks": [], "volumes": []}


def hello() -> bool | None:
    """Whether the page is what it was when the container was made; None: not yet."""
    with suppress(OSError):
        return page() == b"hello\n"
    return None


def test_a_port_leads_to_the_network_that_the_host_reaches(serai: Serai, podman: PodmanService) -> None:
    """CNI would choose between the machine's two networks at random, one start in eight the wrong one."""
    serai.file(SHOP)
    serai("up")
    for _ in range(3):
        serai("halt", "--force")
        serai("up")
        assert page() == b"hello\n"
        assert first_network_of_the_port() == "podman"
    assert "10.40.90." in serai("exec", "web", "--", "ip addr show eth1").stdout
    serai("snapshot", "save", "before")
    serai("exec", "web", "--", "echo bye >/var/www/index.html")
    address = serai("exec", "web", "--", "ip addr show eth1 | grep -o 'inet [0-9.]*'").stdout
    serai("snapshot", "restore", "before")
    assert poll(hello, budget=10.0)
    assert first_network_of_the_port() == "podman"
    assert serai("exec", "web", "--", "ip addr show eth1 | grep -o 'inet [0-9.]*'").stdout == address
    serai("destroy", "-y")
    assert podman.leftovers() == {"containers": [], "networks": [], "volumes": []}


def first_network_of_the_port() -> str:
    rules = run(["iptables", "-t", "nat", "-S", "CNI-HOSTPORT-DNAT"]).stdout
    return rules.partition('dnat name: \\"')[2].partition('\\"')[0]


def test_a_container_that_was_only_set_up_goes_too(serai: Serai, podman: PodmanService) -> None:
    serai.file(SHOP)
    serai("up")
    serai("halt")
    client = podman.client()
    container = client.containers(all=True)[0]["Id"]
    client._raise_for_status(client._post(f"{client.base_url}/{LIBPOD}/containers/{container}/init"))
    assert serai.states() == {"web": "stopped"}
    serai("up")
    assert page() == b"hello\n"
    serai("halt")
    client._raise_for_status(client._post(f"{client.base_url}/{LIBPOD}/containers/{container}/init"))
    serai("destroy", "-y")
    assert podman.leftovers() == {"containers": [], "networks": [], "volumes": []}


def test_what_ends_at_once_is_said_with_the_reason(serai: Serai, podman: PodmanService) -> None:
    serai.file("""
project: shop
machines:
  web:
    provider: podman
    image: small:1
    container: {cmd: [sh, -c, "echo no config >&2; exit 3"]}
""")
    said = serai("up", code=1).stderr

    assert "its command ended with exit code 3" in said
    assert "no config" in said


@pytest.fixture
def rootless(need: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[RootlessPodman]:
    need("podman", "runc", "busybox", root=True)
    user = ["setpriv", f"--reuid={RootlessPodman.USER}", "--clear-groups", "unshare", "--user", "true"]
    if not run(user, check=False).ok:
        pytest.skip("only where a user may make namespaces of his own")
    service = RootlessPodman(Path(tempfile.mkdtemp(prefix="serai-rootless-", dir="/tmp")))
    try:
        service.start()
        with_image(service)
        monkeypatch.setenv("CONTAINER_HOST", service.host)
        yield service
    finally:
        service.remove()


@pytest.mark.timeout(150)
def test_a_user_without_rights_has_containers_whose_root_is_himself(
    serai: Serai, rootless: RootlessPodman
) -> None:
    """Without a network."""
    serai.file("""
project: shop
machines:
  web:
    provider: podman
    image: small:1
    container: {cmd: sleep 1000, stop_timeout: 0, network_mode: none}
""")
    serai("up")

    assert serai.states() == {"web": "ready"}
    found = serai("exec", "web", "--", "id -u; cat /proc/self/uid_map").stdout.split()
    assert found == ["0", "0", str(rootless.USER), "1"]
    assert any("rootless" in note for note in capabilities(rootless.client().info()).notes)
    serai("destroy", "-y")
    assert rootless.leftovers()["containers"] == []


@pytest.fixture
def tun_for_all(need: Callable[..., None]) -> Iterator[None]:
    """As udev leaves it: slirp4netns makes the user's own card by it."""
    need("slirp4netns")
    device = Path("/dev/net/tun")
    before = device.stat().st_mode & 0o777
    device.chmod(0o666)
    yield
    device.chmod(before)


@pytest.mark.timeout(150)
def test_a_port_of_such_a_users_container_answers(
    serai: Serai, rootless: RootlessPodman, tun_for_all: None
) -> None:
    """Its network is the user's own, behind slirp4netns, and podman passes the port on."""
    port = free_port()
    serai.file(f"""
project: shop
machines:
  web:
    provider: podman
    image: small:1
    networks: ["{port}:80"]
    container: {{cmd: httpd -f -h /var/www, stop_timeout: 0}}
""")
    serai("up")

    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read() == b"hello\n"
    assert str(port) in serai("port", "web").stdout
    inside = serai("exec", "web", "--", "ip addr; ip route").stdout
    assert "default via" in inside
    serai("destroy", "-y")
    assert rootless.leftovers()["containers"] == []


COMPOSE = """
services:
  web:
    image: small:1
    command: httpd -f -p 80 -h /var/www
    networks: {back: {}}
    ports: ["127.0.0.1:PORT:80"]
    environment: {GREETING: hello}
    depends_on:
      once: {condition: service_completed_successfully}
      db: {condition: service_healthy}
    stop_grace_period: 0s
  once:
    image: small:1
    command: sh -c "echo done >/data/once"
    volumes: ["data:/data"]
  db:
    image: small:1
    command: sleep 1000
    networks: {back: {aliases: [database]}}
    volumes: ["data:/data", "./site:/srv:ro"]
    healthcheck: {test: "test -f /data/once", interval: 1s, timeout: 2s, retries: 20}
    stop_grace_period: 0s
networks:
  back:
    driver_opts: {com.docker.network.driver.mtu: "1400"}
    ipam: {config: [{subnet: 10.40.91.0/24}]}
volumes:
  data:
"""


@pytest.mark.timeout(150)
def test_a_compose_file_runs_on_podman(serai: Serai, podman: PodmanService) -> None:
    """Jobs, health, volumes, a network of its own size, ports; and nothing is left of it."""
    port = free_port()
    serai.root.mkdir(parents=True)
    (serai.root / "compose.yaml").write_text(COMPOSE.replace("PORT", str(port)))
    serai("up", "--provider", "podman")

    assert serai.states() == {"web": "ready", "once": "ready", "db": "ready"}
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read() == b"hello\n"
    inside = serai("exec", "web", "--", "ip link; echo $GREETING").stdout
    assert "mtu 1400" in inside and inside.endswith("hello\n")
    assert serai("exec", "db", "--", "cat /data/once; ls -d /srv").stdout == "done\n/srv\n"
    serai("destroy", "-y")
    assert podman.leftovers() == {"containers": [], "networks": [], "volumes": []}
