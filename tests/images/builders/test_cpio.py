"""The archive that the kernel unpacks is what cpio reads."""

from __future__ import annotations

import subprocess

from serai.images.builders.cpio import Archive


def test_cpio_lists_what_was_put_in():
    archive = Archive()
    archive.directory("bin")
    archive.file("bin/a", b"hello", 0o755)
    archive.link("bin/b", "a")
    archive.character_device("console", 5, 1)
    done = subprocess.run(["cpio", "-itv", "--quiet"], input=archive.data(), capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["drwxr-xr-x", "-rwxr-xr-x", "lrwxrwxrwx", "crw-------"]
    assert lines[2].endswith("bin/b -> a")
    assert len(archive.data()) % 512 == 0
