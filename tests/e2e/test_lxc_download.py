"""LXC's template `download` (LXC-5), from a server of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from image_server import pack, serving, signed_by_nobody
from project_host import small_root
from serai.util.arch import host_arch

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.timeout(120)]
ONE = """
project: shop
machines:
  web:
    provider: lxc
    networks: [{{uplink: {{type: none}}}}]
    container:
      template: download
      template_args: -d small -r {release} -a {arch} --server {server}
      keep_alive: true
"""


def test_an_image_is_downloaded_and_one_that_there_is_not_is_named(boxes, need, tmp_path: Path, monkeypatch):
    need("wget", "xz", "openssl")
    place = tmp_path / "server"
    pack(small_root(tmp_path / "root"), place, host_arch())
    certificate = signed_by_nobody(tmp_path)
    (tmp_path / "wgetrc").write_text(f"ca_certificate = {certificate}.crt\n")
    monkeypatch.setenv("WGETRC", str(tmp_path / "wgetrc"))
    monkeypatch.setenv("LXC_CACHE_PATH", str(tmp_path / "cache"))
    with serving(place, certificate) as server:
        boxes.file(ONE.format(release=2, arch=host_arch(), server=server))
        said = boxes("up", code=1).stderr
        assert "web: it cannot be made by download: ERROR: Couldn't find a matching image" in said
        assert boxes.states() == {"web": "absent"}

        boxes.file(ONE.format(release=1, arch=host_arch(), server=server))
        boxes("up")

    assert boxes("exec", "web", "--", "hostname; busybox | head -1").stdout.startswith("web\nBusyBox")
    assert list((tmp_path / "cache").rglob("rootfs.tar.xz"))
