"""Every key of a machine does something on every provider that runs it, or is refused: none is ignored.

A key is stated, otherwise than by default, in a case of `tests/render/PROVIDER`; or `keys.toml` says where else it
is done, or that the provider refuses it, which is then tried.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

import docker_site
import libvirt_site
import qemu_site
import xen_site
from serai.loaders.shape import record
from serai.providers.contract import Scope
from serai.providers.docker.check_networks import check_network
from serai.providers.docker.networks import body
from serai.providers.kinds import of_containers
from serai.providers.libvirt.networks_xml import Host, network
from serai.providers.libvirt.render.domain import domain
from serai.providers.libvirt.storage_xml import pool
from serai.providers.qemu import render as qemu_render
from serai.providers.qemu.features import binary_for, features
from serai.providers.registry import provider_class
from serai.providers.xen.render import text as xen_render
from serai.spec.base import Spec
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.spec.pool import Pool
from serai.util.errors import SeraiError
from spec_keys import engine_keys, leaves, stated_keys, without

HERE = Path(__file__).parent
PROVIDERS = ("qemu", "libvirt", "docker", "podman", "xen")
SAME = {"podman": "docker"}
"""Whose cases and table are another one's, too: podman's containers are made by docker's driver."""
TABLE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads((HERE / "keys.toml").read_text())


def keys_of(provider: str) -> list[str]:
    """What there is for it: the blocks of other providers are not its own."""
    others = tuple(f"providers.{name}." for name in (*PROVIDERS, "lxc", "nspawn") if name != provider)
    return [key for key in engine_keys() if not key.startswith(others)]


@cache
def rendered(provider: str) -> set[str]:
    """The keys that its cases state."""
    found: set[str] = set()
    for machine in cases(provider):
        found |= stated_keys(machine)
    return found


def cases(provider: str) -> list[Machine]:
    """Its cases' machines."""
    found = [machine_of(path) for path in sorted((HERE / SAME.get(provider, provider)).glob("*/machine.yaml"))]
    return [msgspec.structs.replace(each, provider=provider) for each in found] if provider in SAME else found


def of_table(kind: str, provider: str) -> dict[str, Any]:
    return TABLE[kind][SAME.get(provider, provider)]


def machine_of(path: Path) -> Machine:
    """A case's machine: the long form, or as a project file has it."""
    data = yaml.safe_load(path.read_text()) or {}
    try:
        return msgspec.convert({"name": "web", **data}, Machine)
    except msgspec.ValidationError:
        from serai.loaders.yaml import load

        nics = [nic.get("private") for nic in data.get("networks", ()) if isinstance(nic, dict)]
        names = {nic["network"] for nic in nics if isinstance(nic, dict) and "network" in nic}
        networks = {name: {"external": name} for name in names}
        text = yaml.safe_dump({"project": "shop", "networks": networks, "machines": {"web": data}})
        return load(path.parent / "serai.yaml", text=text, environ={}).machines["web"]


def within(key: str, table: dict[str, Any]) -> bool:
    """Whether the table has the key, or a block that it is in."""
    return any(key == each or key.startswith(f"{each}.") for each in table)


