"""Chef in a container: a system that has no package of it, then stand-ins for its programs, of all kinds (VAG-10).

No client of Chef's runs here: the stand-ins say so in their names, and keep their words and the files they get.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from debian_guests import with_mirror
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(600)]
PROGRAMS = {
    "chef_solo": "chef-solo",
    "chef_zero": "chef-client",
    "chef_client": "chef-client",
    "chef_apply": "chef-apply",
}
STAND_IN = """\
#!/bin/sh
name=${0##*/}
echo "$name $*" >>/root/called
echo "stand-in for $name"
for word; do [ ! -f "$word" ] || cp "$word" "/root/$name-${word##*/}"; done
[ ! -e /root/fail ] || { echo "stand-in for $name: the recipe inn::default failed"; exit 1; }
"""
FILE = """\
project: inn
machines:
  web:
    provider: lxc
    container: {{rootfs: {root}, keep_alive: true}}
    networks: [{{uplink: none}}]
    halt_timeout: 2s
    provision:
      - chef_solo: {{run_list: ["recipe[inn]"], json: {{port: 80}}}}
      - chef_zero: {{run_list: ["recipe[inn]"], environment: test}}
      - chef_client:
          chef_server_url: https://chef.invalid/organizations/inn
          validation_key_path: validation.pem
          node_name: web.inn
      - chef_apply: {{recipe: "file '/etc/motd'"}}
"""


@pytest.fixture
def inn(boxes: Serai, test_cache: Path, need: Callable[..., None]) -> Serai:
    need("mmdebstrap")
    boxes.file(FILE.format(root=with_mirror(test_cache, "cfengine3")))
    for name, text in (("cookbooks/inn/recipes/default.rb", "# inn\n"), ("validation.pem", "KEY\n")):
        path = boxes.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return boxes


def said(serai: Serai, *words: str, code: int = 0) -> str:
    done = serai(*words, code=code)
    return done.stdout + done.stderr


def has_stand_ins(inn: Serai) -> None:
    (inn.root / "stand-in").write_text(STAND_IN)
    inn("cp", "stand-in", "web:/usr/local/bin/stand-in-for-chef")
    links = "; ".join(f"ln -sf stand-in-for-chef /usr/local/bin/{name}" for name in set(PROGRAMS.values()))
    inn("exec", "web", "--", f"chmod 755 /usr/local/bin/stand-in-for-chef; {links}")


def test_a_system_without_chef_is_told_and_one_with_it_is_given_all_four_kinds(inn: Serai) -> None:
    assert "web: provision chef_solo-1: Debian GNU/Linux 12 (bookworm) has no package of chef-solo" in said(
        inn, "up", code=1
    )
    for kind, program in PROGRAMS.items():
        failed = said(inn, "provision", "web", "--provision-with", f"{kind}-1", code=1)
        assert f"Debian GNU/Linux 12 (bookworm) has no package of {program} (asked for chef)" in failed
        assert "state `installer:`" in failed

    has_stand_ins(inn)
    first = said(inn, "up")
    assert all(f"stand-in for {program}" in first for program in PROGRAMS.values())
    called = inn("exec", "web", "--", "cat /root/called").stdout.splitlines()
    assert [line.split()[0] for line in called] == list(PROGRAMS.values())
    assert called[1].endswith("--local-mode")
    seen = inn("exec", "web", "--", "cat /root/chef-solo-dna.json").stdout
    assert json.loads(seen) == {"port": 80, "run_list": ["recipe[inn]"]}
    settings = inn("exec", "web", "--", "cat /root/chef-client-client.rb").stdout
    assert "chef_server_url 'https://chef.invalid/organizations/inn'" in settings
    assert "node_name 'web.inn'" in settings
    assert "file '/etc/motd'" in inn("exec", "web", "--", "cat /root/chef-apply-*").stdout

    assert "nothing" in said(inn, "up")
    assert inn("exec", "web", "--", "wc -l </root/called").stdout == "4\n"

    inn("exec", "web", "--", "touch /root/fail")
    failed = said(inn, "provision", "web", "--provision-with", "chef_zero-1", code=1)
    assert "web: provision chef_zero-1: chef-client ended with exit code 1" in failed
    assert "the recipe inn::default failed" in failed
    assert "serai provision web --provision-with chef_zero-1" in failed
