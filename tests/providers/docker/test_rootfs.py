"""Root filesystems that containers are made from: a file, or the one inside an image of serai's."""

from __future__ import annotations

from pathlib import Path

import pytest

from docker_site import SCOPE, machine
from dockerd import Engine
from person import Serai
from serai.providers.contract import Image
from serai.providers.docker import rootfs
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize("text", ["./x.tar", "dir/x", "x.tar", "x.tar.gz", "~/x"])
def test_what_looks_like_a_file_is_one(tmp_path: Path, text: str) -> None:
    assert rootfs.file(text, tmp_path) == tmp_path / Path(text).expanduser()


def test_a_name_is_one_of_the_catalogue_unless_a_file_has_it(tmp_path: Path) -> None:
    assert rootfs.file("tiny", tmp_path) is None
    assert rootfs.file("debian:12", tmp_path) is None
    (tmp_path / "tiny").touch()
    assert rootfs.file("tiny", tmp_path) == tmp_path / "tiny"


def test_an_image_is_called_by_what_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Image(reference="tiny", digest="sha256:" + "ab" * 32)
    monkeypatch.setattr("serai.images.resolve.find", lambda name, **_: made if name == "tiny" else None)
    wanted = machine(image=None, container={"rootfs": "tiny"})

    assert rootfs.tag("tiny", wanted, SCOPE) == "serai/rootfs:abababababababab"
    with pytest.raises(SeraiError) as error:
        rootfs.tag("debian:12", wanted, SCOPE)
    assert error.value.code is Code.MISSING


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["docker", "podman"])
def test_the_root_filesystem_of_tiny_becomes_a_container(
    name: str, request: pytest.FixtureRequest, serai: Serai, home_with_images: Path
) -> None:
    engine: Engine = request.getfixturevalue("dockerd" if name == "docker" else "podman")
    serai.file(
        f"project: shop\nmachines: {{web: {{provider: {name}, container: {{rootfs: tiny, stop_timeout: 0, "
        "keep_alive: true}}}\n"
    )
    serai("up", timeout=100)

    assert serai.states() == {"web": "ready"}
    inside = serai("exec", "web", "--", "cat /etc/os-release; id -u").stdout
    assert "tiny" in inside and inside.endswith("0\n")
    serai("destroy", "-y")
    for image in engine.client().images("serai/rootfs"):
        engine.client().remove_image(image["Id"], force=True)
