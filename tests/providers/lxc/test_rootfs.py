"""What a container is made from, and what is kept of what a template wrote."""

from __future__ import annotations

import pytest

from serai.providers import container_root
from serai.providers.contract import Materials
from serai.providers.lxc import gather, rootfs
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.spec.raw import LxcRaw, LxcStorage, Raw
from serai.util.errors import SeraiError
from serai.util.process import Result

BASE = """\
lxc.network.type = veth
lxc.net.0.link = lxcbr0
lxc.idmap = u 0 1 2
lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs
lxc.utsname = web
lxc.signal.halt = SIGUSR1
"""


def test_what_a_template_says_of_networks_and_names_is_left_out():
    assert rootfs.without_networks(BASE) == (
        "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs\nlxc.signal.halt = SIGUSR1\n"
    )


@pytest.mark.parametrize(
    ("path", "where"),
    [("dir:/a/rootfs", "/a/rootfs"), ("btrfs:/b", "/b"), ("/c", "/c"), ("lvm:/dev/vg/x", None), ("zfs:p/x", None)],
)
def test_the_root_filesystem_is_where_its_storage_says(path, where):
    found = rootfs.rootfs_of(f"lxc.rootfs.path = {path}\n")

    assert (str(found) if found else None) == where
    assert rootfs.rootfs_of("") is None


def test_gpg_is_asked_for_where_the_template_calls_it(tmp_path, monkeypatch):
    monkeypatch.setattr(rootfs, "TEMPLATES", tmp_path)
    assert "gpg" in rootfs._called("download")

    (tmp_path / "lxc-download").write_text("for bin in tar xz wget; do\n")
    assert rootfs._called("download") == {"wget": "wget", "xz": "xz-utils"}

    (tmp_path / "lxc-download").write_text("gpg --recv-keys\n")
    assert "gpg" in rootfs._called("download")


def test_apparmor_is_spoken_of_where_the_kernel_has_it(monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(gather, "apparmor", lambda there=there: there)
        assert ("apparmor" in rootfs._first("busybox", ())) == there


def test_what_is_no_tree_is_left_alone(tmp_path):
    rootfs.personalize("lxc.rootfs.path = lvm:/dev/vg/web\n", "web", disk=True)
    rootfs.personalize(f"lxc.rootfs.path = dir:{tmp_path}\n", "web", disk=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "wanted"), [("9123683e", "btrfs"), ("ef53", "dir")])
def test_storage_is_what_containers_lie_on(kind, wanted, monkeypatch):
    monkeypatch.setattr(rootfs, "run", lambda argv, **more: Result(argv, 0, f"{kind}\n", ""))

    assert rootfs.storage(Machine(name="web")) == wanted


def test_stated_storage_counts():
    raw = LxcRaw(storage=LxcStorage.LVM, storage_options={"vgname": "lxc"})
    machine = Machine(name="web", providers=Raw(lxc=raw))

    assert rootfs.storage(machine) == "lvm"
    assert rootfs._storage_options(machine) == ["--vgname", "lxc"]


@pytest.mark.engine
@pytest.mark.root
def test_a_template_that_fails_is_named_with_its_last_words(scope, containers, need):
    need("lxc-create", root=True)
    bad = containers / "bad"
    bad.write_text("#!/bin/sh\necho the mirror is gone >&2\nexit 1\n")
    bad.chmod(0o755)
    machine = Machine(name="web", container=Container(template=str(bad)))

    with pytest.raises(SeraiError, match="web: it cannot be made by bad: the mirror is gone"):
        rootfs.make(scope, machine, Materials(), (), lambda phrase: None)


@pytest.mark.engine
@pytest.mark.root
def test_a_tree_that_cannot_be_read_to_its_end_is_no_container(scope, containers, need, tmp_path, monkeypatch):
    need("lxc-create", root=True)
    monkeypatch.setattr(container_root, "which", lambda name, package="": "/bin/false")
    (tmp_path / "tree").mkdir()
    machine = Machine(name="web", container=Container(rootfs="./tree"))

    with pytest.raises(SeraiError):
        rootfs.make(scope, machine, Materials(), (), lambda phrase: None)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ()),
        ("lxc.execute.cmd = '/bin/sh'", ("/bin/sh",)),
        (
            'lxc.execute.cmd = \'"/bin/sh" "-c"  "echo a; exec b" \'',
            ("/bin/sh", "-c", "echo a; exec b"),
        ),
    ],
)
def test_what_the_template_of_oci_images_says_is_run(line: str, words: tuple[str, ...]) -> None:
    assert rootfs.process_of(f"lxc.uts.name = web\n{line}\n").entrypoint == words
