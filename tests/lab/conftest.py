"""The lab's image, made once and kept; hosts that are started from it, and stopped when the test is over."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lab import dom0 as xen
from lab import image as images
from lab.image import LabImage
from lab.machine import Host, answer
from lab.made import PROGRAMS, ready
from lab.shared import Shared, devices
from lab.tree import disk
from lab.tuned import look
from person import Serai
from serai.images.builders import ext4
from serai.images.resolve import ensure
from serai.util.units import GIB


@pytest.fixture(scope="session")
def lab_image(test_cache: Path, need: Callable[..., None]) -> LabImage:
    """Built where there is none of this content; minutes, once."""
    need(*PROGRAMS, root=True)
    return ready(test_cache)


@pytest.fixture(scope="session")
def lab_app(lab_image: LabImage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The disk with this checkout's serai."""
    disk = tmp_path_factory.mktemp("app") / "app.ext4"
    images.app_disk(lab_image, disk)
    return disk


@pytest.fixture(scope="session")
def lab_store(image_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A disk labelled `store`, as arguments: a SERAI_HOME whose image store holds `tiny:generic`."""
    home = image_cache.with_name(f"lab-{image_cache.name}")
    ensure("tiny:generic", root=home / "images", arch="amd64", progress=lambda _phrase: None)
    disk = tmp_path_factory.mktemp("store") / "store.ext4"
    ext4.make(disk, home, size=GIB, label="store", uuid=images.STORE_UUID)
    drive = f"if=none,id=store,file={disk},format=raw,cache=unsafe"
    return ("-drive", drive, "-device", "virtio-blk-pci,drive=store,addr=1b.0")


class Answer(NamedTuple):
    """What a script of `part`s said, by the name of the part."""

    parts: dict[str, str]

    def checks(self, part: str = "check") -> dict[str, dict[str, Any]]:
        """The results of a part that is `serai host check --json`, by their id."""
        return {each["id"]: each for each in json.loads(self.parts[part])["checks"]}


@pytest.fixture(scope="session")
def ask(lab_image: LabImage, lab_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Answer]:
    """`ask(devices, {"check": "serai host check --json"}, arguments="intel_iommu=off")`: one short boot."""

    def asked(devices: Sequence[str], script: dict[str, str], **more: Any) -> Answer:
        place = tmp_path_factory.mktemp("host")
        whole = "\n".join(f"echo '##### {name}'\n{lines}" for name, lines in script.items())
        try:
            said = answer(lab_image, place, lab_app, whole, devices=devices, **more)
        finally:
            (place / "root.qcow2").unlink(missing_ok=True)
        parts = [part.partition("\n") for part in said.split("##### ")[1:]]
        return Answer({name: text for name, _, text in parts})

    return asked


@pytest.fixture
def host(lab_image: LabImage, lab_app: Path, tmp_path: Path) -> Iterator[Callable[..., Host]]:
    """`host(devices, memory=2048)`: a Debian host that was waited for; stopped after the test."""
    started: list[Host] = []

    def start(devices: Sequence[str], **more: Any) -> Host:
        one = Host(lab_image, tmp_path / f"host{len(started)}", lab_app, devices=devices, **more)
        started.append(one)
        one.wait()
        return one

    yield start
    for one in started:
        one.stop()
        (one.place / "root.qcow2").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def begun() -> Iterator[list[Shared]]:
    """The host that `shared` gives, once it was asked for."""
    kept: list[Shared] = []
    yield kept
    for one in kept:
        one.host.stop()


@pytest.fixture(scope="module")
def shared(
    request: pytest.FixtureRequest,
    begun: list[Shared],
    lab_image: LabImage,
    lab_app: Path,
    lab_store: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Shared:
    """One host for all files that leave it as it was: a start takes most of a minute. Another after a failure."""
    if begun and begun[-1].failed == request.session.testsfailed:
        return begun[-1]
    for one in begun:
        one.host.stop()
    place = tmp_path_factory.mktemp("shared")
    host = Host(lab_image, place / "host", lab_app, devices=[*devices(place), *lab_store], memory=6144)
    try:
        host.wait()
        begun.append(Shared(host, disk(host), look(host), request.session.testsfailed))
    except BaseException:
        host.stop()
        raise
    return begun[-1]


@pytest.fixture(scope="module")
def failed_before(request: pytest.FixtureRequest) -> int:
    return request.session.testsfailed


@pytest.fixture
def in_order(request: pytest.FixtureRequest, failed_before: int) -> None:
    """For a file whose tests are steps of one host: none is tried where another ended in the middle."""
    assert request.session.testsfailed == failed_before, "a step before this one failed"


@pytest.fixture(scope="module")
def dom0(test_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[xen.Host]:
    """A host of Xen's, gone on with from its kept memory; made where there is none."""
    missing = [program for program in xen.PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs {', '.join(missing) or 'root'}")
    host = xen.started(xen.ready(test_cache), tmp_path_factory.mktemp("dom0") / "host")
    yield host
    host.stop()


@pytest.fixture(scope="module")
def outside(dom0: xen.Host, image_cache: Path) -> Iterator[Serai]:
    """The command line elsewhere; by ssh's configuration, dom0 is the host."""
    place = Path(tempfile.mkdtemp(prefix="serai-x", dir="/tmp"))
    (place / "config").write_text(dom0.ssh_config("dom0"))
    (place / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {place}/config "$@"\n')
    (place / "ssh").chmod(0o755)
    (place / "home").mkdir()
    (place / "home/images").symlink_to(image_cache, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(place), prepend=":")
        patch.setenv("XDG_RUNTIME_DIR", str(place))
        patch.setenv("SERAI_HOME", str(place / "home"))
        yield Serai(place / "shop")
    shutil.rmtree(place, ignore_errors=True)
