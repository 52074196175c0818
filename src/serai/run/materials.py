"""What a provider needs beside a machine's own spec: image, keys, addresses, names of its peers."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from serai.plan.addresses import Allocation, allocate
from serai.plan.shared import Shared, as_seen_by, shared
from serai.providers.contract import Image, Materials, Progress
from serai.run.peers import Peers
from serai.run.workspace import Workspace
from serai.spec.machine import Machine, Project
from serai.spec.network import Network
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.paths import expanduser


class Stock:
    """Finds and keeps the materials of one run; thread-safe."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._images: dict[str, Image] = {}
        self._there: dict[str, Image] = {}
        self._allocation: Allocation | None = None
        self._preview: Allocation | None = None
        self._peers: dict[int, Peers] = {}
        self._known: dict[str, Shared] | None = None
        self._shared: set[str] = set()
        self._key = ""

    def image(self, machine: Machine, progress: Progress) -> Image | None:
        """The machine's image, made or downloaded when it is not in the store."""
        if not in_store(machine):
            return None
        from serai.images import resolve

        assert machine.image is not None
        arch = machine.arch or host_arch()
        key = f"{machine.image}@{arch}"
        with self._lock:
            if key in self._images:
                return self._images[key]
        image = resolve.ensure(
            machine.image,
            project_images=self._workspace.project.images,
            base=self._workspace.scope.root,
            arch=arch,
            progress=progress,
        )
        with self._lock:
            self._images[key] = image
        return image

    def allocation(self) -> Allocation:
        """Addresses on the project's networks; what was reserved before stays. Kept in `networks.json`."""
        with self._lock:
            if self._allocation is None:
                path = self._workspace.scope.home / "networks.json"
                kept = read_allocation(path)
                self._allocation = reserve(self._workspace, kept)
                if self._allocation != kept:
                    write_atomic(path, msgspec.json.format(msgspec.json.encode(self._allocation)))
            return self._allocation

    def public_keys(self, machine: Machine) -> tuple[str, ...]:
        """Lines of authorized_keys: the key that serai logs in with, and those of the file."""
        lines = []
        if machine.ssh.key:
            private = (self._workspace.scope.root / expanduser(machine.ssh.key)).resolve()
            lines.append(public_half(private))
        elif not machine.ssh.insert_key:
            from serai.guest.known_key import public

            lines.append(public())
        else:
            from serai.guest.keys import project_key

            with self._lock:
                if not self._key:
                    self._key = project_key(self._workspace.scope.home)[1].strip()
            lines.append(self._key)
        for text in machine.ssh.authorized_keys:
            if text.startswith("@"):
                path = self._workspace.scope.root / expanduser(text[1:])
                lines += _read_key(path, "ssh.authorized_keys").splitlines()
            else:
                lines.append(text)
        return tuple(lines)

    def of(self, machine: Machine, progress: Progress) -> Materials:
        """All of it, for `create` and `start`."""
        image = self.image(machine, progress)
        user = machine.user or (image.user if image else "root")
        return msgspec.structs.replace(self.without_image(machine), image=image, user=user)

    def without_image(self, machine: Machine) -> Materials:
        """The same for a machine that is made already: its image may be gone from the store since.

        Networks that other providers' machines are on, too, are there afterwards.
        """
        allocation = self.allocation()
        materials = Materials(
            public_keys=self.public_keys(machine),
            networks=self._networks(machine, allocation),
            pools=self._workspace.project.pools,
            addresses={
                network: members[machine.name]
                for network, members in allocation.addresses.items()
                if machine.name in members
            },
            hosts=self._peers_of(allocation).hosts(machine.name),
            foreign=self._peers_of(allocation).foreign(machine),
        )
        self._make_shared(machine, materials)
        return materials

    def _networks(self, machine: Machine, allocation: Allocation) -> dict[str, Network]:
        from serai.providers.kinds import is_container

        networks = allocation.networks
        if is_container(machine):
            from serai.run.way_out import fitted, smaller

            networks = fitted(networks, smaller())
        return as_seen_by(machine.provider, networks, self._shared_ones())

    def _shared_ones(self) -> dict[str, Shared]:
        """The networks that several providers are on; asked once."""
        if self._known is None:
            self._known = shared(self._workspace.project, self._workspace.scope.project_id)
        return self._known

    def _peers_of(self, allocation: Allocation) -> Peers:
        """Of one of the two allocations that this stock has."""
        found = self._peers.get(id(allocation))
        if found is None:
            found = self._peers[id(allocation)] = Peers(self._workspace.project.machines, allocation)
        return found

    def _make_shared(self, machine: Machine, materials: Materials) -> None:
        """Have the bridges made that the machine joins, by who makes them; once a run."""
        known = self._shared_ones()
        joined = {nic.private.network for nic in machine.networks if nic.private} & known.keys()
        for name in sorted(joined):
            maker = known[name].maker
            if maker in ("", machine.provider):
                continue
            with self._lock:
                if name in self._shared:
                    continue
                networks = as_seen_by(maker, self._allocation.networks if self._allocation else {}, known)
                theirs = msgspec.structs.replace(materials, networks=networks)
                self._workspace.driver(maker).make_network(name, theirs)  # type: ignore[attr-defined]
                self._shared.add(name)

    def _expected(self) -> Allocation:
        """What `allocation` will be, as far as that can be told; worked out once."""
        with self._lock:
            if self._preview is None:
                kept = read_allocation(self._workspace.scope.home / "networks.json")
                self._preview = allocate(self._workspace.project, kept)
            return self._preview

    def _image_there(self, reference: str, arch: str) -> Image | None:
        """What the store has of it; looked for until it is there."""
        key = f"{reference}@{arch}"
        found = self._there.get(key)
        if found is None:
            from serai.images import resolve

            images, base = self._workspace.project.images, self._workspace.scope.root
            found = resolve.find(reference, project_images=images, base=base, arch=arch)
            if found is not None:
                self._there[key] = found
        return found

    def preview(self, machine: Machine) -> tuple[Materials, bool]:
        """The materials as far as they are there, without making or writing anything; True: the image is not."""
        allocation = self._expected()
        image, missing = None, False
        if in_store(machine):
            assert machine.image is not None
            image = self._image_there(machine.image, machine.arch or host_arch())
            if image is None:
                missing = True
                image = Image(reference=machine.image, digest="", disk=Path(f"<{machine.image}>"))
        return Materials(
            image=image,
            user=machine.user or (image.user if image else "root"),
            networks=self._networks(machine, allocation),
            pools=self._workspace.project.pools,
            addresses={
                network: members[machine.name]
                for network, members in allocation.addresses.items()
                if machine.name in members
            },
            hosts=self._peers_of(allocation).hosts(machine.name),
            foreign=self._peers_of(allocation).foreign(machine),
        ), missing