def missing(provider: str) -> list[str]:
    """The keys that nothing is known of."""
    known = {**of_table("elsewhere", provider), **of_table("refused", provider)}
    return [key for key in keys_of(provider) if key not in rendered(provider) and not within(key, known)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_key_is_rendered_or_done_elsewhere_or_refused(provider: str) -> None:
    assert missing(provider) == []


Render = Callable[[Machine], str]


def of_qemu() -> Render:
    """Its rendering with a Site of fixed values, as its own cases have it."""
    able = features(binary_for("amd64"))
    return lambda machine: qemu_render.text(machine, qemu_site.site_of(machine, able))


def of_libvirt() -> Render:
    return lambda machine: domain(machine, libvirt_site.site_of(machine))


def of_docker() -> Render:
    return docker_site.rendered


def of_xen() -> Render:
    return lambda machine: xen_render(machine, xen_site.site_of(machine))


def outcome(render: Render, machine: Machine) -> str:
    """What is rendered; a machine that is nothing without the key has none."""
    try:
        return render(machine)
    except SeraiError:
        return ""


@pytest.mark.parametrize(
    ("provider", "renderer"),
    [("qemu", of_qemu), ("libvirt", of_libvirt), ("docker", of_docker), ("podman", of_docker), ("xen", of_xen)],
)
def test_every_key_that_a_case_states_changes_what_is_rendered(
    provider: str, renderer: Callable[[], Render], home: Path
) -> None:
    """Without it, the same machine renders otherwise: it is not only stated."""
    render = renderer()
    idle = rendered(provider) & set(keys_of(provider))
    idle -= {key for key in idle if within(key, of_table("elsewhere", provider))}
    for machine in cases(provider):
        text = render(machine)
        idle -= {key for key in idle & stated_keys(machine) if outcome(render, without(machine, key)) != text}

    assert idle == set()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_entry_of_the_table_outlives_its_reason(provider: str) -> None:
    keys = keys_of(provider)
    elsewhere, refused = of_table("elsewhere", provider), of_table("refused", provider)

    assert [each for each in [*elsewhere, *refused] if not any(within(key, {each: ""}) for key in keys)] == []
    assert set(elsewhere).isdisjoint(refused)
    assert [key for key in rendered(provider) & {*keys} if within(key, refused)] == []


@pytest.mark.engine
@pytest.mark.parametrize(
    ("provider", "key"), [(name, key) for name in PROVIDERS for key in of_table("refused", name)]
)
def test_what_is_refused_is_refused_by_name(provider: str, key: str, home: Path, request) -> None:  # type: ignore[no-untyped-def]
    spec = {"provider": provider, **of_table("refused", provider)[key]}
    if provider == "libvirt":
        spec["providers"] = {"libvirt": {"uri": request.getfixturevalue("libvirtd")}}
    machine = msgspec.convert({"name": "web", "image": "tiny", **spec}, Machine)
    scope = Scope(project="shop", project_id="3f2a", root=home, home=home)

    problems = provider_class(provider)(scope).check(machine)

    last = key.rpartition(".")[2]
    assert any(last in each.message.partition(": ")[2].partition(": ")[0] for each in problems), problems


NETWORKS = [
    {"subnet": "10.40.0.0/24", "mode": "nat", "mtu": 1400, "domain": "shop.test", "ipv6": "fd00:40::/64"},
    {"subnet": "10.40.0.0/24", "dhcp_range": "10.40.0.100-10.40.0.199"},
    {"subnet": "10.40.0.0/24", "dhcp": False, "dns": False},
    {
        "mode": "bridge",
        "portgroups": {"dmz": {"vlan": 7, "default": True}, "lab": {"trust_guest_rx_filters": True}},
    },
]
HOST = Host(mac="52:54:00:00:00:01", name="web", address="10.40.0.10")
OF_THE_ENGINE = {
    "external": "serai does not make it",
    "bridge": "its name is chosen before it is rendered",
    **dict.fromkeys(of_containers(Network()), "refused: only container engines have it"),
}
POOLS = [{"type": "dir", "path": "/srv"}, {"type": "netfs", "host": "nas", "source": "/vms", "path": "/mnt"}]


@pytest.mark.parametrize(
    ("kind", "specs", "render", "elsewhere"),
    [
        (Network, NETWORKS, lambda spec: network("back", spec, hosts=[HOST]), OF_THE_ENGINE),
        (Pool, POOLS, lambda spec: pool("fast", spec), {}),
    ],
    ids=["network", "pool"],
)
def test_every_key_of_what_machines_share_changes_what_is_rendered(
    kind: type[Spec], specs: list[dict[str, Any]], render: Callable[[Any], str], elsewhere: dict[str, str]
) -> None:
    idle = set(leaves(record(kind))) - elsewhere.keys()
    for data in specs:
        spec = msgspec.convert(data, kind)
        idle -= {key for key in stated_keys(spec) if render(without(spec, key)) != render(spec)}

    assert idle == set()


NETWORKS_OF_CONTAINERS: list[dict[str, Any]] = [
    {"subnet": "10.40.0.0/24", "mode": "nat", "mtu": 1400, "gateway": "10.40.0.9", "ip_range": "10.40.0.128/25"},
    {"subnet": "10.40.0.0/24", "bridge": "shop0", "internal": False},
    {"driver": "macvlan", "parent": "eth0", "options": {"mode": "vepa"}},
]
DONE_BESIDE = {
    "external": "serai does not make it",
    "dhcp_range": "the address that is chosen for each container is in it",
    "domain": "a further name of each container",
}
NO_CONTAINERS: dict[str, dict[str, Any]] = {
    "dhcp": {"dhcp": False},
    "dns": {"dns": False},
    "portgroups": {"portgroups": {"dmz": {"vlan": 7}}},
    "ipv6": {"ipv6": "fd00:40::/64"},
}


@pytest.mark.parametrize("provider", ["docker", "podman"])
def test_every_key_of_a_network_of_containers_is_rendered_or_refused_by_name(provider: str) -> None:
    idle = set(leaves(record(Network))) - DONE_BESIDE.keys()
    for data in NETWORKS_OF_CONTAINERS:
        spec = msgspec.convert(data, Network)
        assert check_network("back", spec, provider) == []
        made = body("n", spec, {})
        idle -= {key for key in stated_keys(spec) if body("n", without(spec, key), {}) != made}
    for key, data in NO_CONTAINERS.items():
        (refused,) = check_network("back", msgspec.convert(data, Network), provider)
        assert refused.message.startswith(f"networks.back.{key}: ")

    assert [key for key in idle if not within(key, NO_CONTAINERS)] == []
