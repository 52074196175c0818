"""What types cannot say: names that must exist, orders without circles, ports and sizes that fit together.

Pure but for one thing: script and file sources are looked for on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from serai.loaders.inputs import ABSENT, FILE, Inputs
from serai.loaders.shape import paths
from serai.loaders.yaml.instances import Instance
from serai.loaders.yaml.nodes import Map, Node, Place, is_null, listed, locate, of
from serai.loaders.yaml.problems import Problems
from serai.spec import addressing
from serai.spec.base import Spec
from serai.spec.disk import DiskDevice
from serai.spec.listening import collisions
from serai.spec.machine import After, Machine
from serai.spec.provision import Provision
from serai.util.errors import SeraiError, did_you_mean
from serai.util.units import format_size

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

KnownProvider: TypeAlias = Callable[[str], object]
"""Raises SeraiError for a name that no provider has: providers are above the loaders, which cannot ask them."""

MAX_EDGES = 1_000_000
MANY = 12
"""More machines than this are not listed when one is not found."""


def expand_after(instances: list[Instance], problems: Problems) -> list[Instance]:
    """`after: {web: ready}` with `web` counted means all of its instances; unknown names are problems."""
    groups: dict[str, list[str]] = {}
    for instance in instances:
        groups.setdefault(instance.base, []).append(instance.name)
    names = {instance.name for instance in instances}
    memo: dict[Node, Map] = {}
    edges = 0
    expanded = []
    for instance in instances:
        after = instance.node.items.get("after")
        if not isinstance(after, Map):
            expanded.append(instance)
            continue
        if after not in memo:
            memo[after] = _after(after, names, groups, problems)
        edges += memo[after].size
        if edges > MAX_EDGES:
            problems.at(after, f"more than {MAX_EDGES} orders between machines")
            return instances
        node = instance.node.replaced({**instance.node.items, "after": memo[after]})
        expanded.append(Instance(instance.name, instance.base, node))
    return expanded


def _after(after: Map, names: set[str], groups: dict[str, list[str]], problems: Problems) -> Map:
    items: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for name, stage in after.items.items():
        members = [name] if name in names else groups.get(name)
        if members is None:
            near = did_you_mean(name, list(groups)) if len(groups) > MANY else ""
            problems.at_key(after, name, f"no such machine, {near or 'there are ' + listed(sorted(groups))}")
            continue
        for member in members:
            if member == name or member not in after.items:
                items[member] = stage
                keys[member] = after.keys[name]
    return Map(items, keys, after.place, after.path)


class Checked:
    """One machine with the node it came from."""

    __slots__ = ("machine", "node")

    def __init__(self, machine: Machine, node: Map) -> None:
        self.machine = machine
        self.node = node

    def at(self, *steps: str | int) -> Node:
        return locate(self.node, steps)


def check(
    machines: Sequence[Checked],
    root: Path,
    inputs: Inputs,
    problems: Problems,
    together: Container[str] | None = None,
) -> None:
    """All checks of machines; `root` is what relative paths start from, `inputs` looks for them.

    `together`: machines that are up at one time, which may not have one port or address; None: all of them.
    """
    _order(machines, problems)
    _jobs(machines, problems)
    _primary(machines, problems)
    _host_ports(machines, together, problems)
    _addresses(machines, together, problems)
    _forward_addresses(machines, problems)
    for one in machines:
        _cpu(one, problems)
        _memory(one, problems)
        _disks(one, problems)
        _sources(one, root, inputs, problems)
        if one.machine.hooks or one.machine.synced_folders:
            _moments(one, root, inputs, problems)
        if one.machine.env or one.machine.provision or one.machine.hooks:
            _variables(one, problems)


def _moments(one: Checked, root: Path, inputs: Inputs, problems: Problems) -> None:
    from serai.loaders.yaml.moments import check_folders, check_hooks

    def there(one: Checked, at: tuple[str | int, ...], path: str) -> None:
        _there(one.at(*at), path, root, inputs, problems)

    check_hooks(one, problems, there)
    check_folders(one, problems)


def _variables(one: Checked, problems: Problems) -> None:
    from serai.loaders.yaml.variables import check_variables

    check_variables(one, problems)


def check_providers(machines: Sequence[Checked], known: KnownProvider, problems: Problems) -> None:
    """Each provider that is named is there."""
    errors: dict[str, SeraiError | None] = {}
    for one in machines:
        name = one.machine.provider
        if name not in errors:
            try:
                known(name)
                errors[name] = None
            except SeraiError as error:
                errors[name] = error
        if refused := errors[name]:
            problems.at(one.at("provider"), refused.message, refused.hint)


def _order(machines: Sequence[Checked], problems: Problems) -> None:
    if not any(one.machine.after for one in machines):
        return
    from graphlib import CycleError, TopologicalSorter

    graph = {one.machine.name: list(one.machine.after) for one in machines}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]  # each after the next
        first = next(one for one in machines if one.machine.name == circle[0])
        after = first.at("after")
        message = f"machines wait for each other in a circle: {' → '.join(circle)}"
        if isinstance(after, Map):
            problems.at_key(after, circle[1], message)
        else:
            problems.at(after, message)


def _jobs(machines: Sequence[Checked], problems: Problems) -> None:
    """Only what is meant to end can have succeeded."""
    jobs = {one.machine.name for one in machines if one.machine.container and one.machine.container.job}
    for one in machines:
        after = one.at("after")
        for name, how in one.machine.after.items():
            if how is After.SUCCEEDED and name not in jobs and isinstance(after, Map):
                problems.at_key(after, name, f"{name} is not meant to end", f"{name}: container: {{job: true}}")


def _primary(machines: Sequence[Checked], problems: Problems) -> None:
    primary = [one for one in machines if one.machine.primary]
    for one in primary[1:]:
        problems.at(one.at("primary"), f"{primary[0].machine.name} is primary already, only one machine can be")


def _host_ports(machines: Sequence[Checked], together: Container[str] | None, problems: Problems) -> None:
    """Two forwards of one port cannot both listen, of machines that are up together."""
    nodes = {one.machine.name: one for one in machines}
    hint = "auto_correct: true takes the next free one"
    for found in collisions(one.machine for one in machines if together is None or one.machine.name in together):
        more = f"; with count: ${{{found.port - 1} + index}}" if together is None else ""
        problems.at(nodes[found.machine.name].at(*found.key), found.message, hint + more)


def _forward_addresses(machines: Sequence[Checked], problems: Problems) -> None:
    """host_ip and guest_ip are addresses."""
    usual = ("127.0.0.1", "0.0.0.0", None)
    for one in machines:
        for index, nic in enumerate(one.machine.networks):
            port = nic.forwarded_port
            for key in ("host_ip", "guest_ip") if port is not None else ():
                if (text := getattr(port, key)) not in usual and not _is_address(text):
                    at = one.at("networks", index, "forwarded_port", key)
                    problems.at(at, f"{text!r} is not an IP address, as {key} must be")


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _addresses(machines: Sequence[Checked], together: Container[str] | None, problems: Problems) -> None:
    """Two interfaces with one address would take each other's packets, of machines that are up together."""
    nodes = {one.machine.name: one for one in machines}
    hint = "" if together is None else "let one of them be up at a time, or give it another"
    for found in addressing.collisions((one.machine for one in machines), together):
        problems.at(nodes[found.machine.name].at(*found.key), found.message, hint)


