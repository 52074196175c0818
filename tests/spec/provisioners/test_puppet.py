"""Puppet's keys: directories of the project and of the guest, and keys that do not go together."""

from __future__ import annotations

from serai.spec.provisioners.puppet import Puppet, PuppetServer


def wrong(block: Puppet | PuppetServer) -> list[str]:
    return [f"{key}: {what}" for key, what, _ in block.problems()]


def test_manifests_are_where_vagrant_has_them_unless_there_is_an_environment() -> None:
    assert list(Puppet().trees()) == [("manifests_path", "manifests")]
    assert list(Puppet(environment_path="env").trees()) == [("environment_path", "env")]


def test_directories_of_the_guest_need_not_be_in_the_project() -> None:
    block = Puppet(manifests_path="vm:/srv/manifests", module_path=["modules", "vm:/srv/modules"])
    assert list(block.directories()) == [("module_path", "modules")]


def test_a_fact_in_the_environment_is_one_text() -> None:
    assert wrong(Puppet(facter={"role": "web", "size": 3, "on": True})) == []
    assert wrong(Puppet(facter={"a-b": 1, "disks": ["a"]})) == [
        "facter: 'a-b' is no name of a fact",
        "facter: disks is a map or a list",
    ]
    assert wrong(Puppet(facter={"a-b": 1, "disks": ["a"]}, structured_facts=True)) == []
    assert wrong(PuppetServer(facter={"disks": {}})) == ["facter: disks is a map or a list"]


def test_a_certificate_needs_its_key_and_its_node() -> None:
    assert wrong(PuppetServer()) == []
    assert wrong(PuppetServer(client_cert_path="a")) == [
        "client_cert_path: certificate and private key go together"
    ]
    both = PuppetServer(client_cert_path="a", client_private_key_path="b")
    assert wrong(both) == ["client_cert_path: the certificate is of a node, and puppet_node is not stated"]
    named = PuppetServer(client_cert_path="a", client_private_key_path="b", puppet_node="web")
    assert wrong(named) == []
