"""Names and places on dom0 stay the same, and dom0s that had machines are remembered."""

from __future__ import annotations

import pytest

from serai.providers.xen import place
from serai.util.errors import SeraiError


def test_a_dom0_is_remembered_whatever_the_file_says_later(scope) -> None:
    assert place.hosts(scope) == []
    for host in ("far", "far", ""):
        place.remember(scope, host)

    assert place.hosts(scope) == ["", "far"]


def test_a_list_that_cannot_be_read_is_no_empty_one(scope) -> None:
    scope.home.mkdir(parents=True)
    (scope.home / "xen.json").write_text("{")
    with pytest.raises(SeraiError, match="not a list of dom0s"):
        place.hosts(scope)


def test_names_fit_where_they_go(scope) -> None:
    assert len(place.bridge_of(scope, "a-network-with-a-long-name")) <= 15
    assert place.domain_names(scope, "web") == ("shop_web", "shop-t1_web")
    assert place.domain_word("root@dom0:22") == "root_dom0_22"
