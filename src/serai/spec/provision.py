"""Provisioning blocks: shell and file of VAG-10; each further provisioner adds its struct here."""

from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta

from serai.spec.base import Spec


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


Mode = Annotated[str, Meta(pattern=r"^0?[0-7]{3,4}$")]


class File(Spec, frozen=True):
    """A file or a tree from the host into the guest."""

    source: Annotated[str, Meta(description="file or directory, relative to the project")]
    destination: Annotated[str, Meta(description="path in the guest; `~/` is the login's home")]
    mode: Annotated[Mode | None, Meta(description="octal permissions of a file")] = None
    owner: Annotated[str | None, Meta(description="user or user:group")] = None


class Reload(Spec, frozen=True):
    """Restart the guest here, and wait until it is back."""


class Vagrant(Spec, frozen=True):
    """A provisioner of a Vagrantfile that this version cannot run: kept in its place, and `up` says so."""

    type: Annotated[str, Meta(description="Vagrant's name of it", examples=["ansible", "chef_solo"])]
    options: Annotated[dict[str, Any], Meta(description="what it was given, by Vagrant's names")] = {}


class Provision(Spec, frozen=True):
    """One block: exactly one of the provisioner keys."""

    shell: Shell | None = None
    file: File | None = None
    reload: Reload | None = None
    vagrant: Vagrant | None = None
    name: Annotated[str | None, Meta(description="for --provision-with and for the output")] = None
    run: Annotated[
        Run,
        Meta(
            description="once: again only when the block or its files changed; always: whenever the machine "
            "starts, and at `serai provision`; never: only with --provision-with"
        ),
    ] = Run.ONCE

    @property
    def kind(self) -> str:
        if self.vagrant is not None:
            return self.vagrant.type
        return next(name for name in ("shell", "file", "reload") if getattr(self, name) is not None)
