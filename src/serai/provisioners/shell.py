"""The shell provisioner: a script in the guest (VAG-10)."""

from __future__ import annotations

from pathlib import Path

from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provision import Shell
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser


def inputs(block: Shell, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return ([block.path] if block.path and not is_url(block.path) else []), machine.env


def run(block: Shell, job: Job) -> None:
    """See Provisioner.run. A sensitive block shows nothing of its output."""
    job.script(
        script(block, job),
        block.args,
        block.env,
        privileged=block.privileged,
        sensitive=block.sensitive,
        place=block.upload_path,
        lasting=True,
    )
    if block.reset:
        job.transport.close()  # it opens again at the next use; until then a login keeps the groups that it had


def script(block: Shell, job: Job) -> str:
    """The script's text; raises Code.INPUT when its file is not there or is no text."""
    if block.path is None:
        return block.inline or ""
    path = fetched(block) if is_url(block.path) else job.root / expanduser(block.path)
    try:
        if block.checksum and not is_url(block.path):
            verify(path, block.checksum)
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SeraiError(Code.INPUT, f"{job.label}: the script {path} cannot be read: {reason}") from error
    if block.binary:
        return text
    return text.replace("\r\n", "\n")  # saved on Windows: the guest would look for the interpreter `sh\r`


def is_url(path: str) -> bool:
    """Whether the host has to fetch it."""
    return "://" in path


def fetched(block: Shell) -> Path:
    """The script behind a URL, fetched anew and verified; http: needs a checksum. Raises Code.NETWORK."""
    from serai.images.download import fetch
    from serai.images.store import Store

    return fetch(str(block.path), Store().downloads(), checksum=block.checksum, progress=lambda phrase: None)


def verify(path: Path, checksum: str) -> None:
    """Raise Code.CORRUPT where the file is another than the one that was meant."""
    from hashlib import new

    kind, _, wanted = checksum.partition(":")
    if new(kind, path.read_bytes()).hexdigest() != wanted:
        raise SeraiError(Code.CORRUPT, f"the script {path} is not what its checksum says", hint="mend one of them")
