"""Networks with machines of several providers on them: whose bridge it is, and who can join it (VAG-6, DOC-2).

One makes the bridge: libvirt, whose DHCP and DNS are on it, else LXC's provider, else that of
systemd-nspawn. The others join it by its name, with the addresses that serai has reserved for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

import msgspec

from serai.spec.machine import Machine, Project
from serai.spec.network import Network, NetworkMode
from serai.util.digest import sha256
from serai.util.errors import Code, SeraiError

MAKERS = ("libvirt", "lxc", "nspawn")
"""Who makes the bridge, where it is on the network; the first one that is."""
JOINERS = frozenset({"libvirt", "lxc", "nspawn", "docker"})
INHIBIT = "com.docker.network.bridge.inhibit_ipv4"
"""docker gives the bridge no address: it has one. Source: moby, bridge driver: inhibit_ipv4."""
CANNOT: dict[str, tuple[str, str]] = {
    "qemu": ("its private networks are between QEMUs alone, made without root", "provider: libvirt"),
    "podman": ("podman makes its bridges itself", "provider: docker"),
}
"""Provider -> why it cannot join another one's bridge, and what can."""


class Shared(msgspec.Struct, frozen=True):
    """`maker` makes and removes the bridge; empty: the host has it."""

    maker: str
    bridge: str


def providers_on(project: Project) -> dict[str, dict[str, list[str]]]:
    """Private network -> provider -> machines."""
    found: dict[str, dict[str, list[str]]] = {}
    for machine in project.machines.values():
        for nic in machine.networks:
            if nic.private:
                of = found.setdefault(nic.private.network, {}).setdefault(machine.provider, [])
                if not of or of[-1] != machine.name:  # two of its cards may be on one network
                    of.append(machine.name)
    return found


def shared(project: Project, project_id: str) -> dict[str, Shared]:
    """The networks that several providers are on, and that can be made for them."""
    found = {}
    for name, providers in providers_on(project).items():
        network = project.networks.get(name, Network())
        if len(providers) < 2 or not set(providers) <= JOINERS or network.external:
            continue
        if network.mode is NetworkMode.BRIDGE:
            found[name] = Shared("", network.bridge or "")
            continue
        maker = next(each for each in MAKERS if each in providers)
        digest = sha256(f"{project_id}/{name}".encode()).hexdigest()[:8]
        found[name] = Shared(maker, network.bridge or f"serai-{digest}")
    return found


def as_seen_by(provider: str, networks: Mapping[str, Network], known: Mapping[str, Shared]) -> dict[str, Network]:
    """The project's networks as a provider is to make or join them."""
    return {
        name: _joined(provider, network, known[name]) if name in known else network
        for name, network in networks.items()
    }


def _joined(provider: str, network: Network, of: Shared) -> Network:
    if provider == "docker":
        options = {INHIBIT: "true", **network.options}
        gateway = network.gateway or (str(IPv4Network(network.subnet)[1]) if network.subnet else None)
        return msgspec.structs.replace(network, bridge=of.bridge, options=options, gateway=gateway)
    if provider == of.maker or not of.maker:
        return msgspec.structs.replace(network, bridge=of.bridge)
    return msgspec.structs.replace(network, external=of.bridge)


def refusals(project: Project) -> list[SeraiError]:
    """Machines on networks that their provider cannot share with those of the others: the way out in each."""
    errors = []
    for name, providers in providers_on(project).items():
        real = {provider: machines for provider, machines in providers.items() if provider != "fake"}
        if len(real) < 2:
            continue
        if project.networks.get(name, Network()).external:
            errors.append(_of_one_engine(name, real))
            continue
        errors += [
            _refusal(name, provider, machine, real)
            for provider in sorted(real.keys() - JOINERS)
            for machine in real[provider]
        ]
    return errors or _of_libvirts_elsewhere(project)


def _refusal(network: str, provider: str, machine: str, on: Mapping[str, list[str]]) -> SeraiError:
    why, way = CANNOT.get(provider, (f"{provider} has no bridge that others can join", "provider: libvirt"))
    others = ", ".join(sorted(each for other, machines in on.items() if other != provider for each in machines))
    what = f"{machine}: networks.{network}: provider {provider} cannot share it with {others}"
    return SeraiError(Code.UNSUPPORTED, f"{what}: {why}", hint=way)


def _of_one_engine(name: str, providers: Mapping[str, list[str]]) -> SeraiError:
    return SeraiError(
        Code.UNSUPPORTED,
        f"networks.{name}.external: a network of one engine's, and {', '.join(sorted(providers))} are on it",
        hint="mode: bridge, with the bridge of the host that it is",
    )


def _of_libvirts_elsewhere(project: Project) -> list[SeraiError]:
    """Domains of a libvirt that runs as its user, or on another host, have no bridge here."""
    several = [each for each in providers_on(project).values() if len(set(each) - {"fake"}) > 1]
    names = sorted({name for each in several for name in each.get("libvirt", ())})
    return [error for name in names if (error := _elsewhere(project.machines[name])) is not None]


def _elsewhere(machine: Machine) -> SeraiError | None:
    uri = machine.providers.libvirt.uri or ""
    host = uri.partition("://")[2].partition("/")[0]
    if not host and not uri.partition("?")[0].endswith("/session"):
        return None
    return SeraiError(
        Code.UNSUPPORTED,
        f"{machine.name}: {uri} has no bridge on this host that containers could join",
        hint="providers: {libvirt: {uri: qemu:///system}}",
    )
