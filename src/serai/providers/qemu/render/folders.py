"""Directories of the host in the guest: 9p by QEMU itself, virtiofs by a virtiofsd beside it."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.qemu.render.words import Option, escape
from serai.providers.qemu.site import Folder, Site
from serai.spec.folder import FolderType
from serai.spec.machine import Machine

MODELS = {"passthrough": "passthrough", "mapped": "mapped-xattr", "squash": "none"}
"""libvirt's words for QEMU's. Source: libvirt, formatdomain, accessmode."""


def socket_name(number: int) -> str:
    """The socket of a virtiofsd, in the machine's directory."""
    return f"share{number}.sock"


def options(_machine: Machine, site: Site) -> Iterator[Option]:
    for number, folder in enumerate(site.folders):
        if folder.kind is FolderType.VIRTIOFS:
            yield "-chardev", f"socket,id=share{number},path={socket_name(number)}"
            yield "-device", f"vhost-user-fs-pci,chardev=share{number},tag={folder.tag}"
        else:
            yield from _ninep(number, folder, site)


def _ninep(number: int, folder: Folder, site: Site) -> Iterator[Option]:
    model = MODELS.get(folder.security) or ("none" if folder.readonly else site.folder_security)
    only = ",readonly=on" if folder.readonly else ""
    where = f"id=share{number},path={escape(folder.path)}"
    yield "-fsdev", f"local,{where},security_model={model},multidevs=remap{only}"
    yield "-device", f"virtio-9p-pci,fsdev=share{number},mount_tag={folder.tag}"
