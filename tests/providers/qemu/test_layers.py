"""Real guests that start from layers: each is itself, and no crash costs a machine or breaks a layer."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from person import Serai
from serai.images import layers as store
from serai.providers.contract import Image, Materials, Scope
from serai.providers.qemu import layers
from serai.providers.qemu.record import load
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


@pytest.fixture(autouse=True)
def _with_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_LAYERS", "on")


IMAGE = Image(reference="tiny", digest="sha256:ab", disk=Path("/images/tiny"), seed="tiny")


def scope(tmp_path: Path, project: str = "1") -> Scope:
    return Scope(project="shop", project_id=project, root=tmp_path, home=tmp_path)


def test_where_no_seed_lets_in_layers_are_the_projects_own(tmp_path, need):
    need("qemu-system-x86_64")
    box = Materials(image=msgspec.structs.replace(IMAGE, seed="none"))
    machine = Machine(name="web", image="tiny")

    def base(materials: Materials, project: str = "1") -> tuple[str, str]:
        return layers.base(scope(tmp_path, project), machine, materials)

    assert base(Materials(image=IMAGE)) == base(Materials(image=IMAGE), "2")
    assert base(box) == base(box)
    assert base(box) != base(box, "2")
    assert layers.base(scope(tmp_path), machine, Materials())[0] == ""


def test_a_layer_that_is_gone_makes_no_machine(home, tmp_path):
    with pytest.raises(SeraiError, match="the layer k1-0 is gone"):
        layers.make_disks(tmp_path, "k1-0")


SHOP = """
project: {project}
defaults: {{image: tiny, memory: 192M, ready: {{within: 5m}}}}
machines:
  {name}:
    disks: {{data: {{size: 64M}}}}
    provision:
      - {{name: one, shell: "echo one >>/etc/ran"}}
      - {{name: two, shell: "echo two >>/etc/ran; echo mark-of-two >/dev/vdb"}}
      - {{name: three, shell: "echo {three} >>/etc/ran"}}
"""
WHO = """
hostname; cat /var/lib/tiny/instance-id; md5sum </etc/dropbear/dropbear_ed25519_host_key | cut -d ' ' -f 1
tail -n 1 /root/.ssh/authorized_keys | cut -d ' ' -f 2; cat /sys/class/net/eth0/address
"""
WORK = "tr '\\n' ' ' </etc/ran; head -c 11 /dev/vdb"


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any) -> Iterator[Any]:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    serai.file(SHOP.format(project="shop", name="web", three="three"))
    yield serai
    serai("destroy", "-y", "--force", code=None)


def told(shop: Any, name: str, command: str) -> str:
    return str(shop("exec", name, "--", command).stdout)


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_guests_from_layers_are_themselves_and_go_on_from_where_it_differs(shop, home, tmp_path):
    shop("up")
    first, work = told(shop, "web", WHO).split(), told(shop, "web", WORK)
    assert work == "one two three mark-of-two"
    kept = store.all_of_them()
    assert [len(each.blocks) for each in kept] == [1, 2, 3]
    assert [each.parent for each in kept] == ["", kept[0].id, kept[1].id]

    # What the guest proves itself with is not in what others start from, be it removed.
    secret = base64.b64decode(told(shop, "web", "base64 /etc/dropbear/dropbear_ed25519_host_key"))
    for each in kept:
        data = b"".join(disk.read_bytes() for disk in store.disks_of(each.id))
        assert secret[-64:] not in data

    inn = Serai(tmp_path / "inn")
    inn.file(SHOP.format(project="inn", name="db", three="drei"))
    try:
        assert inn.json("plan", code=2)["machines"]["db"]["layer"]["blocks"] == ["one", "two"]
        said = inn("up").stderr
        assert "db  provisioning three" in said
        assert "provisioning two" not in said
        second = told(inn, "db", WHO).split()
        assert second[0] == "db"
        assert not set(first) & set(second)
        assert first[3] not in told(inn, "db", "cat /root/.ssh/authorized_keys")
        assert told(inn, "db", WORK) == "one two drei mark-of-two"
        assert told(shop, "web", WHO).split() == first

        # What machines stand on stays, and one that stands on a layer goes on when it is started again.
        shop("destroy", "-y")
        store.prune(everything=True)
        assert [len(each.blocks) for each in store.all_of_them()] == [1, 2]
        inn("reload", "--force")
        assert told(inn, "db", WHO).split() == second
    finally:
        inn("destroy", "-y", "--force", code=None)
    assert len(store.prune(everything=True)) == 2
    assert store.names() == []


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_serai_and_qemu_killed_while_a_layer_is_kept(shop, home):
    up = subprocess.Popen(
        [*shop.command, "up"], cwd=shop.root, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert up.stderr is not None
    for line in up.stderr:
        if "keeping a layer" in line:
            break
    up.kill()
    up.wait()
    up.stderr.close()

    # The guest comes to itself, and the next run goes on.
    shop("up")
    assert told(shop, "web", WORK) == "one two three mark-of-two"
    assert all(not store.why_broken(each) for each in store.all_of_them())

    # The power goes while it knows nothing of itself: it becomes a new instance.
    (directory,) = home.glob("projects/*/machines/web")
    record = load(directory)
    assert record is not None and not record.nameless
    gone = "rm -f /etc/dropbear/*_host_key /root/.ssh/authorized_keys; sync"
    told(shop, "web", gone)
    from serai.providers.qemu.record import editing, process_id

    with editing(directory) as changed:
        changed.nameless = True
    os.kill(process_id(directory, record.uuid), signal.SIGKILL)
    shop("up")
    assert told(shop, "web", WORK) == "one two three mark-of-two"
    after = load(directory)
    assert after is not None and not after.nameless
    assert after.instance_id != record.instance_id


@contextmanager
def room_for_layers(size: str, shop: Any, need: Any) -> Iterator[None]:
    """As much as a file system of this size has; the machines go with it."""
    need("mount", root=True)
    store.root().mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", store.root()], check=True)
    try:
        yield
    finally:
        shop("destroy", "-y", "--force", code=None)
        subprocess.run(["umount", "-l", store.root()], check=True)


NOISE = "head -c 3000000 /dev/urandom >/root/noise; sync"
WRITES = "for n in $(seq 20); do dd if=/dev/zero of=/root/noise bs=64k count=40 conv=notrunc; sync; done"


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(900)
def test_a_guest_that_writes_while_there_is_no_room_goes_on(shop, home, need):
    """What is copied before the guest writes over it has no place: QEMU would have it stand still for ever."""
    file = shop.root / "serai.yaml"
    writes = f"{NOISE}; ({WRITES}) </dev/null >/dev/null 2>&1 &"
    file.write_text(file.read_text().replace("echo one >>/etc/ran", f"echo one >>/etc/ran; {writes}"))
    with room_for_layers("1m", shop, need):
        said = shop("up").stderr
        assert "note  web: no layer is kept after one: " in said
        assert "layers is full: " in said
        assert shop.states() == {"web": "ready"}


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.root
@pytest.mark.timeout(900)
def test_a_full_disk_leaves_a_machine_and_no_layer(shop, home, need):
    with room_for_layers("400k", shop, need):
        said = shop("up").stderr
        assert "note  web: no layer is kept after one: " in said
        assert told(shop, "web", WORK) == "one two three mark-of-two"
        assert store.names() == []
        assert list((store.root() / "tmp").iterdir()) == []
