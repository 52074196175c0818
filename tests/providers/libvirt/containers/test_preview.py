"""The XML of a container before it exists, and what a start would change."""

from __future__ import annotations

from serai.providers.contract import Materials
from serai.providers.libvirt import ledger
from serai.providers.libvirt.containers.preview import difference, preview
from serai.providers.libvirt.record import Phase, Record
from serai.spec.container import Container
from serai.spec.machine import Machine

WEB = Machine(name="web", provider="libvirt", container=Container(rootfs="root", memory=1 << 26))


def test_it_has_the_names_that_it_will_have_and_is_not_written(pretended):
    text = preview(pretended.scope, WEB, Materials())

    assert "<name>shop_web</name>" in text
    assert '<memory unit="KiB">65536</memory>' in text
    assert not ledger.directory_of(pretended.scope, "web").exists()


def test_one_that_is_not_there_is_all_new(pretended):
    lines = difference(pretended.scope, WEB, Materials())

    assert '+  <memory unit="KiB">65536</memory>' in lines
    assert not any("serai:machine" in line for line in lines)


def test_a_limit_that_changed_is_the_difference(pretended, uri):
    scope = pretended.scope
    ledger.save(
        scope,
        Record(name="web", project="shop", project_id="t1", project_root="/", uri=uri, phase=Phase.MADE,
               domain="shop_web", uuid="00000000-0000-8000-8000-000000000001"),
    )  # fmt: skip
    (ledger.directory_of(scope, "web") / ledger.DEFINED).write_text(preview(scope, WEB, Materials()))
    assert difference(scope, WEB, Materials()) == []

    more = Machine(name="web", provider="libvirt", container=Container(rootfs="root", memory=1 << 27))
    changed = [line for line in difference(scope, more, Materials()) if line[:2] in ("- ", "+ ")]
    assert changed == ['-  <memory unit="KiB">65536</memory>', '+  <memory unit="KiB">131072</memory>']