def _cpu(one: Checked, problems: Problems) -> None:
    cpu = one.machine.cpu
    stated, product = cpu.topology, cpu.product
    whole = {"sockets", "cores", "threads"} <= stated.keys()
    most = cpu.max or cpu.total
    if cpu.max is not None and cpu.max < cpu.total:
        problems.at(one.at("cpu", "max"), f"max is {cpu.max}, less than the {cpu.total} that it starts with")
    elif stated and (most != product if whole else most % product):
        what = " × ".join(stated) if whole else "the stated topology"
        problems.at(one.at("cpu", "max" if cpu.max else "count"), f"{most} CPUs do not fit {what}, {product}")


def _memory(one: Checked, problems: Problems) -> None:
    memory = one.machine.memory
    if memory.size == 0:
        problems.at(one.at("memory", "size"), "a machine needs memory")
    if memory.max is not None and memory.max < memory.size:
        size = format_size(memory.size)
        problems.at(one.at("memory", "max"), f"{format_size(memory.max)} is less than the size, {size}")


def _disks(one: Checked, problems: Problems) -> None:
    for name, disk in one.machine.disks.items():
        if name != "root" and disk.path is not None and disk.size is not None:
            problems.at(one.at("disks", name, "size"), "a disk with a path has its file's size")
        if disk.is_drive:
            if disk.size is not None:
                what = "a CD-ROM" if disk.device is DiskDevice.CDROM else "a floppy"
                problems.at(one.at("disks", name, "size"), f"{what} has its file's size")
            continue
        if name != "root" and disk.path is None and disk.size is None and not _states(one, "disks", name, "size"):
            problems.at(one.at("disks", name), f"needs a size or a path: `{name}: 10GiB`")
        if disk.size == 0:
            problems.at(one.at("disks", name, "size"), "a disk of no size")