def in_store(machine: Machine) -> bool:
    """Whether its image is one of serai's store: not of the pretending provider, nor an engine's own."""
    if not machine.image or machine.provider == "fake":
        return False
    from serai.providers.registry import provider_class

    return not getattr(provider_class(machine.provider), "own_images", False)


def reserve(workspace: Workspace, kept: Allocation) -> Allocation:
    """Addresses on the project's networks as a run gives them; `kept` is the last allocation. Writes nothing."""
    return allocate(_with_others(workspace, kept), kept, _taken(workspace, kept))


def _with_others(workspace: Workspace, kept: Allocation) -> Project:
    """The project, with machines that have addresses, exist and are not in the file: forks and clones."""
    project = workspace.project
    strange = {name for members in kept.addresses.values() for name in members} - project.machines.keys()
    if not strange:
        return project
    others = workspace.beside_the_file()
    found = {name: others[name] for name in sorted(strange & others.keys())}
    return msgspec.structs.replace(project, machines={**project.machines, **found})


def _taken(workspace: Workspace, kept: Allocation) -> set[str]:
    """Subnets that others have where the machines will be, as far as a provider knows."""
    from serai.plan.addresses import used_networks

    if set(used_networks(workspace.project)) <= kept.networks.keys():
        return set()
    names = {machine.provider for machine in workspace.project.machines.values()}
    asked = [getattr(workspace.driver(name), "subnets_in_use", None) for name in names]
    return {subnet for ask in asked if ask for subnet in ask()}


def read_allocation(path: Path) -> Allocation:
    """The last allocation; an empty one when there is none (it can be made again)."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Allocation)
    except (FileNotFoundError, msgspec.MsgspecError):
        return Allocation()


def public_half(private: Path) -> str:
    """The line beside a private key; made from it where there is none, as beside the key of a box."""
    public = private.with_name(private.name + ".pub")
    if public.exists() or not private.exists():
        return _read_key(public, "ssh.key")
    from serai.guest.known_key import kept
    from serai.util.process import run, which

    return run([which("ssh-keygen", "openssh-client"), "-y", "-P", "", "-f", kept(private)]).stdout.strip()


def _read_key(path: Path, key: str) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise SeraiError(
            Code.INPUT,
            f"{key}: the public key {path} cannot be read: {error.strerror}",
            hint="ssh-keygen -y makes it",
        ) from error
