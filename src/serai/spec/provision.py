"""Provisioning blocks: which provisioner does one, what it is called, and when it runs (VAG-10)."""

from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from typing import Any, ClassVar

import msgspec
from msgspec import Meta

from serai.spec.base import PATH, Spec, stated
from serai.spec.notes import Annotated

__all__ = [
    "BASIC",
    "KINDS",
    "TOOLS",
    "File",
    "Provision",
    "Reload",
    "Run",
    "Shell",
    "Vagrant",
    "block_of",
    "struct_of",
]


class Run(StrEnum):
    ONCE = "once"
    ALWAYS = "always"
    NEVER = "never"


ScriptChecksum = Annotated[str, Meta(pattern=r"^(md5|sha1|sha256|sha384|sha512):[0-9a-f]{32,128}$")]


class Shell(Spec, frozen=True):
    """A script in the guest. Short: the script itself."""

    inline: Annotated[str | None, Meta(description="the script's text")] = None
    path: Annotated[
        str | None, Meta(description="a script file of the project, or the URL of one, which the host fetches")
    ] = None
    args: Annotated[list[str], Meta(description="its arguments")] = []
    env: Annotated[dict[str, str], Meta(description="its environment, over the machine's")] = {}
    privileged: Annotated[bool, Meta(description="as root (through sudo where the login is not root)")] = True
    sensitive: Annotated[bool, Meta(description="its output and environment are not shown")] = False
    checksum: Annotated[
        ScriptChecksum | None,
        Meta(description="digest of the script; needed where it comes by http:", examples=["sha256:…"]),
    ] = None
    upload_path: Annotated[
        str | None, Meta(description="where it lies in the guest; default: a file of its own, removed afterwards")
    ] = None
    binary: Annotated[bool, Meta(description="leave its line ends as they are")] = False
    reboot: Annotated[bool, Meta(description="restart the guest after it, and wait until it is back")] = False
    reset: Annotated[
        bool, Meta(description="log in anew after it, so that groups which it joined the login to count")
    ] = False


Mode = Annotated[str, Meta(pattern=r"^0?[0-7]{3,4}$")]


class File(Spec, frozen=True):
    """A file or a tree from the host into the guest."""

    source: Annotated[str, Meta(description="file or directory, relative to the project", extra=PATH)]
    destination: Annotated[str, Meta(description="path in the guest; `~/` and `$HOME/` are the login's home")]
    mode: Annotated[Mode | None, Meta(description="octal permissions of a file")] = None
    owner: Annotated[str | None, Meta(description="user or user:group")] = None


class Reload(Spec, frozen=True):
    """Restart the guest here, and wait until it is back."""


class Vagrant(Spec, frozen=True):
    """A provisioner of a Vagrantfile that this version cannot run: kept in its place, and `up` says so."""

    type: Annotated[str, Meta(description="Vagrant's name of it", examples=["goss"])]
    options: Annotated[dict[str, Any], Meta(description="what it was given, by Vagrant's names")] = {}


TOOLS: Mapping[str, str] = {
    "ansible": "ansible:Ansible",
    "ansible_local": "ansible:AnsibleLocal",
    "cfengine": "cfengine:Cfengine",
    "chef_solo": "chef:ChefSolo",
    "chef_zero": "chef:ChefZero",
    "chef_client": "chef:ChefClient",
    "chef_apply": "chef:ChefApply",
    "docker": "engines:Docker",
    "podman": "engines:Podman",
    "puppet": "puppet:Puppet",
    "puppet_server": "puppet:PuppetServer",
    "salt": "salt:Salt",
}
"""Kinds that a tool does, each with the struct of its options below serai.spec.provisioners."""
BASIC = ("shell", "file", "reload")
"""Kinds that need none: their structs are fields."""
KINDS = (*BASIC, *TOOLS)
"""The keys of a block that name its provisioner, each also its module below serai.provisioners."""
PACKAGE = "serai.spec.provisioners"


class Provision(Spec, frozen=True):
    """One block: exactly one of the provisioner keys."""

    rest: ClassVar[str] = "tool"
    further: ClassVar[Mapping[str, str]] = {kind: f"{PACKAGE}.{place}" for kind, place in TOOLS.items()}

    shell: Shell | None = None
    file: File | None = None
    reload: Reload | None = None
    tool: dict[str, Any] = {}
    vagrant: Vagrant | None = None
    name: Annotated[str | None, Meta(description="for --provision-with and for the output")] = None
    run: Annotated[
        Run,
        Meta(
            description="once: again only when the block or its files changed; always: whenever the machine "
            "starts, and at `serai provision`; never: only with --provision-with"
        ),
    ] = Run.ONCE
    cache: Annotated[
        bool,
        Meta(
            description="keep the machine's disks as they are after it, so that the next machine that would come "
            "to the same starts from there; false: it runs in each new machine, and so does what follows"
        ),
    ] = True

    @property
    def kind(self) -> str:
        """Its provisioner; empty while a loader holds a block whose provisioner was wrong."""
        if self.vagrant is not None:
            return self.vagrant.type
        return next((name for name in BASIC if getattr(self, name) is not None), "".join(self.tool))

    @property
    def inner(self) -> Spec:
        """What the provisioner itself is told, as its struct."""
        if self.tool and self.vagrant is None:
            return msgspec.convert(self.tool[self.kind], struct_of(self.kind))
        found: Spec = self.vagrant or getattr(self, self.kind)
        return found


def struct_of(kind: str) -> type[Spec]:
    """The struct of a tool's options."""
    module, _, name = TOOLS[kind].partition(":")
    found: type[Spec] = getattr(import_module(f"{PACKAGE}.{module}"), name)
    return found


def block_of(options: Spec, **beside: Any) -> Provision:
    """The block of a tool's options; `beside`: its name, and when it runs."""
    kind = next(kind for kind in TOOLS if TOOLS[kind].endswith(f":{type(options).__name__}"))
    return Provision(tool={kind: stated(options)}, **beside)