def _states(one: Checked, *steps: str) -> bool:
    """Whether the file has something there, right or wrong: a wrong one has its own error."""
    above = one.at(*steps[:-1])
    return isinstance(above, Map) and not is_null(above.items.get(steps[-1], of(None, above)))


def _sources(one: Checked, root: Path, inputs: Inputs, problems: Problems) -> None:
    """Scripts, files and folders of the host are there; each path is looked at once."""
    for index, block in enumerate(one.machine.provision):
        _block(one, ("provision", index), block, root, inputs, problems)
    for index, folder in enumerate(one.machine.synced_folders):
        if not folder.create:
            _there(one.at("synced_folders", index, "source"), folder.source, root, inputs, problems)
    for index, part in enumerate(one.machine.guest.user_data):
        if part.path is not None:
            _there(one.at("guest", "user_data", index, "path"), part.path, root, inputs, problems)
        elif part.inline is None:
            problems.at(one.at("guest", "user_data", index), "needs one of inline and path")


def _block(
    one: Checked, at: tuple[str | int, ...], block: Provision, root: Path, inputs: Inputs, problems: Problems
) -> None:
    if not block.kind:
        return  # it has its own error
    if block.shell is not None and block.shell.inline is not None:
        _no_script(one.at(*at, "shell", "inline"), block.shell.inline.strip(), root, inputs, problems)
    if block.shell is not None and block.shell.path is not None and "://" not in block.shell.path:
        _there(one.at(*at, "shell", "path"), block.shell.path, root, inputs, problems)
    inner = block.inner
    for name, text in named_paths(inner):
        _there(one.at(*at, block.kind, name), text, root, inputs, problems)
    for name, what, hint in getattr(inner, "problems", nothing)():
        problems.at(one.at(*at, block.kind, name), what, hint)
    for number, step in enumerate(getattr(inner, "post_install_provision", ())):
        _block(one, (*at, block.kind, "post_install_provision", number), step.block, root, inputs, problems)


def nothing() -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, what to do) of a block whose keys go together however they are stated."""
    return iter(())


def no_directories() -> Iterator[tuple[str, str]]:
    """(field, path) of a block whose paths are told by their fields alone."""
    return iter(())


def named_paths(block: Spec) -> Iterator[tuple[str, str]]:
    """(field, path) of the files and directories of the project that a provisioner's block names."""
    for name in paths(type(block)):
        if (text := getattr(block, name)) is not None:
            yield name, text
    yield from getattr(block, "directories", no_directories)()


def _no_script(node: Node, text: str, root: Path, inputs: Inputs, problems: Problems) -> None:
    """`shell: ./setup.sh` would look for it in the guest; who has it in the project means its text."""
    if text.startswith("./") and len(text.split()) == 1 and inputs.look(root, text) == FILE:
        message = f"{text} is a file of the project, and would be looked for in the guest"
        problems.at(node, message, f"write `shell: {{path: {text}}}`, or `sh {text}` for one in the guest")


def _there(node: Node, text: str, root: Path, inputs: Inputs, problems: Problems) -> None:
    if inputs.look(root, text) == ABSENT:
        problems.at(node, f"there is no file {of(text, node).text!r} in {root}")
