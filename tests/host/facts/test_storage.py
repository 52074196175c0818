"""Storage: the file system that a path is on."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.source import Source
from serai.host.facts.storage import Storage


@pytest.mark.parametrize(("path", "kind"), [("/var/lib/x", "btrfs"), ("/var", "btrfs"), ("/srv", "ext4")])
def test_the_nearest_mount_counts(tmp_path, path, kind):
    write(tmp_path, {"proc/mounts": "a / ext4 rw\nb /var btrfs rw"})

    assert Storage(Source(tmp_path)).kind(path)[1] == kind
