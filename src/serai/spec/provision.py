"""Provisioning blocks: shell and file of VAG-10; each further provisioner adds its struct here."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from serai.spec.base import Spec


class Run(StrEnum):
    ONCE = "once"
    ALWAYS = "always"
    NEVER = "never"


class Shell(Spec, frozen=True):
    """A script in the guest. Short: the script itself."""

    inline: Annotated[str | None, Meta(description="the script's text")] = None
    path: Annotated[str | None, Meta(description="a script file of the project")] = None
    args: Annotated[list[str], Meta(description="its arguments")] = []
    env: Annotated[dict[str, str], Meta(description="its environment, over the machine's")] = {}
    privileged: Annotated[bool, Meta(description="as root (through sudo where the login is not root)")] = True
    sensitive: Annotated[bool, Meta(description="its output and environment are not shown")] = False


Mode = Annotated[str, Meta(pattern=r"^0?[0-7]{3,4}$")]


class File(Spec, frozen=True):
    """A file or a tree from the host into the guest."""

    source: Annotated[str, Meta(description="file or directory, relative to the project")]
    destination: Annotated[str, Meta(description="path in the guest; `~/` is the login's home")]
    mode: Annotated[Mode | None, Meta(description="octal permissions of a file")] = None
    owner: Annotated[str | None, Meta(description="user or user:group")] = None


class Provision(Spec, frozen=True):
    """One block: exactly one of the provisioner keys."""

    shell: Shell | None = None
    file: File | None = None
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
        return "shell" if self.shell is not None else "file"
