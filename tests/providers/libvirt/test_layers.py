"""Layers of libvirt's machines: what has none, and real guests that start from there."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from libvirt_shop import Shop
from serai.images import layers as store
from serai.providers.contract import Image, Materials, Scope
from serai.providers.kept import Start
from serai.providers.libvirt import layers, lifecycle
from serai.providers.libvirt.record import Record
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


IMAGE = Image(reference="tiny", digest="sha256:ab", disk=Path("/images/tiny"), seed="tiny")

PLAIN = Materials(image=IMAGE)


def base(tmp_path: Path, materials: Materials = PLAIN, **more: Any) -> tuple[str, str]:
    machine = msgspec.convert({"name": "web", "provider": "libvirt", "image": "tiny", **more}, Machine)
    scope = Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path)
    return layers.base(scope, machine, materials)


def uri(text: str) -> dict[str, Any]:
    return {"providers": {"libvirt": {"uri": text}}}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (uri("lxc:///"), "at lxc:/// none are kept"),
        (uri("test:///default"), "at test:///default none are kept"),
        (uri("qemu+ssh://far/system"), "its disks are on another host"),
        ({**uri("qemu:///session"), "disks": {"data": {"size": 1 << 30}}}, "disks.data: only the root disk"),
        ({**uri("qemu:///session"), "devices": {"tpm": {}}}, "devices.tpm: "),
    ],
)
def test_what_has_no_layers_says_why(tmp_path, more, why):
    assert base(tmp_path, **more)[1].startswith(why)


def test_where_no_seed_lets_in_layers_are_the_projects_own(tmp_path):
    box = Materials(image=msgspec.structs.replace(IMAGE, seed="none"))

    assert base(tmp_path, **uri("qemu:///session"))[0]
    assert base(tmp_path, **uri("qemu:///session")) != base(tmp_path, box, **uri("qemu:///session"))


def test_a_machine_goes_on_standing_on_its_layer():
    record = Record(name="web", project="shop", project_id="1", project_root="/", uri="qemu:///system")
    materials = Materials(image=IMAGE)
    assert lifecycle.on_its_layer(record, materials) is materials

    record.image = msgspec.structs.replace(IMAGE, digest="sha256:cd", layer="k1-0")
    found = lifecycle.on_its_layer(record, materials).image
    assert found is not None
    assert found.digest == "sha256:cd"


def test_a_layer_that_is_gone_makes_no_machine(home):
    with pytest.raises(SeraiError, match="the layer k1-0 is gone"):
        layers.image_of(IMAGE, Start(id="k1-0", key="k1", blocks=()))


MACHINE = """machines:
  {name}:
    provision:
      - {{name: one, shell: "echo one >>/etc/ran"}}
      - {{name: two, shell: "echo {two} >>/etc/ran"}}
"""
WHO = "hostname; cat /var/lib/tiny/instance-id; md5sum </etc/dropbear/dropbear_ed25519_host_key | cut -d ' ' -f 1"


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_guests_from_layers_are_themselves_and_go_on_from_where_it_differs(libvirt_shop: Shop) -> None:
    shop = libvirt_shop
    shop.file(MACHINE.format(name="web", two="two"))
    assert "no layer is kept" not in shop("up").stderr
    first = shop.inside("web", WHO).split()
    assert shop.inside("web", "cat /etc/ran").split() == ["one", "two"]
    assert [len(each.blocks) for each in store.all_of_them()] == [1, 2]
    secret = shop.inside("web", "tail -c 32 /etc/dropbear/dropbear_ed25519_host_key | od -An -tx1").split()
    raw = bytes(int(each, 16) for each in secret)
    for each in store.all_of_them():
        (disk,) = store.disks_of(each.id)
        plain = disk.with_suffix(".raw")
        subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk, plain], check=True)
        assert raw not in plain.read_bytes()
        plain.unlink()
    shop("destroy", "-y")

    shop.file(MACHINE.format(name="db", two="zwei"))
    said = shop("up").stderr
    assert "db  from a layer with 1 of 2 blocks" in said
    assert "provisioning one" not in said
    second = shop.inside("db", WHO).split()
    assert second[0] == "db"
    assert not set(first) & set(second)
    assert shop.inside("db", "cat /etc/ran").split() == ["one", "zwei"]
    shop("image", "prune", "--older", "0s", "--dry-run")
    shop("reload", "--force")
    assert shop.inside("db", WHO).split() == second
