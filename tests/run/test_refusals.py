"""What a Vagrantfile states and this version cannot do is refused before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serai.plan.up import Options
from serai.providers.contract import Observed, Scope, State
from serai.run.refusals import of_images, refuse_blocks
from serai.run.verbs import make_plan, refuse
from serai.run.workspace import Workspace, open_workspace
from serai.spec.machine import Communicator, Machine, Project
from serai.spec.network import ForwardedPort, Network, Nic, PrivateNic
from serai.spec.provision import Provision, Run, Shell, Vagrant
from serai.util.errors import Code, SeraiError, SeraiErrors

Pretend = Callable[..., Workspace]
ANSIBLE = Provision(vagrant=Vagrant(type="ansible", options={"playbook": "site.yml"}))
SHELL = Provision(shell=Shell(inline="true"))


def test_a_block_that_would_run_and_cannot_is_refused_with_the_way_on() -> None:
    with pytest.raises(SeraiErrors) as failed:
        refuse_blocks([(Machine(name="web", provision=[SHELL, ANSIBLE]), ["shell-1", "ansible-1"])])

    (error,) = failed.value.errors
    assert error.code is Code.UNSUPPORTED
    assert error.message == "web: provision ansible-1: this version cannot run the provisioner ansible"
    assert "--no-provision" in error.hint


def test_a_block_that_does_not_run_now_hinders_nobody() -> None:
    refuse_blocks([(Machine(name="web", provision=[SHELL, ANSIBLE]), ["shell-1"])])


def test_up_refuses_it_unless_it_is_told_not_to_provision(pretend: Pretend) -> None:
    workspace = pretend(Machine(name="web", provision=[ANSIBLE]))

    with pytest.raises(SeraiErrors, match="cannot run the provisioner ansible"):
        make_plan(workspace)
    plan, _, _ = make_plan(workspace, options=Options(provision=False))
    assert plan.busy


def test_up_runs_the_other_blocks_that_are_named(pretend: Pretend) -> None:
    never = Provision(name="later", run=Run.NEVER, vagrant=Vagrant(type="salt"))
    workspace = pretend(Machine(name="web", provision=[SHELL, never]))

    plan, _, _ = make_plan(workspace)
    assert [key for key, _ in plan.machines[0].blocks] == ["shell-1"]
    with pytest.raises(SeraiErrors, match="cannot run the provisioner salt"):
        make_plan(workspace, options=Options(only=("later",)))


def test_a_machine_that_is_reached_by_winrm_is_refused(pretend: Pretend) -> None:
    with pytest.raises(SeraiErrors, match="communicator winrm: this version has no way into Windows"):
        make_plan(pretend(Machine(name="win", communicator=Communicator.WINRM)))


TWINS = """
Vagrant.configure("2") do |config|
  config.vm.box = "a/b"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  %w[old new].each do |name|
    config.vm.define name do |machine|
      machine.vm.network "forwarded_port", guest: 80, host: 8080
    end
  end
