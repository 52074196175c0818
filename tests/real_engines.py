"""Real container engines: a dockerd, and a podman service, of the tests' own, with a small image in them.

Each has its own socket, data, and bridge, and leaves the packet filter alone, which is that of the host's dockerd:
ports are published by docker's proxy.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

START_BUDGET = 60.0
IMAGE = "small:1"
"""busybox and nothing else; its command is a shell."""
APPLETS = (
    "sh ash cat cp date echo env grep head hostname httpd id ifconfig ip kill ls mkdir mktemp mount nc nslookup"
)
APPLETS += (
    " ping printf ps pwd rm sed seq sleep sort stat stty sync tail tar test touch tr true false uname wc wget"
)
CONTAINERS_CONF = """\
[containers]
default_ulimits = []
[engine]
runtime = "runc"
events_logger = "file"
cgroup_manager = "cgroupfs"
"""
"""For a host without CAP_SYS_RESOURCE, systemd and crun."""


def rootfs() -> bytes:
    """A root filesystem as a tar: busybox under the names that tests use."""
    busybox = shutil.which("busybox")
    assert busybox is not None
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        for name in ("bin", "etc", "tmp", "root", "srv", "var", "var/www"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(entry)
        tar.add(Path(busybox).resolve(), "bin/busybox")
        for applet in APPLETS.split():
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(entry)
        for name, text in (
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000:web:/:/bin/sh\n"),
            ("etc/group", "root:x:0:\nweb:x:1000:\n"),
            ("var/www/index.html", "hello\n"),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return into.getvalue()


class Engine:
    """An engine that a test may stop and start again."""

    kind = "docker"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = directory / f"{self.kind}.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"unix://{self.socket}"

    def command(self) -> list[str]:
        raise NotImplementedError

    def environ(self) -> dict[str, str]:
        return dict(os.environ)

    def start(self) -> None:
        """Start it, and return when it answers."""
        log = (self.directory / "log").open("ab")
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environ(), cwd="/",
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + START_BUDGET
        while not self.answers():
            assert self.process.poll() is None, f"it ended: {self.said()}"
            assert time.monotonic() < deadline, f"it does not answer: {self.said()}"
            time.sleep(0.1)

    def said(self) -> str:
        return (self.directory / "log").read_text(errors="replace")[-2000:]

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(self.socket))
                connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def stop(self) -> None:
        """As a service is stopped: what runs in it goes on or ends as the engine does it."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        self.process = None

    def client(self) -> Any:
        import docker

        return docker.APIClient(self.host, version="auto")

    def leftovers(self) -> dict[str, list[str]]:
        """Containers, networks and volumes that are there, the engine's own networks not counted."""
        client = self.client()
        return {
            "containers": [each["Names"][0] for each in client.containers(all=True)],
            "networks": [each["Name"] for each in client.networks() if each["Name"] not in OWN_NETWORKS],
            "volumes": [each["Name"] for each in client.volumes().get("Volumes") or []],
        }

    def clear(self) -> None:
        """Remove all that a test has left, so that the next one begins with nothing."""
        client = self.client()
        for each in client.containers(all=True):
            client.remove_container(each["Id"], v=True, force=True)
        for each in client.networks():
            if each["Name"] not in OWN_NETWORKS:
                client.remove_network(each["Id"])
        for each in client.volumes().get("Volumes") or []:
            client.remove_volume(each["Name"], force=True)
        for each in client.images(filters={"label": "serai.id"}):
            client.remove_image(each["Id"], force=True)


OWN_NETWORKS = ("bridge", "host", "none", "podman")


