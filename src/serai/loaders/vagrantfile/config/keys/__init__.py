"""Which table a namespace, a provider or a provisioner has; a file of tables is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from serai.loaders.vagrantfile.config.table import Table

SECTIONS: Mapping[str, str] = {
    "vm": "vm:VM",
    "ssh": "ssh:SSH",
    "winssh": "ssh:WINSSH",
    "winrm": "other:WINRM",
    "rdp": "other:RDP",
    "nfs": "other:NFS",
    "smb": "other:SMB",
    "package": "other:PACKAGE",
    "vagrant": "other:VAGRANT",
    "solaris": "other:SOLARIS",
    "solaris11": "other:SOLARIS11",
    "smartos": "other:SMARTOS",
    "windows": "other:WINDOWS",
}
"""Vagrant's own, without push and trigger, which are more than a section."""

PROVIDERS: Mapping[str, str] = {
    "virtualbox": "virtualbox:VIRTUALBOX",
    "libvirt": "libvirt:LIBVIRT",
    "docker": "containers:DOCKER",
    "lxc": "containers:LXC",
    "managed": "containers:MANAGED",
    "hyperv": "desktops:HYPERV",
    "vmware_desktop": "desktops:VMWARE",
    "vmware_fusion": "desktops:VMWARE",
    "vmware_workstation": "desktops:VMWARE",
    "parallels": "desktops:PARALLELS",
    "qemu": "desktops:QEMU",
    "xenserver": "desktops:XENSERVER",
    "aws": "clouds:AWS",
    "azure": "clouds:AZURE",
    "google": "clouds:GOOGLE",
    "vsphere": "clouds:VSPHERE",
}

PROVISIONERS: Mapping[str, str] = {
    "shell": "shell:SHELL",
    "file": "shell:FILE",
    "ansible": "shell:ANSIBLE",
    "ansible_local": "shell:ANSIBLE_LOCAL",
    "cfengine": "puppets:CFENGINE",
    "puppet": "puppets:PUPPET",
    "puppet_server": "puppets:PUPPET_SERVER",
    "salt": "puppets:SALT",
    "chef_apply": "chef:CHEF_APPLY",
    "chef_client": "chef:CHEF_CLIENT",
    "chef_solo": "chef:CHEF_SOLO",
    "chef_zero": "chef:CHEF_ZERO",
    "docker": "images:DOCKER",
    "podman": "images:PODMAN",
}


@cache
def found(place: str) -> Table:
    module, name = place.split(":")
    table = getattr(import_module(f"{__name__}.{module}"), name)
    assert isinstance(table, Table)
    return table


def section(name: str) -> Table | None:
    place = SECTIONS.get(name)
    return None if place is None else found(place)


def provider(name: str) -> Table:
    """A provider's table; of one that nobody knows, one that takes everything."""
    place = PROVIDERS.get(name)
    return Table(name=name, loose=True) if place is None else found(place)


def provisioner(kind: str) -> Table:
    place = PROVISIONERS.get(kind)
    return Table(name=kind, loose=True) if place is None else found(place)


def is_provisioner(kind: str) -> bool:
    if kind in PROVISIONERS:
        return True
    from serai.loaders.vagrantfile.config.keys.plugins import PROVISIONERS as OF_PLUGINS

    return kind in OF_PLUGINS


def plugin(name: str) -> Table | None:
    """A plugin's namespace that is known by name."""
    from serai.loaders.vagrantfile.config.keys.plugins import NAMESPACES, namespace

    return namespace(name) if name in NAMESPACES else None
