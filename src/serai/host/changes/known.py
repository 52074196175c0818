"""Every kind of change, so that the journal can be read back."""

from __future__ import annotations

from serai.host.changes.directory import MakeDirectory
from serai.host.changes.docker_chains import DockerChains
from serai.host.changes.file import WriteFile
from serai.host.changes.filter import IptablesRules, NftTable
from serai.host.changes.initramfs import Initramfs
from serai.host.changes.json_keys import JsonKeys
from serai.host.changes.kernel_arguments import KernelArguments
from serai.host.changes.libvirt_mtu import NetworkMtu
from serai.host.changes.libvirt_network import StartNetwork
from serai.host.changes.lines import AddLines
from serai.host.changes.lxc_config import LxcConfig
from serai.host.changes.module import ModuleParameter
from serai.host.changes.mount import Mount
from serai.host.changes.package import PackageInstall
from serai.host.changes.pages import HugePages
from serai.host.changes.pci_binding import PciBinding
from serai.host.changes.service import Service
from serai.host.changes.setting import ProgramSetting
from serai.host.changes.uplink_bridge import UplinkBridge
from serai.host.changes.user import JoinGroup, MakeGroup, MakeUser
from serai.host.changes.value import KernelValue
from serai.host.changes.virtual_functions import VirtualFunctions
from serai.host.changes.xen_boot import XenBoot

AnyChange = (
    AddLines
    | Initramfs
    | DockerChains
    | IptablesRules
    | HugePages
    | JoinGroup
    | JsonKeys
    | KernelArguments
    | KernelValue
    | LxcConfig
    | MakeDirectory
    | MakeGroup
    | MakeUser
    | NetworkMtu
    | NftTable
    | PackageInstall
    | PciBinding
    | ModuleParameter
    | Mount
    | ProgramSetting
    | Service
    | VirtualFunctions
    | StartNetwork
    | UplinkBridge
    | WriteFile
    | XenBoot
)
