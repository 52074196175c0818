"""Changes to a machine that is there: what xl is told at once, and what waits."""

from __future__ import annotations

import pytest

from serai.providers.contract import Effect, Verdict

pytestmark = [pytest.mark.root, pytest.mark.engine]
both = pytest.mark.parametrize("xl", ["here", "far"], indirect=True)


def test_memory_and_cpus_change_while_it_runs(xl, driver, machine, materials):
    was = machine("memory: {size: 64MiB, max: 128MiB}\ncpu: {count: 1, max: 4}")
    driver.create(was, materials)
    driver.start(was, materials)
    wanted = machine("memory: {size: 96MiB, max: 128MiB}\ncpu: {count: 3, max: 4}")
    seen = driver.observe()["web"]
    keys = {
        "memory.size": driver.verdict(wanted, seen, "memory.size", was.memory.size, wanted.memory.size),
        "cpu.count": driver.verdict(wanted, seen, "cpu.count", 1, 3),
        "boot": Verdict(Effect.RESTART, "later"),
    }
    assert [each.effect for each in keys.values()] == [Effect.LIVE, Effect.LIVE, Effect.RESTART]
    xl.fault("one-cpu")
    driver.apply(wanted, keys)

    told = xl.domain("shop_web")
    assert (told["memory"], told["cpus"]) == (96, 3)
    assert driver.observe()["web"].pending == {"boot": "later"}
    driver.destroy("web")


def test_it_starts_with_the_host_where_that_is_stated(xl, driver, machine, materials, root):
    web = machine(raw="autostart: true")
    driver.create(web, materials)
    driver.start(web, materials)
    link = root / "auto/shop_web.cfg"
    assert link.readlink() == root / "lib/t1/web/xl.cfg"

    driver.apply(machine(), {"providers.xen.autostart": Verdict(Effect.LIVE)})
    assert not link.is_symlink()
    driver.destroy("web")
