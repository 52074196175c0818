"""Salt in containers, by pip: without a master, with one of its own, and with one above that (VAG-10)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from debian_guests import with_mirror
from lxc_host import OCTETS
from person import Serai
from salt_wheels import VERSION, wheels

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(900)]
FILE = """\
project: inn
machines:
  web:
    provider: lxc
    container: {{rootfs: {root}, keep_alive: true}}
    networks: [{{uplink: none}}]
    halt_timeout: 2s
    provision:
      - file: {wheels}:/srv/wheels
      - name: alone
        salt:
          masterless: true
          minion_id: web
          grains_config: grains
          file_root: states
          pillar_root: pillar
          pillar: {{port: 8080}}
          run_highstate: true
          install_type: pip
          version: "{version}"
          install_args: --no-compile --no-index --find-links /srv/wheels -r /srv/wheels/requirements.txt
      - name: mastered
        run: never
        salt:
          install_master: true
          minion_id: web
          master_id: 127.0.0.1
          master_json_config: '{{"interface": "127.0.0.1", "worker_threads": 1, "timeout": 60}}'
          minion_key: keys/web.pem
          minion_pub: keys/web.pub
          master_key: keys/master.pem
          master_pub: keys/master.pub
          seed_master: {{web: keys/web.pub}}
          grains_config: grains
          file_root: states
          pillar_root: pillar
          run_highstate: true
          orchestrations: [orch]
"""
SYNDIC = """\
project: inns
networks: {{lan: {{subnet: {octets}.0/24}}}}
defaults:
  provider: lxc
  container: {{rootfs: {root}, keep_alive: true}}
  networks: [{{private: lan}}, {{uplink: none}}]
  halt_timeout: 2s
machines:
  top:
    provision:
      - file: {wheels}:/srv/wheels
      - salt:
          no_minion: true
          install_master: true
          master_json_config: '{{"order_masters": true, "worker_threads": 1, "timeout": 60}}'
          seed_master: {{web: keys/web.pub}}
          {pip}
  web:
    after: {{top: provisioned}}
    provision:
      - file: {wheels}:/srv/wheels
      - salt:
          install_master: true
          install_syndic: true
          minion_id: web
          master_id: 127.0.0.1
          master_json_config: >-
            {{"interface": "127.0.0.1", "worker_threads": 1, "timeout": 60, "syndic_master": "top"}}
          minion_key: keys/web.pem
          minion_pub: keys/web.pub
          seed_master: {{web: keys/web.pub}}
          {pip}
"""
PIP = """\
install_type: pip
          version: "{version}"
          install_args: --no-compile --no-index --find-links /srv/wheels -r /srv/wheels/requirements.txt"""
STATES = """\
/etc/motd:
  file.managed:
    - contents: "Welcome to {{ pillar['name'] }}, {{ grains['role'] }}, {{ pillar.get('port', 'no port') }}"
"""
FAILING = f"""{STATES}
broken:
  cmd.run:
    - name: "echo it broke >&2; exit 3"
after:
  cmd.run:
    - name: "true"
    - require: [cmd: broken]
"""
ORCHESTRATION = """\
touch:
  salt.function:
    - name: file.touch
    - tgt: web
    - arg: [/root/orchestrated]
"""
FILES = {
    "grains": "role: front\n",
    "states/top.sls": "base:\n  '*': [inn]\n",
    "states/inn.sls": STATES,
    "states/orch.sls": ORCHESTRATION,
    "pillar/top.sls": "base:\n  '*': [inn]\n",
    "pillar/inn.sls": "name: the inn\n",
}


@pytest.fixture
def inn(boxes: Serai, test_cache: Path, need: Callable[..., None]) -> Serai:
    """A project of one container that has Python, with the wheels of salt and two pairs of keys beside it."""
    need("mmdebstrap", "openssl")
    root = with_mirror(test_cache, there=("python3", "python3-venv"))
    boxes.file(FILE.format(root=root, version=VERSION, wheels=wheels(test_cache)))
    for name, text in FILES.items():
        path = boxes.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (boxes.root / "keys").mkdir()
    for name in ("web", "master"):
        key = boxes.root / f"keys/{name}.pem"
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
        openssl("pkey", "-in", key, "-pubout", "-out", key.with_suffix(".pub"))
    return boxes


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def said(serai: Serai, *words: str, code: int = 0) -> str:
    done = serai(*words, code=code, timeout=600)
    return done.stdout + done.stderr


def test_states_are_applied_once_and_a_failing_one_is_told(inn: Serai) -> None:
    first = said(inn, "up")
    assert f"installing salt=={VERSION} by pip" in first
    assert "Succeeded: 1 (changed=1)" in first
    assert inn("exec", "web", "--", "cat /etc/motd").stdout == "Welcome to the inn, front, 8080\n"

    again = said(inn, "provision", "web", "--provision-with", "alone")
    assert "installing" not in again
    assert "Succeeded: 1" in again and "changed=" not in again

    (inn.root / "states/inn.sls").write_text(FAILING)
    failed = said(inn, "up", code=1)
    assert "web: provision alone: state 'broken' (cmd.run) failed: " in failed
    assert "it broke (salt-call's exit code 2)" in failed
    assert "serai provision web --provision-with alone" in failed

    (inn.root / "states/inn.sls").write_text("{{ nobody.knows }}\n")
    failed = said(inn, "up", code=1)
    assert "web: provision alone: the states could not be compiled: Rendering SLS 'base:inn' failed" in failed
    assert "'nobody' is undefined" in failed


@pytest.mark.long
def test_a_master_and_its_minion_know_each_other_apply_orchestrate_and_tell_a_failure(inn: Serai) -> None:
    said(inn, "up")
    first = said(inn, "provision", "web", "--provision-with", "mastered")
    assert "Succeeded: 1 (changed=1)" in first
    assert inn("exec", "web", "--", "cat /etc/motd; ls /root").stdout == (
        "Welcome to the inn, front, no port\norchestrated\n"
    )
    assert inn("exec", "web", "--", "PATH=$PATH:/usr/local/bin; salt-key --list=accepted --no-color").stdout == (
        "Accepted Keys:\nweb\n"
    )

    (inn.root / "states/inn.sls").write_text(FAILING)
    failed = said(inn, "provision", "web", "--provision-with", "mastered", code=1)
    assert "web: provision mastered: state 'broken' (cmd.run) failed on web: " in failed
    assert "it broke" in failed


@pytest.mark.long
def test_a_syndic_passes_on_what_the_master_above_it_says(
    inn: Serai, test_cache: Path, need: Callable[..., None]
) -> None:
    root = with_mirror(test_cache, there=("python3", "python3-venv"))
    pip = PIP.format(version=VERSION)
    inn.file(SYNDIC.format(octets=OCTETS, root=root, wheels=wheels(test_cache), pip=pip))
    said(inn, "up")
    keys = inn("exec", "top", "--", "PATH=$PATH:/usr/local/bin; salt-key --list=accepted --no-color")
    assert keys.stdout == "Accepted Keys:\nweb\n"
    salt = "salt --no-color --out=json --static --timeout=60"
    ask = f"PATH=$PATH:/usr/local/bin; {salt} '*' cmd.run 'cat /etc/salt/minion_id'"
    assert json.loads(inn("exec", "top", "--", ask, timeout=400).stdout) == {"web": "web"}
