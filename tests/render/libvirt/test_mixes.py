"""Parts of the cases, mixed at random: what the loader and `check` take, libvirt takes as well."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID as Uuid
from uuid import uuid4

import pytest
import yaml

from libvirt_site import CASES, UUID, case_names, loaded, site_of
from serai.providers.libvirt.check import check
from serai.providers.libvirt.render.domain import domain
from serai.providers.libvirt.site import Able
from serai.spec.machine import Machine
from serai.util.errors import SeraiErrors

DEBIAN_12 = Able(libvirt=9_000_000, qemu=7_002_000)
"""The oldest that tests run on: what it takes, later ones take."""
SEED, TRIES, ENOUGH = 20261123, 600, 60


@cache
def parts() -> dict[str, list[Any]]:
    """Key of a machine -> what the cases state for it."""
    found: dict[str, list[Any]] = {}
    for name in case_names():
        for key, value in yaml.safe_load((CASES / name / "machine.yaml").read_text()).items():
            found.setdefault(key, []).append(value)
    return found


@cache
def mixes() -> tuple[str, ...]:
    """Rendered domains of machines that nobody refuses; always the same ones."""
    dice = random.Random(SEED)
    texts = []
    for _ in range(TRIES):
        mix = {key: dice.choice(values) for key, values in parts().items() if dice.random() < 0.3}
        try:
            machine = loaded(yaml.safe_dump({**mix, "image": "debian:12", "arch": "amd64"}))
        except SeraiErrors:
            continue
        if not refused(machine):
            uuid = str(Uuid(int=dice.getrandbits(128), version=4))
            text = domain(machine, site_of(machine)).replace(UUID, uuid)
            texts.append(text.replace("<name>shop_web</name>", f"<name>serai-test-{uuid}</name>"))
    return tuple(texts)


def refused(machine: Machine) -> bool:
    raw = machine.providers.libvirt
    kind, privileged = "kvm" if raw.accel == "kvm" else "qemu", raw.uri != "qemu:///session"
    return bool(check(machine, DEBIAN_12, kind=kind, arch="x86_64", privileged=privileged))


def written(place: Path, texts: tuple[str, ...]) -> list[str]:
    files = [place / f"{number}.xml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return [str(file) for file in files]


def test_enough_mixes_are_looked_at() -> None:
    assert len(mixes()) >= ENOUGH


def test_the_schema_knows_every_mix(need: Callable[..., None], tmp_path: Path) -> None:
    need("xmllint", "virsh")
    schema = "/usr/share/libvirt/schemas/domain.rng"
    command = ["xmllint", "--noout", "--relaxng", schema, *written(tmp_path, mixes())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.engine
@pytest.mark.root
def test_a_real_libvirtd_defines_every_mix(libvirtd: str, tmp_path: Path) -> None:
    """Each in turn, by one virsh that reads its commands."""
    texts = mixes() if Path("/dev/kvm").exists() else tuple(each for each in mixes() if 'type="kvm"' not in each)
    talk = []
    for file, text in zip(written(tmp_path, texts), texts, strict=True):
        own = str(uuid4())  # several runs may be at work on the same daemon
        was = text.partition("<uuid>")[2].partition("</uuid>")[0]
        Path(file).write_text(text.replace(was, own))
        talk += [f"define --validate {file}", f"undefine --nvram {own}"]
    command = ["virsh", "-c", libvirtd]
    done = subprocess.run(command, input="\n".join(talk), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count(" defined from ") == len(texts)
