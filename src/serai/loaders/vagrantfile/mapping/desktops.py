"""The blocks of VMware, Parallels, Hyper-V and of QEMU's plugins → cpu and memory of QEMU (VAG-2, VAG-3)."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, truth
from serai.loaders.vagrantfile.mapping.virtualbox import LINKED, cpus, gui, memory
from serai.util.errors import Where

OTHER = "it is {}'s, and the machine runs on QEMU"
NAMES = {
    "vmware_desktop": "VMware",
    "vmware_fusion": "VMware",
    "vmware_workstation": "VMware",
    "parallels": "Parallels",
    "hyperv": "Hyper-V",
    "qemu": "vagrant-qemu",
    "kvm": "vagrant-kvm",
    "utm": "UTM",
}
"""Providers whose blocks are carried over, and what they are called."""
SAME = {
    "memory": memory,
    "cpus": cpus,
    "gui": gui,
}
REASONS = {
    "linked_clone": LINKED,
    "differencing_disk": LINKED,
    "use_linked_clone": LINKED,
    "name": "serai calls machines by their names, and the project's",
    "vmname": "serai calls machines by their names, and the project's",
    "maxmemory": "`memory.max` is how far a machine can grow while it runs",
    "mac": "the uplink's address is `networks.uplink.mac`",
    "vlan_id": "a card on a VLAN is a portgroup of a network",
    "ip_address_timeout": "`ready.within` is the budget of the whole start",
    "auto_start_action": "serai starts machines when it is asked; on libvirt `providers.libvirt.autostart`",
    "auto_stop_action": "`serai halt` asks the guest first",
}
VMX = {
    "memsize": memory,
    "numvcpus": cpus,
}
NESTED = ("vhv.enable", "enable_virtualization_extensions")
SWITCHES = {"--memsize": memory, "--cpus": cpus}


def map_desktop(draft: Draft, name: str, block: dict[str, Plain], places: dict[str, Where]) -> None:
    """All keys of one such block."""
    other = OTHER.format(NAMES[name])
    for key, value in block.items():
        where, label = places.get(key, Where("")), f"{name}.{key}"
        if key in SAME:
            SAME[key](draft, value, label, where)
        elif key == "smp" and str(value).isdigit():
            cpus(draft, value, label, where)
        elif key == "vmx" and isinstance(value, dict):
            for inner, item in value.items():
                _word(draft, inner.lower(), item, f"{label} {inner}", where, other)
        elif key in NESTED:
            _word(draft, key, value, label, where, other)
        elif key == "customize":
            for call in listed(value):
                words = [str(word) for word in listed(call)]
                draft.attempt(label, where, _customize, draft, words, label, where, other)
        else:
            draft.dropped(label, where, REASONS.get(key, other))


def _word(draft: Draft, key: str, value: Plain, label: str, where: Where, other: str) -> None:
    if key in VMX:
        VMX[key](draft, value, label, where)
    elif key in NESTED:
        draft.put(("cpu", "nested"), truth(value), label, where)
    elif key == "firmware":
        draft.put(("firmware",), "uefi" if str(value).lower().startswith("efi") else "bios", label, where)
    else:
        draft.dropped(label, where, other)


def _customize(draft: Draft, words: list[str], label: str, where: Where, other: str) -> None:
    """prlctl's words: set, the machine, then a switch and its value."""
    if words[:1] != ["set"]:
        draft.dropped(f"{label} {' '.join(words[:1])}", where, other)
        return
    for flag, value in zip(words[2::2], words[3::2], strict=False):
        if flag in SWITCHES:
            SWITCHES[flag](draft, value, f"{label} {flag}", where)
        elif flag == "--nested-virt":
            draft.put(("cpu", "nested"), truth(value), f"{label} {flag}", where)
        else:
            draft.dropped(f"{label} {flag}", where, other)
