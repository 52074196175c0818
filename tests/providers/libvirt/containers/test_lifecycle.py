"""A container's acts, as far as they need no libvirt that runs one."""

from __future__ import annotations

import subprocess

import msgspec
import pytest

from serai.providers.container_root import Root
from serai.providers.contract import Materials, quiet
from serai.providers.libvirt import ledger
from serai.providers.libvirt.containers import inside, lifecycle
from serai.providers.libvirt.record import Phase, Record
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

WEB = msgspec.convert(
    {
        "name": "web",
        "provider": "libvirt",
        "container": {
            "dns": ["10.0.0.1"],
            "dns_search": ["shop.test"],
            "files": [{"target": "/a", "content": "x", "mode": "0400"}, {"target": "/b", "source": "b.conf"}],
            "extra_hosts": {"api": "10.0.0.7"},
        },
    },
    Machine,
)


@pytest.fixture
def made(pretended, uri):
    """The record of a container that is off: libvirt has no such domain."""
    record = Record(
        name="web", project="shop", project_id="t1", project_root="/shop", uri=uri, domain="shop_web",
        uuid="00000000-0000-8000-8000-000000000001", phase=Phase.MADE, applied=WEB,
    )  # fmt: skip
    ledger.save(pretended.scope, record)
    return pretended.scope


def test_a_tree_is_unpacked_with_what_libvirt_mounts_over(tmp_path):
    (tmp_path / "tree" / "bin").mkdir(parents=True)
    (tmp_path / "tree" / "bin" / "sh").touch(0o755)

    lifecycle.unpack(WEB, Root(tree=tmp_path / "tree"), tmp_path / "root")

    assert sorted(each.name for each in (tmp_path / "root").iterdir()) == ["bin", "dev", "proc", "sys"]


def test_what_is_no_tar_is_named_with_tars_words(tmp_path):
    (tmp_path / "root.tar").write_text("no tar at all, however long it may be\n" * 40)

    with pytest.raises(
        SeraiError, match="web: its root filesystem cannot be unpacked: This does not look like"
    ) as caught:
        lifecycle.unpack(WEB, Root(tar=tmp_path / "root.tar"), tmp_path / "root")
    assert caught.value.code is Code.FAILED


def test_small_files_are_where_the_container_sees_them(made):
    (made.root / "b.conf").write_text("from a file")

    lifecycle.write_files(made, WEB, Materials(hosts={"web": "10.40.0.9", "db": "10.40.0.10"}))

    place = ledger.directory_of(made, "web")
    assert (place / "hosts").read_text().splitlines()[-3:] == ["10.40.0.9 web", "10.40.0.10 db", "10.0.0.7 api"]
    assert (place / "resolv.conf").read_text() == "search shop.test\nnameserver 10.0.0.1\n"
    assert ((place / "files/0").read_text(), (place / "files/0").stat().st_mode & 0o777) == ("x", 0o400)
    assert (place / "files/1").read_text() == "from a file"


def test_one_that_is_off_is_neither_frozen_nor_let_go_on(made):
    with pytest.raises(SeraiError, match="web is not suspended: it is off"):
        lifecycle.resume(made, "web", quiet)
    with pytest.raises(SeraiError, match="web does not run: there is nothing to suspend"):
        lifecycle.suspend(made, "web", False, quiet)
    with pytest.raises(SeraiError, match="libvirt saves no container's memory"):
        lifecycle.suspend(made, "web", True, quiet)


def test_stopping_one_that_is_off_is_no_failure(made):
    assert lifecycle.stop(made, "web", 1.0, False, quiet)

    record = ledger.load(made, "web")
    assert record is not None
    assert record.stopped


def test_one_that_does_not_hear_is_killed(made, monkeypatch):
    class Domain:
        active = True

        def isActive(self) -> bool:
            return self.active

        def destroy(self) -> None:
            self.active = False

        def state(self) -> list[int]:
            return [1]

    domain, seen = Domain(), []
    monkeypatch.setattr(lifecycle, "lookup", lambda conn, uuid: domain)
    monkeypatch.setattr(lifecycle, "_ask", lambda *words: seen.append("asked"))
    monkeypatch.setattr(lifecycle.events, "wait_for", lambda *words: True)
    monkeypatch.setattr(lifecycle, "ended", lambda *words: seen.append("ended"))

    assert not lifecycle.stop(made, "web", 1.0, False, quiet)
    assert (seen, domain.active) == (["asked", "ended"], False)

    domain.active = True
    assert lifecycle.stop(made, "web", 1.0, True, quiet)
    assert seen == ["asked", "ended", "ended"]


def test_who_has_just_ended_needs_no_asking(monkeypatch):
    child = subprocess.Popen(["true"])
    child.wait()
    monkeypatch.setattr(inside, "first_process", lambda domain: 0)
    inside.ask_to_end(None, Record(name="w", project="s", project_id="t", project_root="/", uri="lxc:///"))
