"""Layers of an OCI layout are laid over each other, whiteouts and all."""

from __future__ import annotations

import gzip
import json
import random
import tarfile
from pathlib import Path

import pytest

from oci_layout import blob, layer
from serai.images import oci
from serai.util.errors import Code, SeraiError


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    place = tmp_path / "image"
    config = blob(
        place, json.dumps({"config": {"Entrypoint": ["/app"], "Env": ["A=1"], "WorkingDir": "/srv"}}).encode()
    )
    layers = [
        layer(
            {
                "etc/": None,
                "etc/old": b"1",
                "etc/kept": b"1",
                "opt/": None,
                "opt/a": b"1",
                "gone/": None,
                "gone/x": b"1",
            }
        ),
        layer({"./etc/.wh.old": b"", "./etc/kept": b"2", "opt/.wh..wh..opq": b"", "opt/b": b"2", ".wh.gone": b""}),
        layer({"etc/old": b"3"}),
    ]
    manifest = blob(
        place, json.dumps({"config": config, "layers": [blob(place, each) for each in layers]}).encode()
    )
    tagged = {**manifest, "annotations": {"org.opencontainers.image.ref.name": "v1"}}
    (place / "index.json").write_text(json.dumps({"manifests": [tagged]}))
    return place


def contents(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive if each.isreg()}  # type: ignore[union-attr]


@pytest.mark.parametrize("reference", ["oci:./image", "oci:image:v1"])
def test_the_last_layer_counts_and_a_whiteout_hides(layout, tmp_path, home, reference):
    flat = oci.flatten(reference, tmp_path, "amd64", lambda phrase: None)

    assert contents(flat.tar) == {"./etc/old": b"3", "./etc/kept": b"2", "./opt/b": b"2"}
    assert (flat.config.entrypoint, flat.config.env, flat.config.working_dir) == (["/app"], ["A=1"], "/srv")
    assert oci.flatten(reference, tmp_path, "amd64", lambda phrase: None).tar == flat.tar


def test_a_tag_that_is_not_there_is_refused_with_those_that_are(layout, tmp_path, home):
    with pytest.raises(SeraiError) as caught:
        oci.flatten("oci:image:v2", tmp_path, "amd64", lambda phrase: None)

    assert (caught.value.code, caught.value.hint) == (Code.INPUT, "there are v1")


def test_what_is_no_layout_is_refused(tmp_path, home):
    with pytest.raises(SeraiError, match="is no OCI image layout"):
        oci.flatten("oci:nowhere", tmp_path, "amd64", lambda phrase: None)


def test_a_changed_layer_is_found_out(layout, tmp_path, home):
    for path in (layout / "blobs" / "sha256").iterdir():
        if path.read_bytes()[:2] == b"\x1f\x8b":
            path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(SeraiError) as caught:
        oci.flatten("oci:image", tmp_path, "amd64", lambda phrase: None)

    assert caught.value.code is Code.CORRUPT


def test_a_digest_is_never_a_path(tmp_path):
    with pytest.raises(SeraiError, match="is no digest"):
        oci._blob(tmp_path, "sha256:../../etc/passwd")
    with pytest.raises(SeraiError, match="is missing"):
        oci._blob(tmp_path, "sha256:00")


def test_of_several_architectures_the_hosts_one_is_taken(layout, tmp_path, home):
    index = json.loads((layout / "index.json").read_text())
    inner = {"manifests": [{**index["manifests"][0], "platform": {"architecture": "amd64"}}]}
    outer = {**blob(layout, json.dumps(inner).encode()), "mediaType": "application/vnd.oci.image.index.v1+json"}
    (layout / "index.json").write_text(json.dumps({"manifests": [outer]}))

    assert oci.flatten("oci:image", tmp_path, "amd64", lambda phrase: None).config.entrypoint == ["/app"]
    with pytest.raises(SeraiError, match="not made for arm64"):
        oci.flatten("oci:image", tmp_path, "arm64", lambda phrase: None)


def made(place: Path, *, config: bytes = b"{}", layers: list[bytes], manifest: bytes = b"") -> str:
    """A layout; the digest of its manifest."""
    said = {"config": blob(place, config), "layers": [blob(place, each) for each in layers]}
    first = blob(place, manifest or json.dumps(said).encode())
    (place / "index.json").write_text(json.dumps({"manifests": [first]}))
    return str(first["digest"])


def test_no_image_takes_the_place_of_another_by_its_digest(tmp_path, home):
    digest = made(tmp_path / "good", layers=[layer({"a": b"good"})])
    other = made(tmp_path / "evil", layers=[layer({"a": b"evil"})])
    parts, name = tmp_path / "evil/blobs/sha256", digest.partition(":")[2]
    (parts / other.partition(":")[2]).rename(parts / name)
    index = tmp_path / "evil/index.json"
    index.write_text(index.read_text().replace(other, digest))
    with pytest.raises(SeraiError, match="not what its name says"):
        oci.flatten("oci:evil", tmp_path, "amd64", lambda phrase: None)

    assert contents(oci.flatten("oci:good", tmp_path, "amd64", lambda phrase: None).tar) == {"./a": b"good"}


WHOLE = layer({"a": random.Random(1).randbytes(200_000)})
DAMAGED = {
    "a manifest that is no JSON": {"manifest": b"{", "layers": []},
    "a manifest that is a list": {"manifest": b"[]", "layers": []},
    "a configuration that is none": {"config": b"[]", "layers": []},
    "a layer that is no tar": {"layers": [b"junk" * 1000]},
    "a layer that is cut off": {"layers": [WHOLE[:-100]]},
    "a layer of nonsense": {"layers": [WHOLE[:100_000] + bytes([255]) * 100_000]},
    "an algorithm that nobody has": {
        "manifest": json.dumps({"config": {"digest": "foo:bar"}, "layers": []}).encode(),
        "layers": [],
    },
}


@pytest.mark.parametrize("parts", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_image_is_told_and_nothing_of_it_is_kept(parts, tmp_path, home):
    made(tmp_path / "image", **parts)
    (tmp_path / "image/blobs/foo").mkdir()
    (tmp_path / "image/blobs/foo/bar").write_text("{}")
    with pytest.raises(SeraiError) as caught:
        oci.flatten("oci:image", tmp_path, "amd64", lambda phrase: None)
    assert caught.value.code is Code.CORRUPT
    assert not list(home.rglob("oci-*"))


def test_a_header_of_a_layer_does_not_fill_the_memory(tmp_path, home):
    claims = tarfile.TarInfo("header")
    claims.type, claims.size = tarfile.XHDTYPE, 6 << 30
    made(tmp_path / "image", layers=[gzip.compress(claims.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))])
    with pytest.raises(SeraiError, match=r"image: a layer is damaged: .* claims 6442450944 bytes") as caught:
        oci.flatten("oci:image", tmp_path, "amd64", lambda phrase: None)
    assert caught.value.code is Code.CORRUPT
    assert not list(home.rglob("oci-*"))
