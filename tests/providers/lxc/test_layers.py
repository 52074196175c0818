"""Layers of containers of LXC: what is packed, of whom, and real ones that start from there."""

from __future__ import annotations

import os
import tarfile

import msgspec
import pytest

from lxc_host import OCTETS
from person import Serai
from serai.images import layers as store
from serai.providers.contract import Image, Materials
from serai.providers.kept import Start
from serai.providers.lxc import layers, rootfs
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


def machine(**more) -> Machine:
    return msgspec.convert({"name": "web", "provider": "lxc", **more}, Machine)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"container": {"rootfs": "./root.tar"}}, "container.rootfs: "),
        ({"container": {"template": "busybox", "config": ["lxc.mount.entry = /a b none bind"]}}, "lxc.mount: "),
        ({"container": {"volumes": [{"source": "/srv", "target": "/srv"}]}}, "container.volumes: "),
        ({"providers": {"lxc": {"storage": "lvm"}}}, "providers.lxc.storage: lvm cannot be read"),
    ],
)
def test_what_has_no_layers_says_why(scope, monkeypatch, more, why):
    monkeypatch.setattr(rootfs, "_is_btrfs", lambda path: False)

    assert layers.base(scope, machine(**more), Materials())[1].startswith(why)


def test_image_and_template_decide(scope, monkeypatch):
    monkeypatch.setattr(rootfs, "_is_btrfs", lambda path: False)

    def key(image: str, **more) -> str:
        materials = Materials(image=Image(reference="a", digest=image))
        return layers.base(scope, machine(**more), materials)[0]

    assert key("1") == key("1", hostname="db")
    assert len({key("1"), key("2"), key("1", container={"template": "busybox"})}) == 3


def test_owners_are_as_they_are_inside(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only where files can be given away: as root")
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, owner in (("root", 100000), ("web", 101000), ("strange", 7)):
        (tree / name).write_text(name)
        os.chown(tree / name, owner, owner)

    layers.pack(tree, tmp_path / "root.tar", ["u 0 100000 65536", "g 0 100000 65536"])

    with tarfile.open(tmp_path / "root.tar") as tar:
        found = {each.name: (each.uid, each.gid) for each in tar.getmembers() if each.isfile()}
    assert found == {"./root": (0, 0), "./web": (1000, 1000), "./strange": (7, 7)}


def test_the_place_of_its_files_is_not_handed_on():
    text = "lxc.include = /a\nlxc.rootfs.path = dir:/b\nlxc.signal.halt = SIGUSR1\n"

    assert layers.without_root(text) == "lxc.include = /a\nlxc.signal.halt = SIGUSR1\n"


def test_a_layer_that_is_gone_makes_no_container(home):
    with pytest.raises(SeraiError, match="the layer k1-0 is gone"):
        layers.source(Start(id="k1-0", key="k1", blocks=()))


SHOP = """
project: {project}
defaults:
  provider: lxc
  halt_timeout: 1s
  container: {{template: busybox{idmap}}}
networks: {{back: {{subnet: {octets}.0/24}}}}
machines:
  {name}:
    networks: [{{private: back}}]
    provision:
      - {{name: one, shell: "echo one >>/etc/ran; f=/etc/machine; echo 0123456789 >$f-id"}}
      - {{name: two, shell: "echo two >>/etc/ran; chown 1:1 /etc/ran"}}
      - {{name: three, shell: "echo {three} >>/etc/ran"}}
"""


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.timeout(240)
@pytest.mark.parametrize("idmap", ["", ", idmap: [b 0 165536 65536]"], ids=["root", "nobody"])
def test_containers_from_layers_go_on_from_where_it_differs(boxes: Serai, idmap: str) -> None:
    told = {"project": "shop", "idmap": idmap, "octets": OCTETS}
    boxes.file(SHOP.format(name="web", three="three", **told))
    boxes("up")
    own = boxes("exec", "web", "--", "cat /etc/ran /etc/machine-id").stdout.split()
    assert own == ["one", "two", "three", "0123456789"]
    kept = store.all_of_them()
    assert [len(each.blocks) for each in kept] == [1, 2, 3]
    assert [row["provider"] for row in boxes.json("image", "layers")["layers"]] == ["lxc"] * 3
    with tarfile.open(store.place(kept[2].id) / "root.tar") as tar:
        ran = tar.getmember("./etc/ran")
        assert (ran.uid, ran.gid) == (1, 1)
        assert tar.getmember("./etc/machine-id").size == 0
    boxes("destroy", "-y")

    boxes.file(SHOP.format(name="db", three="drei", **told))
    assert boxes.json("plan", code=2)["machines"]["db"]["layer"]["blocks"] == ["one", "two"]
    said = boxes("up").stderr
    assert "db  from a layer with 2 of 3 blocks" in said
    assert "provisioning two" not in said
    *ran_now, fresh = boxes("exec", "db", "--", "cat /etc/ran /etc/machine-id; hostname").stdout.split()[:4]
    assert ran_now == ["one", "two", "drei"]
    assert len(fresh) == 32
    assert boxes("exec", "db", "--", "hostname").stdout == "db\n"
    assert boxes("exec", "db", "--", "stat -c %u /etc/ran").stdout == "1\n"
    assert boxes("up").stderr.rstrip().endswith("plan: nothing to do")

    boxes("destroy", "-y")
    assert len(boxes.json("image", "prune", "--all")["layers"]) == 4
    assert store.names() == []
