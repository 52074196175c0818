"""Transparent huge pages: madvise unless told otherwise, now and at the next boot."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import SeraiError


def planned(root, value=""):
    return TUNINGS["thp"].plan(Facts(Source(root)), Asked(value=value))


def test_guests_get_them_and_nobody_else(tmp_path):
    write(tmp_path, {"sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never"})
    now, later = planned(tmp_path).changes

    assert now.value == "madvise"
    assert later.path == "/etc/tmpfiles.d/90-serai-thp.conf"
    assert later.text.endswith("w /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise\n")


def test_another_value_is_taken_and_a_wrong_one_refused(tmp_path):
    assert planned(tmp_path, "never").changes[0].value == "never"
    with pytest.raises(SeraiError, match="sometimes: there are madvise, never, always"):
        planned(tmp_path, "sometimes")
