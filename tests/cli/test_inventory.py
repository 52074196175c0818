"""`serai inventory`: JSON for Ansible, an INI file, the directory of the connection."""

from __future__ import annotations

import json
from pathlib import Path

FILE = """
project: shop
defaults: {provider: fake}
machines:
  web:
    provision:
      - ansible: {playbook: site.yml, groups: {app: [web, db]}, host_vars: {web: {port: 80}}}
        run: never
  db: {}
"""


def test_machines_that_run_are_listed_with_their_groups(serai):
    serai.file(FILE)
    (serai.root / "site.yml").write_text("[]\n")
    serai("up", "web")

    done = serai("inventory", "--list")
    found = json.loads(done.stdout)
    assert found["app"] == {"hosts": ["web"]}
    assert found["_meta"]["hostvars"]["web"]["port"] == 80
    assert "# db" in done.stderr
    assert json.loads(serai("inventory", "--host", "web").stdout)["port"] == 80
    assert serai("inventory", "--ini").stdout.splitlines()[-2:] == ["[app]", "web"]


def test_the_directory_of_the_connection_is_there(serai):
    serai.file(FILE)
    assert (Path(serai("inventory", "--plugins").stdout.strip()) / "serai.py").exists()
