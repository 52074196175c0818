"""A file system image from a directory, without root and without loop devices: mke2fs -d, debugfs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from serai.util.process import run, which


def make(
    image: Path,
    source: Path,
    *,
    size: int,
    label: str,
    uuid: str,
    modes: Mapping[str, int] = {},
    owners: Mapping[str, tuple[int, int]] = {},
    journal_mib: int = 8,
) -> None:
    """Write `image` (sparse, `size` bytes): ext4 holding `source`.

    mke2fs keeps the owner that files have on the host; for a builder without root debugfs sets it, to `owners`
    (guest path -> user and group) or to 0. Raises Code.FAILED when the tree does not fit.
    `modes` are permission bits to set besides (set-user-id is lost on some file systems).
    """
    with image.open("wb") as file:
        file.truncate(size)
    fixed_time = {"E2FSPROGS_FAKE_TIME": "1700000000", "SOURCE_DATE_EPOCH": "1700000000"}
    mke2fs = which("mke2fs", "e2fsprogs")
    features = f"hash_seed={uuid},root_owner=0:0,lazy_itable_init=1,lazy_journal_init=1"
    options = [
        "-L",
        label,
        "-U",
        uuid,
        "-m",
        "0",
        "-J",
        f"size={journal_mib}",
        "-E",
        features,
        "-d",
        os.fspath(source),
    ]
    run([mke2fs, "-q", "-F", "-t", "ext4", *options, image], env=fixed_time)
    commands = []
    if os.geteuid() != 0:
        for path in sorted(source.rglob("*")):
            name = f"/{path.relative_to(source)}"
            user, group = owners.get(name, (0, 0))
            commands += [f'sif "{name}" uid {user}', f'sif "{name}" gid {group}']
    for name, mode in modes.items():
        kind = 0o100000 if not (source / name.lstrip("/")).is_dir() else 0o040000
        commands.append(f'sif "{name}" mode 0{kind | mode:o}')
    if commands:
        debugfs = which("debugfs", "e2fsprogs")
        run([debugfs, "-w", "-f", "/dev/stdin", image], input="\n".join(commands) + "\n", env=fixed_time)
