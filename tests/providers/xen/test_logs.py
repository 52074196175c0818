"""What a toolstack says only in its logs is told where a start fails, and its logs go with what they are of."""

from __future__ import annotations

import pytest

from serai.providers.xen import logs
from serai.providers.xen.dom0 import dom0
from serai.util.errors import SeraiError

pytestmark = [pytest.mark.root, pytest.mark.engine]
DISK = "type: pv, bootloader: pygrub"
CAUSE = "RuntimeError: Unable to find partition containing kernel"


def test_the_log_of_a_boot_loader_that_found_a_kernel_is_removed(xl, driver, machine, materials, root):
    web = machine(raw=DISK)
    driver.create(web, materials)
    (root / "log/bootloader.1.log").write_text("Using GRUB's menu\n")
    (root / "log/bootloader.1.log.1").touch()
    (root / "log/bootloader.11.log").touch()
    driver.start(web, materials)
    assert [each.name for each in (root / "log").glob("boot*")] == ["bootloader.11.log"]
    (root / "log/bootloader.11.log").unlink()
    driver.destroy("web")


def test_one_that_found_none_is_quoted(xl, driver, machine, materials, root):
    web = machine(raw=DISK)
    driver.create(web, materials)
    (root / "log/bootloader.1.log").write_text(
        "Traceback\nRuntimeError: Unable to find partition containing kernel\n"
    )
    xl.fault("no-kernel")
    with pytest.raises(SeraiError, match="found no kernel in its disk") as caught:
        driver.start(web, materials)
    assert caught.value.details[-1] == CAUSE
    assert not list((root / "log").glob("boot*"))
    driver.destroy("web")


def test_only_what_was_written_meanwhile_counts(here, root):
    log = here.state / "libxl-driver.log"
    log.write_text("2026-11-27 16:59:27.282+0000: xc: panic: of another domain\n")
    line = "2026-11-27 16:59:27.297+0000: libxl: libxl_dom.c:586:libxl__build_dom: failed: Out of memory"
    done = dom0("").run(logs.told(f"{{ echo '{line}' >>{log}; echo mine >&2; false; }}"), check=False)
    assert (done.code, done.stderr) == (1, f"mine\n{line[30:]}\n")
    assert dom0("").run(logs.told(f"echo more >>{log}")).stderr == ""
