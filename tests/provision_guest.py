"""A guest for provisioners: this host's shell, with a directory of its own in place of all programs but a few."""

from __future__ import annotations

import shutil
from pathlib import Path

from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint
from serai.provisioners.job import Job
from serai.spec.machine import Machine

TOOLS = "sh cat cut sed awk sort head tail tr grep mktemp chmod chown rm mv cp mkdir tar dirname basename readlink"
TOOLS += " env sleep printf uname rpm tee touch rev stat"
"""What a guest has anyway."""


class Guest:
    """`lines` is what its blocks have said, `called` what its stand-ins were called with."""

    def __init__(self, place: Path, *without: str) -> None:
        self.place = place
        self.bin = place / "bin"
        self.bin.mkdir(parents=True)
        self.root = place / "project"
        self.root.mkdir()
        self.log = place / "called"
        self.lines: list[str] = []
        for name in TOOLS.split():
            if name not in without and (found := shutil.which(name)):
                (self.bin / name).symlink_to(found)
        self.program("id", "#!/bin/sh\n[ $# = 1 ] && [ $1 = -u ] && echo 0\n")  # so that nobody needs to be root

    def program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def stand_in(self, name: str, then: str = "") -> None:
        """A program that records its words, one call a line, names itself so, and goes on."""
        own = f"stand-in-for-{name}"
        head = f'#!/bin/sh\necho "{name} $*" >>{self.log}\necho "stand-in for {name}"\n'
        self.program(own, f"{head}{then}\n")
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).symlink_to(own)

    def called(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def job(self, machine: Machine | None = None, key: str = "block-1") -> Job:
        way = ExecTransport(ExecEndpoint(argv=("env", f"PATH={self.bin}"), user="root"), "web")
        return Job(
            key=key,
            machine=machine or Machine(name="web"),
            transport=way,
            root=self.root,
            out=self.lines.append,
        )
