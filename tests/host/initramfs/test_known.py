"""The tool is the one whose program is there."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.initramfs.known import tool_of
from serai.host.reach.local import Local
from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        (["usr/sbin/update-initramfs"], "initramfs-tools"),
        (["usr/sbin/update-initramfs", "usr/bin/dracut"], "dracut"),
        (["usr/bin/mkinitcpio"], "mkinitcpio"),
    ],
)
def test_it_is_found_by_what_is_there(programs, name, tmp_path):
    write(tmp_path, dict.fromkeys(programs, ""))

    assert tool_of(Local(tmp_path)).name == name


def test_none_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(SeraiError, match="no tool for the initramfs") as error:
        tool_of(Local(tmp_path))
    assert "command line" in error.value.hint
