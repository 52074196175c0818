"""The provider as a whole: one call of xl for all machines, and what it cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Feature
from serai.util.errors import Code, SeraiError

pytestmark = [pytest.mark.root, pytest.mark.engine]
both = pytest.mark.parametrize("xl", ["here", "far"], indirect=True)


def test_every_machine_is_seen_by_one_call_of_xl(xl, driver, machine, materials):
    import msgspec

    for name in ("web", "db", "log"):
        driver.create(msgspec.structs.replace(machine(), name=name), materials)
    xl.forget_calls()

    assert sorted(driver.observe()) == ["db", "log", "web"]
    assert xl.calls() == ["list -v"]
    for name in ("web", "db", "log"):
        driver.destroy(name)


def test_what_it_cannot_do_is_said_with_the_reason(scope):
    from serai.providers.xen.driver import Xen

    able = Xen(scope).capabilities()
    assert {*able.has} | {*able.why_not} == {*Feature}
    assert not {*able.has} & {*able.why_not}
    for act in (lambda: Xen(scope).screenshot("web", Path("x")), lambda: Xen(scope).agent_exec("web", "true", 1)):
        with pytest.raises(SeraiError) as caught:
            act()
        assert caught.value.code is Code.UNSUPPORTED