end
"""


@pytest.fixture
def twins(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A Vagrantfile whose machines state one port of the host, on the provider fake."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/Vagrantfile").write_text(TWINS)
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("HOME", str(tmp_path))
    return open_workspace(provider="fake")


def test_machines_of_one_host_port_are_not_brought_up_together(twins: Workspace) -> None:
    with pytest.raises(SeraiErrors) as failed:
        make_plan(twins)

    (error,) = failed.value.errors
    assert str(error.where) == "Vagrantfile:7:18"
    assert "port 8080/tcp of the host is forwarded to old already" in error.message


@pytest.mark.parametrize("name", ["old", "new"])
def test_one_of_them_is(twins: Workspace, name: str) -> None:
    plan, _, _ = make_plan(twins, [name])

    assert [each.name for each in plan.machines] == [name]


def test_a_project_without_a_file_is_told_so_too(pretend: Pretend) -> None:
    port = [Nic(forwarded_port=ForwardedPort(guest=80, host=8080))]
    with pytest.raises(SeraiErrors, match=r"b: port 8080/tcp of the host is forwarded to a already"):
        make_plan(pretend(Machine(name="a", networks=port), Machine(name="b", networks=port)))


def test_what_a_provider_cannot_do_of_a_network_is_refused_once_for_all_machines_on_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_network(self: object, name: str, network: Network) -> list[SeraiError]:
        return [SeraiError(Code.UNSUPPORTED, f"networks.{name}.mtu: {network.mtu} is odd", hint="an even one")]

    monkeypatch.setattr("serai.providers.fake.driver.Fake.check_network", check_network, raising=False)
    nics = [Nic(private=PrivateNic(network="back"))]
    machines = {
        "a": Machine(name="a", provider="fake", networks=nics),
        "b": Machine(name="b", provider="fake", networks=nics),
        "alone": Machine(name="alone", provider="fake"),
    }
    project = Project(project="shop", networks={"back": Network(mtu=1401)}, machines=machines)
    scope = Scope(project="shop", project_id="1", root=tmp_path, home=home / "projects" / "shop-1")
    workspace = Workspace(project, tmp_path / "serai.yaml", scope)

    with pytest.raises(SeraiErrors) as failed:
        make_plan(workspace)

    assert [each.message for each in failed.value.errors] == ["networks.back.mtu: 1401 is odd"]
    assert make_plan(workspace, ["alone"])[0].busy


@pytest.mark.parametrize(("had", "told"), [("tiny", 1), ("tinny", 0)])
def test_an_image_that_nobody_knows_is_told_before_a_machine_is_made_anew_of_it(
    pretend: Pretend, had: str, told: int
) -> None:
    """One that stays what it is does without its image's name."""
    machine = Machine(name="web", image="tinny", provider="qemu")
    seen = Observed(name="web", provider="qemu", state=State.STOPPED, applied=Machine(name="web", image=had))
    found = of_images(pretend(machine), [machine], {"web": seen})
    assert [each.message.partition(",")[0] for each in found] == ["web: image tinny: no such image"] * told


def test_machines_whose_cards_have_one_mac_are_not_brought_up(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serai.providers.mac_collisions.DERIVING", ("fake",))
    monkeypatch.setattr("serai.providers.mac_collisions.mac_address", lambda *card: "52:54:00:00:00:01")
    nics = [Nic(private=PrivateNic(network="back"))]
    two = [Machine(name=name, networks=nics) for name in ("a", "b")]

    with pytest.raises(SeraiErrors, match=r"b: networks.uplink: 52:54:00:00:00:01 is the MAC of a") as failed:
        make_plan(pretend(*two, Machine(name="c")), ["b"])

    keys = [each.message.partition(": 52")[0] for each in failed.value.errors]
    assert keys == ["b: networks.uplink", "b: networks[0].private"]


@pytest.fixture
def one_address(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A Vagrantfile whose machines state one address, on the provider fake."""
    network = 'network "private_network", ip: "10.0.0.9"'
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/Vagrantfile").write_text(
        TWINS.replace('network "forwarded_port", guest: 80, host: 8080', network)
    )
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("HOME", str(tmp_path))
    return open_workspace(provider="fake")


def test_machines_of_one_address_are_not_brought_up_together(one_address: Workspace) -> None:
    with pytest.raises(SeraiErrors) as failed:
        make_plan(one_address)

    (error,) = failed.value.errors
    assert str(error.where) == "Vagrantfile:7:18"
    assert "10.0.0.9 is old's already" in error.message
    assert [each.name for each in make_plan(one_address, ["new"])[0].machines] == ["new"]


def test_nor_is_one_brought_up_beside_the_other(one_address: Workspace) -> None:
    seen = {
        name: Observed(name=name, provider="fake", state=state)
        for name, state in (("old", State.STOPPED), ("new", State.READY))
    }
    machines = one_address.project.machines

    with pytest.raises(SeraiErrors, match="is old's already"):
        refuse(one_address, [machines["old"]], seen)
    refuse(one_address, [machines["new"]], seen)


def test_addresses_of_a_project_without_a_file_are_told_by_name(pretend: Pretend) -> None:
    card = [Nic(private=PrivateNic(network="back", address="10.0.0.9"))]
    with pytest.raises(SeraiErrors, match=r"b: 10\.0\.0\.9 is a's already"):
        make_plan(pretend(Machine(name="a", networks=card), Machine(name="b", networks=card)))
