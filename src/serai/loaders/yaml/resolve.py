"""A parsed file → the resolved Project, or every error of it: the order of the passes."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path
from typing import Any

import msgspec

from serai.loaders.blocks import Blocks, RawBlock
from serai.loaders.file import EXTENSION, ProjectFile
from serai.loaders.inputs import Inputs
from serai.loaders.shape import MapOf, record
from serai.loaders.yaml.check import Checked, KnownProvider, check, check_providers, expand_after
from serai.loaders.yaml.expand import Expander
from serai.loaders.yaml.expression import Scope
from serai.loaders.yaml.instances import Instance, Unroller, fill
from serai.loaders.yaml.lower import Lowering
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, kind, listed, locate, of
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.tuning import check_paths, check_tuning
from serai.loaders.yaml.words import meant
from serai.spec.base import NAME_PATTERN, Name, stated
from serai.spec.container import Container as ContainerSpec
from serai.spec.image import ImageSource
from serai.spec.machine import Machine, Project, contained
from serai.spec.memory import Memory
from serai.spec.network import Network
from serai.spec.pool import Pool
from serai.spec.provision import Provision, struct_of
from serai.spec.raw import Raw

_NAME = re.compile(NAME_PATTERN)
_EXPLAINED_INSTANCES = 8
"""Of one counted machine so many are explained; the others have the same errors."""


class Resolver:
    """Takes one file through the passes."""

    def __init__(
        self,
        root: Map,
        directory: Path,
        inputs: Inputs,
        problems: Problems,
        raw_block: RawBlock | None = None,
        together: Container[str] | None = None,
    ) -> None:
        self._root = root
        self._together = together
        self._directory = directory
        self._inputs = inputs
        self._environ = inputs.environ
        self._problems = problems
        self._blocks = Blocks(raw_block)
        self._expander = Expander(problems, self._blocks)
        self._lowering = Lowering(problems, self._blocks)
        self._explained: dict[str, int] = {}
        self._misspelt = False
        """Whether some key was meant to be `machines`."""

    def project(self, provider: str | None, known_provider: KnownProvider | None) -> Project:
        """The project. Raises SeraiErrors with all that is wrong."""
        self._check_keys()
        self._version()
        name = self._name()
        networks_node = self._filled("networks", name)
        networks = self._converted(networks_node, MapOf(Name, Network), dict[Name, Network]) or {}
        pools_node = self._filled("pools", name)
        pools = self._converted(pools_node, MapOf(str, Pool), dict[str, Pool]) or {}
        images = self._converted(self._filled("images", name), MapOf(str, ImageSource), dict[str, ImageSource])
        sensitive = self._texts("sensitive", name)
        machines = self._machines(name, provider)
        check(machines, self._directory, self._inputs, self._problems, self._together)
        if known_provider and not provider:
            check_providers(machines, known_provider, self._problems)
        self._tuned(machines, networks, networks_node)
        if pools:
            from serai.loaders.yaml.interfaces import check_pools

            check_pools(pools, pools_node, self._problems)
        if _states_addresses(networks, machines):
            from serai.loaders.yaml.addresses import settle

            networks = settle(networks, networks_node, machines, self._problems)
        self._problems.stop_if_any()
        by_name = {one.machine.name: one.machine for one in machines}
        return Project(
            project=name.text,
            networks=networks,
            pools=pools,
            images=images or {},
            sensitive=sensitive,
            machines=by_name,
        )

    def _tuned(self, machines: list[Checked], networks: dict[str, Network], node: Node | None) -> None:
        """What tunes machines and joins them fits together."""
        for one in machines:
            check_tuning(one, self._problems)
        check_paths(machines, self._problems)
        if networks or any(nic.forwarded_port is None for one in machines for nic in one.machine.networks):
            from serai.loaders.yaml.interfaces import check_interfaces

            check_interfaces(machines, networks, node, self._problems)

    def _check_keys(self) -> None:
        known = record(ProjectFile).fields
        for key in self._root.items:
            if key not in known and not key.startswith(EXTENSION):
                near = meant(key, known)
                self._misspelt |= "'machines'" in near
                message = f"unknown key, {near or 'there are ' + listed(known)}"
                self._problems.at_key(self._root, key, message)

    def _version(self) -> None:
        node = self._root.items.get("version")
        if node is not None and not is_null(node) and (not isinstance(node, Scalar) or node.value != 1):
            self._problems.at(node, f"this serai reads version 1 of the format, not {kind(node)}")

    def _name(self) -> Scalar:
        """The project's name, as stated or as the directory is called."""
        node = self._root.items.get("project")
        if node is not None:
            node = fill(node, Scope({}, self._environ), self._problems)
            if node is None:  # a wrong expression, which is a problem already
                return of("project", self._root)
        if node is None or is_null(node):
            name = self._directory.name
            if not _NAME.match(name):
                where = f"the directory's name {name!r} cannot be the project's"
                self._problems.add((1, 1), f"project: is missing, and {where}", "write `project: NAME`")
            return of(name, self._root)
        if not isinstance(node, Scalar) or not _NAME.match(node.text):
            self._problems.at(node, f"must be a name of letters, digits, dots and dashes, not {kind(node)}")
            return of("project", node)
        return node

    def _section(self, key: str) -> Map | None:
        node = self._root.items.get(key)
        if node is None or is_null(node):
            return None
        if not isinstance(node, Map):
            self._problems.at(node, f"must be a map, not {kind(node)}")
            return None
        return node

    def _texts(self, key: str, name: Scalar) -> list[str]:
        """A list of texts, or one text."""
        node = self._root.items.get(key)
        if node is None or is_null(node):
            return []
        filled = fill(node, Scope({"project": name}, self._environ), self._problems)
        if filled is None:
            return []
        items = filled.items if isinstance(filled, Seq) else [filled]
        for item in items:
            if not isinstance(item, Scalar) or is_null(item):
                self._problems.at(item, f"must be a text, not {kind(item)}")
        return [item.text for item in items if isinstance(item, Scalar)]

    def _filled(self, key: str, name: Scalar) -> Node | None:
        section = self._section(key)
        return fill(section, Scope({"project": name}, self._environ), self._problems) if section else None

    def _converted(self, node: Node | None, shape: MapOf, wanted: Any) -> Any:
        """The typed value of a section; None when it is wrong."""
        long = self._expander.expand(node, shape) if node is not None else None
        if long is None:
            return None
        data = self._lowering.lower(long, shape)
        try:
            return msgspec.convert(data, wanted)
        except msgspec.ValidationError as error:
            from serai.loaders.yaml.refuse import explain

            explain(data, long, wanted, str(error), self._problems)
            return None

    def _machines(self, name: Scalar, provider: str | None) -> list[Checked]:
        section, defaults, profiles = (self._section(key) for key in ("machines", "defaults", "profiles"))
        if section is None:
            if not self._misspelt and is_null(self._root.items.get("machines", of(None, self._root))):
                self._problems.add((1, 1), "machines: is missing", "write `machines: {web: {image: tiny}}`")
            return []
        unroller = Unroller(
            self._problems,
            self._expander,
            project=name,
            environ=self._environ,
            defaults=defaults,
            profiles=profiles,
        )
        before = len(self._problems)
        instances = unroller.unroll(section)
        if not instances and len(self._problems) == before:
            self._problems.at(section, "has no machine", "write `machines: {web: {image: tiny}}`")
        found = [self._machine(one, provider) for one in expand_after(instances, self._problems)]
        machines = [one for one in found if one is not None]
        if any(one.machine.fork for one in machines):
            from serai.loaders.yaml.forks import settle

            machines = settle(machines, section, self._problems)
        return machines

    def _machine(self, instance: Instance, provider: str | None) -> Checked | None:
        if self._explained.get(instance.base, 0) >= _EXPLAINED_INSTANCES:
            return None
        more = {"name": instance.name, "provider": provider} if provider else {"name": instance.name}
        data = {**self._lowering.lower(instance.node, record(Machine)), **more}
        raw = data.get("providers")
        if isinstance(raw, dict) and Raw.rest in raw:
            data["providers"] = {**raw, Raw.rest: self._declared(raw[Raw.rest], instance.node)}
        self._tools(data.get("provision"), instance.node)
        try:
            return Checked(self._limited(msgspec.convert(data, Machine), data), instance.node)
        except msgspec.ValidationError as error:
            from serai.loaders.yaml.refuse import explain

            self._explained[instance.base] = self._explained.get(instance.base, 0) + 1
            explain(data, instance.node, Machine, str(error), self._problems)
            return None

    def _tools(self, blocks: Any, machine: Map) -> None:
        """Options of provisioners whose structs are imported on use: checked here, kept as what is stated."""
        for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
            told = block.get(Provision.rest) if isinstance(block, dict) else None
            for tool, data in (told or {}).items():
                try:
                    block[Provision.rest] = {tool: stated(msgspec.convert(data, struct_of(tool)))}
                except msgspec.ValidationError as error:
                    from serai.loaders.yaml.refuse import explain

                    node = locate(machine, ["provision", index, tool])
                    explain(data, node, struct_of(tool), str(error), self._problems)
                    block[Provision.rest] = {}

    def _limited(self, machine: Machine, data: dict[str, Any]) -> Machine:
        """Memory that is stated as the default's 512 MiB limits a container too; not stated, nothing does."""
        size, container = machine.memory.size, machine.container
        if size != Memory().size or "size" not in data.get("memory", {}):
            return machine
        if container is None and not contained(machine, self._environ):
            return machine
        container = container or ContainerSpec()
        if container.memory is not None:
            return machine
        return msgspec.structs.replace(machine, container=msgspec.structs.replace(container, memory=size))

    def _declared(self, others: dict[str, Any], machine: Map) -> dict[str, Any]:
        """Blocks of providers that are not built in; where one declares its form, with what that states of it."""
        found = dict(others)
        for name, data in others.items():
            form = self._blocks.form(name)
            if form is None:
                continue
            try:
                found[name] = stated(msgspec.convert(data, form))
            except msgspec.ValidationError as error:
                from serai.loaders.yaml.refuse import explain

                explain(data, locate(machine, ["providers", name]), form, str(error), self._problems)
        return {name: data for name, data in found.items() if data != {} or self._blocks.form(name) is None}


def _states_addresses(networks: dict[str, Network], machines: list[Checked]) -> bool:
    return any(network.subnet or network.dhcp_range or network.ipv6 for network in networks.values()) or any(
        nic.private is not None and (nic.private.address or nic.private.ipv6)
        for one in machines
        for nic in one.machine.networks
    )
