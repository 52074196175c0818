"""Layers of QEMU's machines: disks copied while the machine runs on, as they are at one moment, to stand on.

QEMU copies what differs from the ground below, beside the guest's own writes (`blockdev-backup`): the machine
stays on its own disks, and loses nothing when a copy fails. A dirty bitmap says what has changed since the last
layer, so that the next one stands on that.
Source: QEMU qapi/block-core.json; docs/interop/live-block-operations, bitmaps.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from serai.guest.forgetting import Traces, forgotten
from serai.guest.transport import Transport
from serai.images import layers
from serai.images.layers import Layer
from serai.providers import layering
from serai.providers.contract import Image, Materials, Progress, Scope
from serai.providers.kept import Keeping
from serai.providers.qemu import backup, disks, gather, launch, snapshots, template
from serai.providers.qemu.qmp import Qmp
from serai.providers.qemu.record import Record, editing
from serai.providers.qemu.running import directory_of, made
from serai.spec.machine import Machine
from serai.util.digest import token_hex
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

PROVIDER = "qemu"


class Tip(msgspec.Struct, frozen=True):
    """The layer that a running machine has left last, and the bitmap that knows what has changed since."""

    layer: Layer
    bitmap: str


def base(scope: Scope, machine: Machine, materials: Materials) -> tuple[str, str]:
    """(digest of what its first layer stands on, why it has no layers): one of them is empty."""
    if why := layering.why_not(machine, materials):
        return "", why
    image = materials.image
    assert image is not None
    able = gather.features_for(machine, image)
    accel = gather.accel_for(machine, gather.arch_of(machine, image), able.binary).name
    # Where no seed tells a guest who may log in, only the project whose key it has can.
    mine = scope.project_id if image.seed == "none" else ""
    return layering.digest(PROVIDER, machine, materials, scope.root, [accel, mine]), ""


def make_disks(directory: Path, layer: str) -> None:
    """Overlays on the disks of a layer, and the variables of the firmware that came with them."""
    (directory / "disks").mkdir(exist_ok=True, mode=0o700)
    found = layers.disks_of(layer)
    if not found:
        raise SeraiError(Code.MISSING, f"the layer {layer} is gone", hint="serai up again, or with --no-cache")
    for ground in found:
        _overlay(ground, "qcow2", directory / "disks" / ground.name)
    if (variables := layers.place(layer) / "efivars.fd").exists():
        disks.copy_file(variables, directory / "efivars.fd")
        (directory / "efivars.fd").chmod(0o600)
    layers.touch(layer)


def _overlay(ground: Path | str, form: str, target: Path) -> None:
    part = target.with_name(f"{target.name}.new")
    run([which("qemu-img", "qemu-utils"), "create", "-q", "-f", "qcow2", "-b", str(ground), "-F", form, part])
    part.rename(target)


def keep(
    scope: Scope,
    machine: Machine,
    materials: Materials,
    kept: Keeping,
    way: Transport,
    progress: Progress,
) -> Tip | None:
    """Keep the disks of a running machine. None: somebody else does so just now, or has done it.

    Raises SeraiError when it cannot be kept: the machine runs on as before.
    """
    name = machine.name
    directory, record = directory_of(scope, name), made(scope, name)
    if not kept.fresh and layers.find(kept.key) is not None:
        return None
    try:
        with layers.making(kept.key) as folder:
            progress("keeping a layer")
            work = _Work(scope, directory, record, kept.tip)
            work.make_targets(folder)
            with launch.connect(directory, name) as qmp:
                work.copy(qmp, folder, materials, way)
            known = work.finish(folder, kept)
            return Tip(layers.publish(folder, known), work.bitmap)
    except SeraiError as error:
        if error.code is Code.BUSY:
            return None
        raise


class _Work:
    """The making of one layer."""

    def __init__(self, scope: Scope, directory: Path, record: Record, tip: Tip | None) -> None:
        assert record.image is not None
        self.name = record.name
        self.directory = directory
        self.image: Image = record.image
        self.tip = tip
        self.token = token_hex(4)
        self.bitmap = tip.bitmap if tip else f"serai-{self.token}"
        self.below = tip.layer if tip else layers.read(self.image.layer) if self.image.layer else None
        present = snapshots.present(record, alive=True)
        self.nodes = {
            Path(file).stem: (node, file)
            for node, file in snapshots.saveable(self.name, present, record, scope.root).items()
        }

    def _ground(self, disk: str, file: str) -> tuple[str, str]:
        """The file that a disk's copy stands on, and its format; empty: none."""
        if self.tip:
            return str(layers.place(self.tip.layer.id) / layers.DISKS / f"{disk}.qcow2"), "qcow2"
        own = layers.backing(self.directory / file)
        image = str(self.image.disk)
        return own, self.image.format if own == image else "qcow2"

    def make_targets(self, folder: Path) -> None:
        """Empty disks for the copies, as large as the machine's."""
        qemu_img = which("qemu-img", "qemu-utils")
        for disk, (_, file) in self.nodes.items():
            ground, form = self._ground(disk, file)
            on = ["-b", ground, "-F", form] if ground else []
            size = str(disks.virtual_size(self.directory / file))
            target = folder / layers.DISKS / f"{disk}.qcow2"
            run([qemu_img, "create", "-q", "-f", "qcow2", *on, target, size])
            target.chmod(0o600)

    def copy(self, qmp: Qmp, folder: Path, materials: Materials, way: Transport) -> None:
        """Begin all copies at one moment, in which the guest has forgotten who it is; wait for their end."""
        jobs = backup.Jobs(qmp, self.name, {})
        try:
            for number, (disk, (node, _)) in enumerate(self.nodes.items()):
                target = folder / layers.DISKS / f"{disk}.qcow2"
                jobs.add(node, f"layer{number}-{self.token}", target, flush=True)
            jobs.reserve(bitmap=self.bitmap if self.tip else "")
            self._begin(jobs, materials, way)
            jobs.wait()
        finally:
            jobs.end()
        disks.copy_state(self.directory, folder)

    def _begin(self, jobs: backup.Jobs, materials: Materials, way: Transport) -> None:
        # Who it is is off its disks now, and they are copied: should it never hear the end of that, its next
        # start makes a new instance of it.
        with editing(self.directory) as record:
            assert record.applied is not None
            traces = Traces(
                keys=materials.public_keys,
                hosts=layering.peers_lines(record.applied, materials),
                seeded=self.image.seed != "none",
            )
            record.nameless = traces.seeded
        with forgotten(way, traces, self.name):
            jobs.start(bitmap=self.bitmap) if self.tip else jobs.start(anew=self.bitmap)
        with editing(self.directory) as record:
            record.nameless = False

    def finish(self, folder: Path, kept: Keeping) -> Layer:
        """Set the copies on what will stay, and say what they stand on."""
        depth = (self.below.depth if self.below else 0) + 1
        flat = depth > layers.DEEPEST
        below = None if flat else self.below
        grounds = {}
        for disk in self.nodes:
            target = folder / layers.DISKS / f"{disk}.qcow2"
            ground = layers.backing(target)
            if (flat or Path(ground).is_relative_to(template.root())) and ground:
                ground = self._rebased(target, disk, below)
            if ground:
                grounds[disk] = ground
        return Layer(
            id="",
            key=kept.key,
            blocks=kept.blocks,
            project=kept.project,
            at=0.0,
            provider=PROVIDER,
            image=self.image.reference,
            image_digest=self.image.digest,
            parent=below.id if below else "",
            depth=1 if flat else depth,
            grounds=grounds,
        )

    def _rebased(self, target: Path, disk: str, below: Layer | None) -> str:
        """The copy with all in it that is between it and the layer, or the image; what it stands on then."""
        ground, form = "", "qcow2"
        if below is not None:
            ground = str(layers.place(below.id) / layers.DISKS / f"{disk}.qcow2")
        elif disk == disks.ROOT:
            ground, form = str(self.image.disk), self.image.format
        on = ["-F", form] if ground else []
        qemu_img = which("qemu-img", "qemu-utils")
        run([qemu_img, "rebase", "-f", "qcow2", *on, "-b", ground, target], timeout=None)
        return ground
