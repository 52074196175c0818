"""A dockerd and a podman service as fixtures, each with a small image in it (real_engines.py)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from real_engines import CONTAINERS_CONF, IMAGE, Dockerd, Engine, PodmanService, rootfs, with_image

__all__ = ["CONTAINERS_CONF", "IMAGE", "Dockerd", "Engine", "PodmanService", "rootfs", "with_image"]


@pytest.fixture(scope="session")
def dockerd_of_session(need: Callable[..., None]) -> Iterator[Dockerd]:
    need("dockerd", "containerd", "ip", "busybox", root=True)
    daemon = Dockerd(Path(tempfile.mkdtemp(prefix="serai-dockerd-", dir="/tmp")))
    (daemon.directory / "daemon.json").write_text("{}")
    try:
        daemon.start()
        with_image(daemon)
        yield daemon
    finally:
        daemon.remove()


@pytest.fixture
def dockerd(dockerd_of_session: Dockerd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Dockerd]:
    """A dockerd of the tests' own as the engine that is meant; with `small:1`, and nothing else at the start."""
    monkeypatch.setenv("DOCKER_HOST", dockerd_of_session.host)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker-config"))
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    yield dockerd_of_session
    if dockerd_of_session.process is None:
        dockerd_of_session.start()
    dockerd_of_session.clear()


@pytest.fixture(scope="session")
def podman_of_session(need: Callable[..., None]) -> Iterator[PodmanService]:
    need("podman", "runc", "busybox", root=True)
    service = PodmanService(Path(tempfile.mkdtemp(prefix="serai-podman-", dir="/tmp")))
    try:
        service.start()
        with_image(service)
        yield service
    finally:
        service.remove()


@pytest.fixture
def podman(podman_of_session: PodmanService, monkeypatch: pytest.MonkeyPatch) -> Iterator[PodmanService]:
    """A podman service of the tests' own."""
    monkeypatch.setenv("CONTAINER_HOST", podman_of_session.host)
    yield podman_of_session
    podman_of_session.clear()
