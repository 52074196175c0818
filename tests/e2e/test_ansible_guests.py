"""Ansible in real containers of Debian: from the host over two at once, and in the guest itself (VAG-10)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ansible_core import PLAYBOOK
from debian_guests import with_mirror

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("ansible"),
]

SHOP = """
project: shop
defaults: {provider: lxc, container: {rootfs: ./root.tar, keep_alive: true}, halt_timeout: 1s}
machines:
  db: {}
  web:
    provision:
      - ansible:
          playbook: site.yml
          limit: all
          groups: {store: [db], "store:vars": {listen: 5432}}
          extra_vars: {place: /srv, broken: false}
      - ansible_local: {playbook: local/site.yml, provisioning_path: /opt/play, extra_vars: {place: /opt}}
"""


def test_containers_are_changed_from_the_host_and_from_within_once(boxes, test_cache: Path, need, monkeypatch):
    need("mmdebstrap", root=True)
    for name in ("ANSIBLE_PYTHON_INTERPRETER", "ANSIBLE_REMOTE_TMP"):
        monkeypatch.delenv(name)  # the guests have their own
    boxes.file(SHOP)
    shutil.copy(with_mirror(test_cache, there=("python3", "ansible-core")), boxes.root / "root.tar")
    (boxes.root / "local").mkdir()
    for path in ("site.yml", "local/site.yml"):
        (boxes.root / path).write_text(PLAYBOOK)

    done = boxes("up")
    assert "changed=1" in done.stdout + done.stderr
    assert boxes("exec", "db", "--", "cat /srv/db").stdout == "port 5432 on db\n"
    assert boxes("exec", "web", "--", "cat /srv/web /opt/web").stdout == "port 80 on web\n" * 2
    assert "nothing" in boxes("plan").stdout + boxes("plan").stderr

    again = boxes("provision", "web")
    said = again.stdout + again.stderr
    assert said.count("changed=0") == 3
    assert "changed=1" not in said

    boxes.file(SHOP.replace("broken: false", "broken: true"))
    failed = boxes("up", code=1).stderr
    cause = "task 'fail where it is wanted' failed on {}: non-zero return code: it broke"
    assert any(cause.format(name) in failed for name in ("db", "web"))  # they are at it at once
    assert "serai provision web --provision-with ansible-1" in failed
