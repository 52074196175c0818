"""What came goes and what was there stays, by dnf, zypper and pacman themselves."""

from __future__ import annotations

import pytest

from real_package_managers import Dnf, Pacman, Real, Zypper
from serai.host.changes.package import PackageInstall
from serai.host.changes.package_tools import TOOLS, plain
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

pytestmark = [pytest.mark.root]
KINDS: dict[str, type[Real]] = {"dnf": Dnf, "zypper": Zypper, "pacman": Pacman}


@pytest.fixture(params=KINDS)
def tool(request, need):
    need(*KINDS[request.param].programs, root=True)
    return TOOLS[request.param]


@pytest.fixture
def reach(tool, tmp_path):
    real = KINDS[tool.name](tmp_path)
    return Local(real.root, run=real)


def by_hand(tool, reach, argv):
    done = tool.run(reach, argv)
    assert done.code in tool.good, done.stdout + done.stderr


def there(tool, reach):
    return {plain(name) for name in tool.database(reach).installed}


def test_what_is_missing_is_installed_and_exactly_what_came_is_removed(tool, reach):
    by_hand(tool, reach, tool.install(["inn-common"]))
    change = PackageInstall(tool=tool.name, names=("inn-server", "inn-common"))
    assert change.diff(reach) == ["+inn-server"]

    before = change.before(reach)
    change.do(reach, before)
    after = change.after(reach)
    assert there(tool, reach) == {"inn-common", "inn-server"}
    assert change.holds(reach)

    by_hand(tool, reach, tool.install(["inn-extra"]))
    assert change.conflict(reach, before, after).startswith("inn-extra")
    by_hand(tool, reach, tool.remove(["inn-extra"], True))
    assert change.conflict(reach, before, after) == ""

    change.undo(reach, before, after)
    assert there(tool, reach) == {"inn-common"}


def test_a_name_that_no_source_has_is_named_with_the_way_on(tool, reach):
    change = PackageInstall(tool=tool.name, names=("inn-nowhere",))
    with pytest.raises(SeraiError) as error:
        change.do(reach, change.before(reach))

    assert error.value.code is Code.MISSING
    assert error.value.message == "no package source has inn-nowhere"
    assert error.value.hint.endswith(f"{tool.by_hand} inn-nowhere")
