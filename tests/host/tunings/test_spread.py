"""Pages go where guests are bound, else evenly, and never more than a node can give."""

from __future__ import annotations

import pytest

from serai.host.tunings.spread import WHOLE, evenly, place
from serai.host.wants import Pages
from serai.util.errors import Code, SeraiError
from serai.util.units import GIB, MIB


@pytest.mark.parametrize(
    ("count", "room", "given"),
    [
        (4, {0: 9, 1: 9}, {0: 2, 1: 2}),
        (5, {0: 9, 1: 9}, {0: 3, 1: 2}),
        (9, {0: 2, 1: 9}, {0: 2, 1: 7}),
        (0, {0: 2}, {0: 0}),
        (4, {0: 1, 1: 1}, None),
        (7, {0: 3, 1: 0, 2: 4}, {0: 3, 1: 0, 2: 4}),
    ],
)
def test_a_full_node_leaves_its_share_to_the_rest(count, room, given):
    assert evenly(count, room) == given


def test_bound_guests_come_first():
    wanted = [Pages(0, 2 * GIB), Pages(0, 2 * GIB, (1,))]

    assert place(wanted, GIB, {0: 2 * GIB, 1: 2 * GIB}, "shop") == {0: 2, 1: 2}


def test_each_guest_has_whole_pages():
    assert place([Pages(0, GIB + 1), Pages(0, GIB + 1)], GIB, {WHOLE: 8 * GIB}, "shop") == {WHOLE: 4}


def test_a_host_without_nodes_takes_no_notice_of_them():
    assert place([Pages(0, 4 * MIB, (1,))], 2 * MIB, {WHOLE: GIB}, "shop") == {WHOLE: 2}


def test_what_does_not_fit_is_refused_with_the_figures():
    with pytest.raises(
        SeraiError, match=r"5\.0 GiB in pages of 1GiB do not fit: node 0 can give 1\.5 GiB"
    ) as error:
        place([Pages(0, 5 * GIB)], GIB, {0: 3 * GIB // 2, 1: -1}, "shop")
    assert error.value.code is Code.REFUSED
    assert "at most 1.0 GiB now" in error.value.hint
