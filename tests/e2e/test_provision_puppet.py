"""Puppet in a container: applied twice, and manifests that fail; also installed from a mirror (VAG-10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from debian_guests import with_mirror
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow]
SITE = """\
include inn
file { '/root/facts': content => "${facts['role']} ${facts['rooms']['count']} ${lookup('motto')}\\n" }
"""
INIT = "class inn { file { '/etc/motd': content => \"Welcome to the inn\\n\" } }\n"
HIERA = """\
version: 5
hierarchy: [{name: all, path: all.yaml}]
defaults: {datadir: /srv/data, data_hash: yaml_data}
"""
FILE = """\
machines:
  web:
    provider: lxc
    container: {{rootfs: {root}, keep_alive: true}}
    networks: [{{uplink: none}}]
    provision:
      - file: data:/srv/data
      - puppet:
          manifest_file: site.pp
          module_path: modules
          hiera_config_path: hiera.yaml
          structured_facts: true
          facter: {{role: web, rooms: {{count: 12}}}}
"""


def project(serai: Serai, root: Path) -> None:
    serai.file(FILE.format(root=root))
    for name, text in (
        ("manifests/site.pp", SITE),
        ("modules/inn/manifests/init.pp", INIT),
        ("hiera.yaml", HIERA),
        ("data/all.yaml", "motto: rest well\n"),
    ):
        path = serai.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def said(serai: Serai, *words: str, code: int = 0) -> str:
    done = serai(*words, code=code)
    return done.stdout + done.stderr


@pytest.mark.long
def test_puppet_is_installed_from_a_mirror(boxes: Serai, test_cache: Path, need: Callable[..., None]) -> None:
    need("mmdebstrap")
    project(boxes, with_mirror(test_cache, "puppet-agent"))
    first = said(boxes, "up")
    assert "installing puppet-agent by apt" in first
    assert "puppet: changed" in first
    assert "installing" not in said(boxes, "provision", "web")


def test_a_manifest_is_applied_once_and_a_failing_one_is_told(
    boxes: Serai, test_cache: Path, need: Callable[..., None]
) -> None:
    need("mmdebstrap")
    project(boxes, with_mirror(test_cache, there=("puppet-agent",)))
    first = said(boxes, "up")
    assert "installing" not in first
    assert "puppet: changed" in first
    told = boxes("exec", "web", "--", "cat /etc/motd /root/facts").stdout
    assert told == "Welcome to the inn\nweb 12 rest well\n"

    again = said(boxes, "provision", "web")
    assert "puppet: all is as it should be" in again
    assert "puppet: changed" not in again

    manifest = boxes.root / "manifests/site.pp"
    manifest.write_text(f"{SITE}exec {{ '/bin/false': }}\nfile {{ '/root/more': content => 'x' }}\n")
    failed = said(boxes, "up", code=1)
    assert "web: provision puppet-1: resources of the manifest have failed, others were changed" in failed
    assert "puppet's exit code 6" in failed
    assert "/bin/false" in failed
    assert "serai provision web --provision-with puppet-1" in failed

    manifest.write_text("file { '/root/x' \n")
    failed = said(boxes, "up", code=1)
    assert "puppet could not do it at all" in failed
    assert "Syntax error at end of input" in failed
