"""How a machine starts: what is known of its kind decides, and serai keeps unasked only what there is room for."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Image, Materials, Scope
from serai.providers.kept import Start
from serai.providers.qemu import template, warm, warmth
from serai.providers.qemu.record import Hardware
from serai.providers.qemu.template import Template
from serai.spec.machine import Machine
from serai.util.files import private_dir
from serai.util.units import GIB, MIB

IMAGE = Image(reference="tiny", digest="sha256:ab", seed="tiny", built=True)
MATERIALS = Materials(image=IMAGE, public_keys=("ssh-ed25519 A a",))
Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_WARM", "on")


@pytest.fixture
def scope(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scope:
    """On a host that is always the same, with a disk of 100 GiB that is half full."""
    monkeypatch.setattr(warm, "_host", lambda machine, image: "h1")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * GIB, 50 * GIB, 50 * GIB))
    return Scope(project="shop", project_id="p1", root=tmp_path, home=home / "projects" / "shop-p1")


def machine(**more: Any) -> Machine:
    return msgspec.convert({"name": "web", "image": "tiny", "memory": {"size": 192 * MIB}, **more}, Machine)


def choose(scope: Scope, wanted: Machine, materials: Materials = MATERIALS) -> warmth.Choice:
    return warmth.choose(scope, wanted, materials.image, materials)


def keep(kind: str, *, size: int = 1, asked: bool = False) -> Template:
    """A template of a kind, which takes so many bytes."""
    key = f"{kind}-0"
    private_dir(template.place(key))
    ram = template.place(key) / template.RAM
    ram.write_bytes(b"x" * size)
    made = Template(
        key=key,
        host="h1",
        image="tiny",
        project_id="p1",
        image_digest="sha256:ab",
        hardware=Hardware(machine=Machine(name="web")),
        at=1000.0,
        asked=asked,
        hostname="web",
        instance_id="i1",
        cards=(),
        hosts="",
        seals={template.RAM: template.seal(ram)},
    )
    template.write(made)
    return made


def test_the_first_of_a_kind_boots_the_second_leaves_the_template_the_third_starts_from_it(scope):
    first = choose(scope, machine())
    assert (first.why, first.leaves, first.known) == ("the first of its kind", False, None)

    warmth.note(scope, machine(), IMAGE, MATERIALS)
    second = choose(scope, machine(name="db"))
    assert second.leaves
    assert second.known is None

    keep(second.kind)
    third = choose(scope, machine(name="mail"))
    assert third.known is not None
    assert third.why.startswith("from a template kept 1970-01-01 ")
    assert not third.leaves


def test_that_there_was_one_is_known_when_the_projects_key_is_another(scope):
    warmth.note(scope, machine(), IMAGE, MATERIALS)
    fresh = msgspec.structs.replace(MATERIALS, public_keys=("ssh-ed25519 B b",))

    assert choose(scope, machine(), fresh).leaves
    assert choose(scope, machine(memory={"size": 256 * MIB}), fresh).why == "the first of its kind"


def test_who_asks_for_it_has_it_from_the_first_on(scope):
    assert choose(scope, machine(warm=True)).leaves
    assert choose(scope, machine(warm=True)).kind == choose(scope, machine()).kind


@pytest.mark.parametrize(
    ("more", "image", "why"),
    [
        ({"warm": False}, IMAGE, "warm is false"),
        ({}, None, "image: there is nothing"),
        ({}, msgspec.structs.replace(IMAGE, built=False), "image: tiny is none that serai built"),
        ({"devices": {"tpm": {}}}, IMAGE, "devices.tpm: every machine has a TPM of its own"),
        ({}, msgspec.structs.replace(IMAGE, seed="none"), "image: tiny reads no seed"),
    ],
)
def test_what_starts_cold_says_why(scope, more, image, why):
    found = choose(scope, machine(**more), Materials(image=image))

    assert found.why.startswith(why)
    assert (found.kind, found.leaves) == ("", False)


def test_switched_off_only_who_asks_has_it(scope, monkeypatch):
    monkeypatch.setenv("SERAI_WARM", "off")

    assert choose(scope, machine()).why == "SERAI_WARM is off"
    assert choose(scope, machine(warm=True)).leaves


def test_a_template_that_was_altered_is_none(scope):
    known = keep(choose(scope, machine()).kind)
    ram = template.place(known.key) / template.RAM
    ram.chmod(0o600)
    ram.write_bytes(b"yy")

    assert choose(scope, machine()).known is None


def test_a_plan_looks_for_the_template_of_the_layer(scope):
    layer = Start(id="k1-0", key="k1", blocks=("one",))
    kind = choose(scope, machine(), Materials(image=msgspec.structs.replace(IMAGE, layer="k1-0"))).kind
    keep(kind)

    assert not warmth.expected(scope, machine(), Materials(image=IMAGE)).warm
    assert warmth.expected(scope, machine(), Materials(image=IMAGE, layer=layer)).warm


def test_unasked_only_a_tenth_of_the_disk_is_taken_and_a_tenth_stays_free(scope, monkeypatch):
    warmth.note(scope, machine(memory={"size": 11 * GIB}), IMAGE, MATERIALS)
    large = machine(memory={"size": 11 * GIB})
    assert choose(scope, large).why == "its memory would take more than a tenth of the disk (100 GiB)"

    warmth.note(scope, machine(), IMAGE, MATERIALS)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * GIB, 90 * GIB, 10 * GIB))
    assert choose(scope, machine()).why == "the disk has only 10.0 GiB free"
    assert choose(scope, machine(warm=True)).leaves


def test_the_longest_unused_go_for_a_new_one_but_none_that_was_asked_for(scope, monkeypatch):
    import os

    for number, kind in enumerate(("aa", "bb", "cc", "dd")):
        made = keep(kind, size=MIB, asked=kind == "aa")
        os.utime(template.place(made.key) / template.FILE, (number, number))
    template.touch("bb-0")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(35 * MIB, 0, 35 * MIB))

    warmth.make_room(machine(memory={"size": MIB}))

    assert template.keys() == ["aa-0", "bb-0", "dd-0"]


SHOP = """
project: shop
machines: {web: {image: tiny, memory: 192M, ready: {within: 5m}}}
"""


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_machine_that_is_made_again_and_again_stops_booting(home_with_images, serai, need):
    need("qemu-system-x86_64", "qemu-img", "ssh")
    serai.file(SHOP)
    try:
        said = []
        for _ in range(3):
            said.append(serai("up").stderr)
            who = serai("exec", "web", "--", "hostname; cat /var/lib/tiny/instance-id").stdout.split()
            assert who[0] == "web"
            serai("destroy", "-y")
        assert "web  cold  " in said[0]
        assert "web  cold  it leaves the template" in said[1]
        assert "keeping its memory" in said[1]
        assert "web  warm  from a template" in said[2]
        assert "waking it from a template" in said[2]
        assert serai.json("plan", code=2)["machines"]["web"]["warm"]["warm"] is True
    finally:
        serai("destroy", "-y", "--force", code=None)
    assert [path.name for path in home_with_images.glob("projects/*/*")] == ["ssh"]
    (home_with_images / "images").unlink()  # the store that all tests share keeps what other tests run from
    assert len(serai.json("image", "prune", "--older", "0s")["layers"]) == 1
    assert list(home_with_images.glob("projects/*")) == []
