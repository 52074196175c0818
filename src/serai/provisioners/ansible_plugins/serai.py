"""Ansible's way into a machine that has no SSH: by a program that runs words inside it (`docker exec …`)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shlex import quote
from typing import IO, Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: serai
author: the serai project
short_description: run in a machine of serai's by its engine's own program
description:
  - For containers and other machines that are entered without SSH.
  - The inventory that serai gives states the program.
options:
  argv:
    description: The program and its words, before those of the command.
    type: list
    elements: str
    required: true
    vars:
      - name: ansible_serai_argv
  remote_user:
    description: Whom the program logs in as; for what Ansible says of it.
    type: str
    vars:
      - name: ansible_user
"""


class Connection(ConnectionBase):  # type: ignore[misc]
    """Each command is a program of its own: nothing stays open."""

    transport = "serai"
    has_pipelining = True

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        """Run a command; (exit code, output, errors)."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        done = self._run(cmd, subprocess.DEVNULL if in_data is None else None, in_data)
        return done.returncode, done.stdout, done.stderr

    def put_file(self, in_path: str, out_path: str) -> None:
        """A file of this host into the machine."""
        super().put_file(in_path, out_path)
        with Path(in_path).open("rb") as source:
            done = self._run(f"cat >{quote(out_path)}", source)
        self._succeeded(done, f"copying to {out_path}")

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """A file of the machine to this host."""
        super().fetch_file(in_path, out_path)
        done = self._run(f"cat {quote(in_path)}", subprocess.DEVNULL)
        self._succeeded(done, f"copying {in_path}")
        Path(out_path).write_bytes(done.stdout)

    def close(self) -> None:
        """Nothing is open."""
        self._connected = False

    def _run(
        self, command: str, source: int | IO[bytes] | None, data: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        words = [*self.get_option("argv"), "/bin/sh", "-c", command]
        how: dict[str, Any] = {"input": data} if source is None else {"stdin": source}
        return subprocess.run(words, capture_output=True, check=False, **how)

    def _succeeded(self, done: subprocess.CompletedProcess[bytes], what: str) -> None:
        if done.returncode:
            raise AnsibleConnectionFailure(f"{what}: {done.stderr.decode(errors='replace').strip()}")
