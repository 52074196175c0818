"""What a toolstack writes into logs of its own and does not say: part of the error where a start fails."""

from __future__ import annotations

import re
from shlex import quote

from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0
from serai.util.process import Result

DRIVER = "/var/log/libvirt/libxl/libxl-driver.log"
"""Where libvirt has what libxl says of a domain that is being made. Source: libvirt, src/libxl/libxl_logger.c."""
_BOOT_LOADER = re.compile(r"consult logfile (/[^\s'\"]+)")
"""Source: xen, tools/libs/light/libxl_bootloader.c, bootloader_finished."""
LINES = 5
"""That are shown of a boot loader's log."""


def told(command: str) -> str:
    """The command, with what libxl said to libvirt meanwhile behind its own words where it fails."""
    before = f"d=$(cat {quote(DRIVER)} 2>/dev/null | wc -c)"
    after = f"cat {quote(DRIVER)} 2>/dev/null | tail -c +$((d + 1)) | sed 's/^[-0-9]* [.:+0-9]*: //' >&2"
    return f"{before}; {{ {command}; }} || {{ {after}; false; }}"


def of_boot_loader(host: Dom0, done: Result) -> list[str]:
    """The end of the log that libxl points to. It is removed: its name is the number of a domain that is gone."""
    found = _BOOT_LOADER.search(done.stderr)
    if found is None:
        return []
    file = quote(found[1])
    said = host.run(f"tail -n {LINES} {file} 2>/dev/null; rm -f {file}", check=False).stdout
    return [line.strip() for line in said.splitlines() if line.strip()]


def forget_boot_loader(domain: str) -> str:
    """Words of a shell that remove the log of one that has found a kernel."""
    return f'n=$(xl domid {quote(domain)}) && rm -f {quote(place.LOGS)}/bootloader."$n".log*'
