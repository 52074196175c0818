"""Materials: addresses that stay, keys that may log in, images that are looked for once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Materials
from serai.run import materials, verbs
from serai.run.events import silent
from serai.run.materials import Stock
from serai.run.workspace import Workspace
from serai.spec.guest import Ssh
from serai.spec.machine import Machine, Project
from serai.spec.network import Nic, PrivateNic
from serai.util.errors import SeraiError
from serai.util.files import private_dir
from serai.util.process import run

Pretend = Callable[..., Workspace]


def quiet(_text: str) -> None:
    return None


def test_addresses_and_names_of_peers_are_the_same_in_the_next_run(pretend: Pretend) -> None:
    machines = [Machine(name=name, networks=[Nic(private=PrivateNic())]) for name in ("web", "db")]
    first = pretend(*machines)
    private_dir(first.scope.home)
    materials = Stock(first).of(first.project.machines["db"], quiet)
    assert materials.addresses == {"private": "10.40.0.11/24"}
    assert materials.hosts == {"web": "10.40.0.10", "db": "10.40.0.11"}
    second = pretend(machines[1])
    assert Stock(second).of(second.project.machines["db"], quiet).addresses == materials.addresses


def test_a_bridge_that_others_join_is_made_once_by_who_makes_it(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str | None]] = []

    class Maker:
        def make_network(self, name: str, materials: Materials) -> None:
            made.append((name, materials.networks[name].bridge))

    on = [Nic(private=PrivateNic(network="back"))]
    box, vm = Machine(name="box", provider="lxc", networks=on), Machine(name="vm", provider="libvirt", networks=on)
    workspace = pretend()
    workspace.project = Project(project="shop", machines={"box": box, "vm": vm})
    private_dir(workspace.scope.home)
    monkeypatch.setattr(workspace, "driver", lambda name: Maker())
    stock = Stock(workspace)
    joined, own = stock.without_image(box), stock.without_image(vm)
    stock.without_image(box)

    assert made == [("back", joined.networks["back"].external)]
    assert own.networks["back"].bridge == joined.networks["back"].external
    assert own.networks["back"].external is None
    assert (joined.foreign, own.foreign) == ({"vm": own.hosts["vm"]}, {"box": own.hosts["box"]})
    assert stock.preview(box)[0].networks == joined.networks


def test_a_preview_writes_nothing(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web", networks=[Nic(private=PrivateNic())]))
    materials, missing = Stock(workspace).preview(workspace.project.machines["web"])
    assert (materials.addresses, missing) == ({"private": "10.40.0.10/24"}, False)
    assert not workspace.scope.home.exists()


def test_the_keys_are_the_projects_own_and_those_of_the_file(pretend: Pretend, tmp_path: Path) -> None:
    (tmp_path / "team.pub").write_text("ssh-ed25519 AAA a\nssh-ed25519 BBB b\n")
    machine = Machine(name="web", ssh=Ssh(authorized_keys=["ssh-ed25519 CCC c", "@team.pub"]))
    workspace = pretend(machine)
    private_dir(workspace.scope.home)
    keys = Stock(workspace).public_keys(machine)
    assert keys[0].startswith("ssh-ed25519 ")
    assert keys[1:] == ("ssh-ed25519 CCC c", "ssh-ed25519 AAA a", "ssh-ed25519 BBB b")


def test_a_private_key_without_its_public_half_is_named(pretend: Pretend, tmp_path: Path) -> None:
    machine = Machine(name="web", ssh=Ssh(key="id_mine"))
    with pytest.raises(SeraiError, match=r"ssh\.key: the public key .*id_mine\.pub cannot be read"):
        Stock(pretend(machine)).public_keys(machine)


def test_a_key_of_a_box_needs_no_public_half_beside_it(pretend: Pretend, tmp_path: Path, need) -> None:
    need("ssh-keygen")
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"])
    public = (tmp_path / "key.pub").read_text().split()[:2]
    (tmp_path / "key.pub").unlink()
    (tmp_path / "key").chmod(0o644)  # as it lies in a box
    machine = Machine(name="web", ssh=Ssh(key=str(tmp_path / "key")))
    assert Stock(pretend(machine)).public_keys(machine)[0].split()[:2] == public


def test_the_well_known_key_stays_where_the_file_says_so(pretend: Pretend) -> None:
    machine = Machine(name="web", ssh=Ssh(insert_key=False, authorized_keys=["ssh-rsa A"]))
    keys = Stock(pretend(machine)).public_keys(machine)
    assert keys[0].endswith("vagrant insecure public key") and keys[1:] == ("ssh-rsa A",)


def test_a_machine_beside_the_file_keeps_its_address_while_it_is_there(pretend: Pretend) -> None:
    nics = [Nic(private=PrivateNic(network="back"))]
    workspace = pretend(Machine(name="web", networks=nics), Machine(name="copy", networks=nics))
    verbs.up(workspace, emit=silent, consent=lambda plan: True)
    before = Stock(workspace).allocation().addresses["back"]
    web, fresh = (Machine(name=name, provider="fake", networks=nics) for name in ("web", "new"))
    workspace.project = msgspec.structs.replace(workspace.project, machines={"web": web, "new": fresh})

    there = Stock(workspace).allocation().addresses["back"]
    assert there["copy"] == before["copy"]
    assert there["new"] not in before.values()

    workspace.driver("fake").destroy("copy")
    assert "copy" not in Stock(workspace).allocation().addresses["back"]


def test_who_is_on_the_networks_is_asked_once_for_all_machines(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("shared", "Peers"):
        real = getattr(materials, name)

        def ask(*args: object, name: str = name, real: Callable[..., object] = real) -> object:
            asked.append(name)
            return real(*args)

        monkeypatch.setattr(materials, name, ask)
    workspace = pretend(*(Machine(name=f"web-{n}", networks=[Nic(private=PrivateNic())]) for n in range(20)))
    stock = Stock(workspace)

    found = [stock.preview(machine)[0].hosts for machine in workspace.project.machines.values()]

    assert {len(each) for each in found} == {20}
    assert sorted(asked) == ["Peers", "shared"]
