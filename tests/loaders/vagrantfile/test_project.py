"""From a Vagrantfile on the disk to a project, or to an error at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.access import Access
from serai.loaders.inputs import Inputs
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.project import load, read
from serai.spec.machine import Project
from serai.util.errors import SeraiError, SeraiErrors

LOOP = """
ports = { "web" => 8081, "db" => 8082 }
Vagrant.configure("2") do |config|
  config.vm.box = "a/b"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  ports.each do |name, port|
    config.vm.define name do |machine|
      machine.vm.network "forwarded_port", guest: 80, host: port
      machine.vm.provider("virtualbox") { |v| v.memory = 1024 }
    end
  end
end
"""


@pytest.fixture(autouse=True)
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own Vagrantfile is none of the test's."""
    monkeypatch.chdir(tmp_path)


def project(tmp_path: Path, text: str, environ: dict[str, str] | None = None, **how: object) -> Project:
    (tmp_path / "Vagrantfile").write_text(text)
    inputs = Inputs({"HOME": str(tmp_path), **(environ or {})})
    return load(tmp_path / "Vagrantfile", inputs=inputs, **how)  # type: ignore[arg-type]


def test_a_loop_gives_its_machines(tmp_path: Path) -> None:
    machines = project(tmp_path, LOOP, provider="qemu").machines

    assert list(machines) == ["web", "db"]
    assert machines["db"].memory.size == 1 << 30
    assert [
        nic.forwarded_port.host for machine in machines.values() for nic in machine.networks if nic.forwarded_port
    ] == [*(8081, 8082)]


def test_the_loaders_own_errors_name_the_vagrantfile(tmp_path: Path) -> None:
    text = LOOP.replace('"db" => 8082', '"db" => 8081')
    with pytest.raises(SeraiError) as failed:
        project(tmp_path, text, provider="qemu", together={"web", "db"})

    assert str(failed.value).startswith("Vagrantfile:8:")
    assert "8081/tcp of the host is forwarded to web already" in str(failed.value)
    assert failed.value.errors[0].hint == "auto_correct: true takes the next free one"  # type: ignore[attr-defined]


@pytest.mark.parametrize("together", [(), {"web"}])
def test_machines_of_one_host_port_are_read_as_long_as_one_is_up(tmp_path: Path, together: set[str]) -> None:
    text = LOOP.replace('"db" => 8082', '"db" => 8081')

    assert list(project(tmp_path, text, provider="qemu", together=together).machines) == ["web", "db"]


def test_a_command_is_answered_by_the_person(tmp_path: Path) -> None:
    text = LOOP.replace('"a/b"', "`hostname -s`.strip")
    given = project(tmp_path, text, provider="qemu", access=Access((), (("hostname -s", "team/web"),)))

    assert given.machines["web"].image == "box:team/web"


def test_what_it_hangs_on_is_written_down(tmp_path: Path) -> None:
    (tmp_path / "Vagrantfile").write_text(LOOP)
    inputs = Inputs({"HOME": str(tmp_path)})
    result, config = read(tmp_path / "Vagrantfile", inputs=inputs, provider="qemu", host=Host())

    assert str(tmp_path / "Vagrantfile") in inputs.files
    assert "LIBVIRT_DEFAULT_URI" in inputs.variables
    assert result.tree["machines"]["web"]["image"] == "box:a/b"
    assert list(config.machines) == ["web", "db"]


def test_an_interface_of_the_host_is_looked_at_each_time(tmp_path: Path) -> None:
    (tmp_path / "Vagrantfile").write_text(
        LOOP.replace('"forwarded_port", guest: 80, host: port', '"public_network"')
    )
    inputs = Inputs({"HOME": str(tmp_path)})
    read(tmp_path / "Vagrantfile", inputs=inputs, provider="qemu")

    assert not inputs.whole


def test_a_person_is_told_what_has_no_effect_by_nature(tmp_path: Path) -> None:
    said: list[str] = []
    project(
        tmp_path, LOOP.replace("config.vm.box =", "config.warp.speed = 9\n  config.vm.box ="), tell=said.append
    )

    assert any("config.warp" in line for line in said)


def test_a_machine_that_vagrant_made_is_logged_into_by_its_key(tmp_path: Path) -> None:
    directory = tmp_path / ".vagrant/machines/web/libvirt"
    directory.mkdir(parents=True)
    (directory / "id").write_text("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
    (directory / "private_key").write_text("k")
    machines = project(tmp_path, LOOP, provider="libvirt").machines

    assert (machines["web"].user, machines["web"].ssh.key) == (
        "vagrant",
        ".vagrant/machines/web/libvirt/private_key",
    )
    assert machines["db"].ssh.key is None


def test_a_flag_of_docker_that_has_no_key_is_refused_by_name(tmp_path: Path) -> None:
    text = """
Vagrant.configure("2") do |config|
  config.vm.provider "docker" do |d|
    d.image = "nginx"
    d.create_args = ["--rm", "--cpu-quota", "5000", "-m", "lots"]
  end
end
"""
    with pytest.raises(SeraiErrors) as failed:
        project(tmp_path, text)

    assert [error.line() for error in failed.value.errors] == [
        "Vagrantfile:5:5: default: docker.create_args --cpu-quota: serai has no word for this flag",
        "Vagrantfile:5:5: default: docker.create_args --memory: 'lots' is no size",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('m.vm.network "private_network", ip: "10.0.0.3", netmask: "255.255.255"',
         "private_network.netmask: '255.255.255' is no netmask"),
        ('m.vm.provider("libvirt") { |v| v.storage :file, size: "five" }',
         "libvirt.storage :file.size: 'five' is no size"),
    ],
)  # fmt: skip
def test_a_value_that_would_be_guessed_is_refused_at_its_place(tmp_path: Path, line: str, said: str) -> None:
    text = f'Vagrant.configure("2") do |m|\n  m.vm.box = "a/b"\n  {line}\nend\n'
    with pytest.raises(SeraiErrors) as failed:
        project(tmp_path, text, provider="qemu")

    (error,) = failed.value.errors
    assert error.line().startswith("Vagrantfile:3:")
    assert f"default: {said}" in error.message


ONE_ADDRESS = LOOP.replace(
    'network "forwarded_port", guest: 80, host: port',
    'network "private_network", ip: "10.0.0.9", mac: "0a0000000001"',
)


@pytest.mark.parametrize("together", [(), {"web"}])
def test_machines_of_one_address_are_read_as_long_as_one_is_up(tmp_path: Path, together: set[str]) -> None:
    machines = project(tmp_path, ONE_ADDRESS, provider="qemu", together=together).machines

    assert [nic.private.address for each in machines.values() for nic in each.networks if nic.private] == [
        *("10.0.0.9", "10.0.0.9")
    ]


def test_machines_of_one_address_are_not_up_together(tmp_path: Path) -> None:
    with pytest.raises(SeraiErrors) as failed:
        project(tmp_path, ONE_ADDRESS, provider="qemu", together={"web", "db"})

    assert [error.message.partition(": ")[2] for error in failed.value.errors] == [
        "10.0.0.9 is web's already",
        "0a:00:00:00:00:01 is web's already",
    ]
    assert {error.where.line for error in failed.value.errors if error.where} == {8}


def test_a_machine_has_no_address_twice(tmp_path: Path) -> None:
    card = 'machine.vm.network "private_network", ip: "10.0.0.9"\n'
    text = LOOP.replace('machine.vm.network "forwarded_port", guest: 80, host: port', card * 2)

    with pytest.raises(SeraiErrors, match=r"10\.0\.0\.9 is web's already"):
        project(tmp_path, text, provider="qemu")
