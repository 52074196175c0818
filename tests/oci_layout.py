"""Writes OCI image layouts, part by part."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any


def blob(layout: Path, data: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    path = layout / "blobs" / "sha256" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def layer(entries: dict[str, bytes | str | None]) -> bytes:
    """A gzipped tar of programs; None is a directory, a text a link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.mode = 0o755
            if isinstance(data, bytes):
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
                continue
            info.type = tarfile.DIRTYPE if data is None else tarfile.SYMTYPE
            info.linkname = data or ""
            archive.addfile(info)
    return gzip.compress(out.getvalue())
