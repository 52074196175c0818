"""What decides single keys of xl.cfg; whole files are in tests/render/xen."""

from __future__ import annotations

from serai.providers.xen.render import boot_order, ends_by_itself, mib, pins
from xen_site import loaded


def test_sizes_are_whole_mebibytes() -> None:
    assert [mib(size) for size in (1, 1 << 20, (1 << 20) + 1)] == [1, 1, 2]


def test_what_it_boots_from_are_letters_each_once() -> None:
    machine = loaded("boot: [cd, root, data, network]\ndisks: {root: 1GiB, data: 1GiB, cd: {device: cdrom}}")

    assert boot_order(machine) == "dcn"
    assert boot_order(loaded("")) == ""


def test_pins_are_one_text_where_all_are_alike() -> None:
    assert pins(loaded("")) == ""
    assert pins(loaded('cpu: {count: 2, pin: {each: {"0": "1", "1": "1"}}}')) == "1"
    assert pins(loaded('cpu: {count: 2, pin: {each: {"1": "3"}}}')) == ["all", "3"]


def test_a_domain_that_is_kept_does_not_end_by_itself() -> None:
    assert ends_by_itself(loaded(""))
    assert not ends_by_itself(loaded("providers: {xen: {on_poweroff: preserve}}"))
