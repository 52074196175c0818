"""Keys of one machine that do not fit each other; cases/error-tuning has each refusal with its place."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.util.errors import SeraiErrors


def messages(machine, tmp_path):
    text = f"project: p\nmachines: {{a: {{image: tiny, {machine}}}}}"
    try:
        load(tmp_path / "serai.yaml", text=text, environ={})
    except SeraiErrors as caught:
        return [error.message for error in caught.errors]
    return []


@pytest.mark.parametrize(
    "machine",
    [
        "cpus: 2, cpu: {max: 4, pin: 0-3}",
        "cpus: 2, cpu: {pin: {each: {0: 1}}}",
        "cpus: 2, cpu: {pin: '0-3,^1,^2'}",
        "cpu: {migratable: false}",
        "cpus: 4, memory: 1GiB, numa: {cells: [{cpus: '0,2', memory: 512MiB}, {cpus: '1,3', memory: 512MiB}]}",
        "memory: {size: 1GiB, hugepages: {size: 2MiB, nodes: 0}}",
        "memory: {size: 1GiB, prealloc: true, prealloc_threads: 4}",
        "memory: {shared: true}, synced_folders: {source: ., target: /srv, type: virtiofs}",
        "memory: {shared: false}, synced_folders: {source: ., target: /srv, type: 9p}",
        "disks: {cd: {device: cdrom, bus: scsi}}, boot: [cd, network]",
        "disks: {d: {size: 1GiB, io: native, cache: directsync}}",
        "devices: {graphics: {type: vnc, listen: 127.0.0.1, port: 5901, password_file: vnc.txt}}",
        "devices: {guest_agent: false, channels: org.qemu.guest_agent.0}",
        "devices: {tpm: {version: '1.2', model: tis}}",
        "secure_boot: false, firmware: bios",
        "providers: {libvirt: {xml: {add: <qemu:commandline/>, at: '.'}}}",
        "providers: {libvirt: {xml: {at: './devices/disk[@device=\"cdrom\"]', remove: true}}}",
    ],
)
def test_what_fits_is_fine(machine, tmp_path):
    assert messages(machine, tmp_path) == []


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        ("cpus: 2, cpu: {max: 4, pin: 0-1}", "a.cpu.pin: 0-1 is 2 CPUs of the host, and the machine has 4"),
        ("iothreads: 2, cpu: {pin: {iothreads: {0: 1}}}", "there is no I/O thread 0: there are 2, counted from 1"),
        ("numa: {cells: {cpus: 1, memory: 512MiB}}", "a.numa.cells.cpus: there is no virtual CPU 1"),
        ("disks: {root: {io: native, cache: unsafe}}", "a.disks.root.io: native needs O_DIRECT"),
        ("providers: {libvirt: {xml: {add: <x/>, at: /domain}}}", "'/domain' is no path"),
        ("providers: {libvirt: {xml: {add: <x/>, at: 'xen:x'}}}", "'xen:x' is no path"),
        ("disks: {d: {device: floppy, bus: scsi}}", "a.disks.d.bus: a floppy has a bus of its own"),
        ("disks: {d: {size: 1GiB, bus: fdc}}", "a.disks.d.bus: fdc has floppies alone"),
        ("disks: {d: {device: floppy, size: 1MiB}}", "a.disks.d.size: a floppy has its file's size"),
        ("boot: floppy", "there is no disk 'floppy', there are root, network"),
    ],
)
def test_what_does_not_fit_is_told(machine, message, tmp_path):
    found = messages(machine, tmp_path)

    assert any(message in each for each in found), found


def test_without_an_image_there_is_no_root_disk_to_boot_from(tmp_path):
    text = "project: p\nmachines: {a: {disks: {cd: {device: cdrom, path: x.iso}}, boot: [cd, root]}}"

    with pytest.raises(SeraiErrors, match="there is no disk 'root', there are cd, network"):
        load(tmp_path / "serai.yaml", text=text, environ={})


@pytest.mark.parametrize(
    ("disks", "said"),
    [
        ("a: {disks: {d: {path: x}}}, b: {disks: {e: {path: x}}}", "x is a's already"),
        ("a: {count: 2, disks: {d: {path: /dev/vg0/d}}}", "/dev/vg0/d is a-1's already"),
        ("a: {disks: {d: {path: x, readonly: true}}}, b: {disks: {e: {path: x}}}", "x is a's already"),
        ("a: {disks: {d: {path: x, readonly: true}}}, b: {disks: {e: {path: x, readonly: true}}}", ""),
        ("a: {count: 2, disks: {cd: {path: x.iso, device: cdrom}}}", ""),
    ],
)
def test_a_disk_that_is_written_to_has_one_machine(disks, said, tmp_path):
    try:
        load(tmp_path / "serai.yaml", text=f"project: p\nmachines: {{{disks}}}", environ={})
        found = ""
    except SeraiErrors as caught:
        found = str(caught)

    assert said in found
    assert bool(said) == bool(found)