class FarDockerd(Engine):
    """A dockerd that listens on TCP beside its socket, for who shows a certificate; without a bridge."""

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(directory)
        self.port = port

    @property
    def far(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        at = self.directory
        (at / "daemon.json").write_text("{}")
        files = ("--tlscacert", f"{at}/ca.pem", "--tlscert", f"{at}/server.pem", "--tlskey", f"{at}/server.key")
        return [
            *("dockerd", "--host", self.host, "--host", self.far, "--tlsverify", *files),
            *("--data-root", f"{at}/data", "--exec-root", f"{at}/exec", "--pidfile", f"{at}/pid"),
            *("--bridge", "none", "--iptables=false", "--ip6tables=false", "--config-file", f"{at}/daemon.json"),
        ]

    def remove(self) -> None:
        self.stop()
        clean(self.directory)


class Dockerd(Engine):
    """Debian's dockerd, which starts a containerd of its own."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.bridge = f"st{os.getpid() % 10**6}"
        number = os.getpid() % 250 + 1
        run("ip", "link", "add", self.bridge, "type", "bridge")
        run("ip", "addr", "add", f"10.213.{number}.1/24", "dev", self.bridge)
        run("ip", "link", "set", self.bridge, "up")

    def command(self) -> list[str]:
        at = self.directory
        return [
            *("dockerd", "--host", self.host, "--data-root", f"{at}/data", "--exec-root", f"{at}/exec"),
            *("--pidfile", f"{at}/pid", "--bridge", self.bridge, "--iptables=false", "--ip6tables=false"),
            *("--ip-masq=false", "--config-file", f"{at}/daemon.json"),
        ]

    def remove(self) -> None:
        self.stop()
        subprocess.run(["ip", "link", "del", self.bridge], check=False)
        clean(self.directory)


class PodmanService(Engine):
    """podman's docker-compatible socket."""

    kind = "podman"

    def environ(self) -> dict[str, str]:
        conf = self.directory / "containers.conf"
        conf.write_text(CONTAINERS_CONF)
        return os.environ | {"CONTAINERS_CONF": str(conf)}

    def command(self) -> list[str]:
        at = self.directory
        stores = ("--root", f"{at}/data", "--runroot", f"{at}/run", "--network-config-dir", f"{at}/networks")
        return ["podman", *stores, "system", "service", "--time", "0", self.host]

    def remove(self) -> None:
        self.stop()
        clean(self.directory)


class RootlessPodman(PodmanService):
    """podman's socket of a user without rights: nobody, whose containers know one id, their root."""

    USER = 65534

    def environ(self) -> dict[str, str]:
        own = {"HOME": str(self.directory), "XDG_RUNTIME_DIR": str(self.directory / "user")}
        (self.directory / "user").mkdir(mode=0o700, exist_ok=True)
        conf = self.directory / "storage.conf"
        conf.write_text('[storage]\ndriver = "vfs"\n')
        found = super().environ() | own | {"CONTAINERS_STORAGE_CONF": str(conf)}
        for path in (self.directory, *self.directory.iterdir()):
            os.chown(path, self.USER, self.USER)
        return found

    def command(self) -> list[str]:
        who = ("setpriv", f"--reuid={self.USER}", f"--regid={self.USER}", "--clear-groups", "env", "-C")
        return [*who, str(self.directory), "podman", "system", "service", "--time", "0", self.host]

    def remove(self) -> None:
        """With the processes that keep its namespaces: they outlive the service."""
        self.stop()
        for pid in self.own_processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        clean(self.directory)

    def own_processes(self) -> list[int]:
        mark = f"XDG_RUNTIME_DIR={self.directory}/".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in path.read_bytes():
                    found.append(int(path.parent.name))
        return found


def run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def clean(directory: Path) -> None:
    """Unmount what is left below a directory, and remove it."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for path in sorted((path for path in mounts if path.startswith(f"{directory}/")), reverse=True):
        subprocess.run(["umount", "-l", path], check=False)
    shutil.rmtree(directory, ignore_errors=True)


def with_image(engine: Engine) -> Engine:
    client = engine.client()
    client.import_image_from_data(rootfs(), repository="small", tag="latest", changes=['CMD ["/bin/sh"]'])
    client.tag("small:latest", "small", "1")  # podman 4.3 imports without the tag
    client.remove_image("small:latest")
    return engine
