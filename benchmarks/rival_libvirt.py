"""vagrant-libvirt beside serai: a box of the same disk, and a Vagrantfile that gives the guest the same hardware.

What vagrant-libvirt cannot make by itself it is given ready: kernel and initrd are those that serai has in the
pool, and the seed is a volume with what serai's own seed holds. Both use the network and the pool `default`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

from bare_libvirt import POOL, Bare, virsh
from harness import Sample, child

BOX = "serai-bench"
SEED = "serai-bench-seed.iso"
VAGRANTFILE = """\
Vagrant.configure("2") do |config|
  config.vm.box = "{box}"
  config.vm.box_check_update = false
  config.vm.guest = :linux
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.username = "{user}"
  config.ssh.shell = "sh"
  config.ssh.insert_key = false
  config.ssh.private_key_path = "{key}"
  config.vm.provider(:libvirt) do |domain|
    domain.driver = "{kind}"
    domain.machine_type = "q35"
    domain.cpu_mode = "{cpu}"
    domain.memory = {memory}
    domain.cpus = {cpus}
    domain.features = %w[acpi apic]
{start}    domain.disk_driver :cache => "none", :io => "threads", :discard => "unmap"
    domain.storage :file, device: "vdb", path: "{seed}", type: "raw", size: "1M", allow_existing: true
    domain.random model: "random"
    domain.graphics_type = "none"
    domain.usb_controller model: "none"
    domain.storage_pool_name = "{pool}"
    domain.management_network_name = "default"
    domain.management_network_address = "{network}"
    domain.management_network_mac = "{mac}"
    domain.management_network_keep = true
    domain.default_prefix = "serai-bench-"
  end
end
"""


class Vagrant:
    """A project of one machine, to be brought up and destroyed again and again."""

    def __init__(self, root: Path, like: Bare, kind: str, cpu: str) -> None:
        """The machine is made like one that serai made. `kind` is the domain's type, `cpu` libvirt's CPU mode."""
        root.mkdir()
        self.root = root
        self.env = {
            **os.environ,
            "VAGRANT_HOME": str(root / "home"),
            "VAGRANT_DEFAULT_PROVIDER": "libvirt",
            "VAGRANT_CHECKPOINT_DISABLE": "1",
        }
        self._seed(like)
        image, machine = like.image, like.machine
        text = VAGRANTFILE.format(
            box=BOX,
            key=like.key(),
            kind=kind,
            cpu=cpu,
            memory=machine.memory.size // 2**20,
            cpus=machine.cpu.count,
            user=like.record.user,
            mac=like.mac(),
            start="".join(f"    domain.{key} = {json.dumps(value)}\n" for key, value in _start(like).items()),
            seed=SEED,
            pool=POOL,
            network=_default_network(),
        )
        (root / "Vagrantfile").write_text(text)
        box = pack(root / "box.tar.gz", image.disk, image.virtual_size)
        child(["vagrant", "box", "add", "--name", BOX, str(box)], cwd=root, env=self.env)
        box.unlink()

    def _seed(self, like: Bare) -> None:
        """The seed of the machine that serai made, under a name of our own."""
        file = self.root / "seed.iso"
        virsh("vol-download", like.volume("seed"), str(file), POOL)
        if SEED in _volumes():  # of a run that was killed
            virsh("vol-delete", SEED, POOL)
        virsh("vol-create-as", POOL, SEED, str(file.stat().st_size), "--format", "raw")
        virsh("vol-upload", SEED, str(file), POOL)

    def up(self) -> Sample:
        """From nothing to a login; the box has been in the pool since the first time."""
        sample = child(["vagrant", "up", "--no-provision"], cwd=self.root, env=self.env)
        child(["vagrant", "destroy", "-f"], cwd=self.root, env=self.env)
        return sample

    def remove(self) -> None:
        """What vagrant leaves in the pool: the box; and our seed."""
        child(["vagrant", "destroy", "-f"], cwd=self.root, env=self.env, ok=(0, 1))
        for volume in _volumes():
            if volume == SEED or volume.startswith(f"{BOX}_vagrant_box_image"):
                virsh("vol-delete", volume, POOL)


def _start(like: Bare) -> dict[str, str]:
    """How the guest's kernel is started where its own disk does not."""
    if like.image.kernel is None:
        return {}
    return {
        "kernel": _path(like.in_pool("kernel")),
        "initrd": _path(like.in_pool("initrd")),
        "cmd_line": like.image.cmdline,
    }


def pack(box: Path, disk: Path | None, size: int) -> Path:
    """A box of a qcow2 disk. Source: vagrant-libvirt, box format v1; its size is in GiB."""
    if disk is None:
        raise SystemExit("the image has no disk")
    metadata = box.with_name("metadata.json")
    metadata.write_text(json.dumps({"provider": "libvirt", "format": "qcow2", "virtual_size": size // 2**30}))
    with tarfile.open(box, "w:gz", compresslevel=1) as archive:
        archive.add(metadata, "metadata.json")
        archive.add(disk.resolve(), "box.img")
    return box


def _said(*words: str) -> str:
    return subprocess.run(["virsh", "-q", *words], capture_output=True, text=True, check=True).stdout


def _volumes() -> list[str]:
    return [line.split()[0] for line in _said("vol-list", POOL).splitlines() if line.strip()]


def _path(volume: str) -> str:
    return _said("vol-path", volume, POOL).strip()


def _default_network() -> str:
    """`192.168.122.0/24`: the subnet of libvirt's own network, which vagrant-libvirt wants to be told."""
    from xml.etree import ElementTree

    from serai.providers.libvirt.subnets import subnets_of

    return str(subnets_of(ElementTree.fromstring(_said("net-dumpxml", "default")))[0])
