"""What a container's acts leave, where the acts themselves are seen in tests/e2e/test_nspawn_life.py."""

from __future__ import annotations

import pytest

from serai.providers.container_record import Phase
from serai.providers.contract import Materials, quiet
from serai.providers.nspawn import launch, lifecycle
from serai.providers.nspawn.record import load
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

NONE = Container(rootfs="./tree", network_mode="none")


@pytest.fixture
def tree(tmp_path, scope):
    """A root filesystem in the project's directory."""
    root = tmp_path / "tree"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("other\n")
    return root


def test_what_is_not_made_is_named(scope, made):
    with pytest.raises(SeraiError, match="web is not made"):
        lifecycle.made(scope, "web")
    made("web", phase=Phase.CREATING)
    with pytest.raises(SeraiError, match="web was never made to the end"):
        lifecycle.made(scope, "web")


def test_a_container_is_made_from_a_directory_twice_and_gone_twice(machines, scope, tree):
    machine = Machine(name="web", container=NONE)
    lifecycle.create(scope, machine, Materials(), quiet)
    lifecycle.create(scope, machine, Materials(), quiet)

    root = machines / "serai-t1-web"
    assert (root / "etc" / "hostname").read_text() == "web\n"
    settings = launch.place.settings_of("serai-t1-web")
    assert "Hostname=web" in settings.read_text()
    record = load(machines / ".serai" / "serai-t1-web")
    assert record is not None
    assert record.phase is Phase.MADE

    lifecycle.destroy(scope, "web")
    lifecycle.destroy(scope, "web")
    assert not root.exists()
    assert not settings.exists()
    assert list(machines.iterdir()) == []


def test_what_cannot_be_unpacked_is_told_in_tars_words(machines, scope, tmp_path):
    (tmp_path / "torn.tar").write_bytes(b"no tar at all" * 100)
    machine = Machine(name="web", container=Container(rootfs="./torn.tar", network_mode="none"))

    with pytest.raises(SeraiError, match=r"cannot be unpacked: .*tar: .*not look like a tar") as caught:
        lifecycle.create(scope, machine, Materials(), quiet)
    assert caught.value.code is Code.FAILED


def test_a_torn_record_does_not_keep_a_container_from_going(scope, made, machines):
    (made("web") / "serai.json").write_text("{")

    lifecycle.destroy(scope, "web")

    assert not (machines / "serai-t1-web").exists()


def test_one_that_is_off_is_neither_frozen_nor_stopped_again(scope, made):
    made("web")
    with pytest.raises(SeraiError, match="web is not running"):
        lifecycle.suspend(scope, "web")
    with pytest.raises(SeraiError, match="web is not suspended: it is off"):
        lifecycle.resume(scope, "web")
    assert lifecycle.stop(scope, "web", 1, False, quiet)


def test_a_kernel_that_freezes_nothing_is_told(scope, made, living):
    made("web")
    group = living("web", 1)
    (group / "payload" / "cgroup.freeze").unlink()
    (group / "payload").rmdir()

    with pytest.raises(SeraiError, match="the kernel does not freeze it") as caught:
        lifecycle.suspend(scope, "web")
    assert "version 2" in caught.value.hint


def test_starting_one_that_runs_does_nothing_and_one_that_is_frozen_goes_on(scope, made, living):
    made("web")
    made("ice")
    living("web", 1)
    group = living("ice", 1, frozen=True)

    lifecycle.start(scope, Machine(name="web"), Materials(), quiet)
    lifecycle.start(scope, Machine(name="ice"), Materials(), quiet)

    assert (group / "payload" / "cgroup.freeze").read_text() == "0"


def test_a_start_that_fails_leaves_nothing_behind(scope, made, monkeypatch):
    made("web")
    cleared: list[str] = []

    def refuse(machine, site):
        raise SeraiError(Code.FAILED, "no")

    monkeypatch.setattr(launch, "start", refuse)
    monkeypatch.setattr(launch, "clear", cleared.append)

    with pytest.raises(SeraiError):
        lifecycle.start(scope, Machine(name="web", container=NONE), Materials(), quiet)
    assert cleared == ["serai-t1-web", "serai-t1-web"]


def test_a_copy_is_one_of_its_own(scope, made, machines, living):
    made("web", image_digest="sha256:1")
    (machines / "serai-t1-web" / "etc").mkdir()
    (machines / "serai-t1-web" / "file").touch()
    copy = Machine(name="copy", container=NONE)

    lifecycle.copied(scope, "web", copy, Materials(), quiet)
    assert (machines / "serai-t1-copy" / "etc" / "hostname").read_text() == "copy\n"
    assert (machines / "serai-t1-copy" / "file").exists()
    with pytest.raises(SeraiError, match="copy exists already"):
        lifecycle.copied(scope, "web", copy, Materials(), quiet)
    living("web", 1)
    with pytest.raises(SeraiError, match="only a stopped machine is cloned"):
        lifecycle.copied(scope, "web", Machine(name="more"), Materials(), quiet)
