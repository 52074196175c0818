"""Ansible from the host, Ansible in the guest, and docker, in a machine of Debian: once, and failing (VAG-10).

Docker comes from Debian's own mirror, over the machine's network, with what it needs to start a container.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_core import PLAYBOOK
from debian_disk import disk_with
from person import Serai
from real_engines import rootfs

pytestmark = [
    pytest.mark.engine,
    pytest.mark.long,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.usefixtures("ansible"),
]
FILE = """
project: inn
images: {{work: {{path: {disk}, user: debian}}}}
machines:
  web:
    image: work
    memory: 2G
    cpu: 2
    ready: {{within: 30m}}
    provision:
      - name: outside
        ansible: {{playbook: site.yml, become: true, extra_vars: {{place: /srv, broken: {outside}}}}}
      - name: inside
        ansible_local:
          playbook: local/site.yml
          become: true
          provisioning_path: /opt/play
          extra_vars: {{place: /opt, broken: {inside}}}
      - name: containers
        docker:
          post_install_provision: [{{file: {{source: app, destination: /srv/app}}}}]
          build_image: [{{path: /srv/app, args: "-t app:1"}}]
          run: {{page: {{image: "app:1", cmd: "{command}", args: "-p 80:80"}}}}
"""
SERVE = "httpd -f -p 80 -h /var/www"
CAUSE = "task 'fail where it is wanted' failed on web: non-zero return code: it broke"
DOCKERFILE = "FROM scratch\nADD root.tar /\nRUN echo built >/var/www/index.html\n"
PAGE = """python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1").read().decode(), end="")'"""
STATE = """
sudo stat -c '%i %Y' /srv/web /opt/web
sudo docker inspect -f '{{.Id}} {{.Image}} {{.State.StartedAt}}' page
"""


class Inn:
    """The project, and what its guest says."""

    def __init__(self, serai: Serai, disk: Path) -> None:
        self.serai = serai
        self.disk = disk

    def file(self, outside: bool = False, inside: bool = False, command: str = SERVE) -> None:
        words = {"outside": str(outside).lower(), "inside": str(inside).lower(), "command": command}
        self.serai.file(FILE.format(disk=self.disk, **words))

    def dockerfile(self, text: str) -> None:
        (self.serai.root / "app/Dockerfile").write_text(text)

    def said(self, *words: str, code: int = 0) -> str:
        done = self.serai(*words, code=code, timeout=2400)
        return done.stdout + done.stderr

    def inside(self, command: str) -> str:
        return self.serai("ssh", "-c", command).stdout


@pytest.fixture
def inn(
    home_with_images: Path,
    serai: Serai,
    test_cache: Path,
    need: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Inn]:
    need("qemu-system-x86_64", "qemu-img", "mmdebstrap", "ssh", "busybox", root=True)
    for name in ("ANSIBLE_PYTHON_INTERPRETER", "ANSIBLE_REMOTE_TMP"):
        monkeypatch.delenv(name)  # the guest has its own
    made = Inn(serai, disk_with(test_cache, "ansible-core"))
    for path in ("site.yml", "local/site.yml"):
        (serai.root / path).parent.mkdir(parents=True, exist_ok=True)
        (serai.root / path).write_text(PLAYBOOK)
    (serai.root / "app").mkdir()
    (serai.root / "app/root.tar").write_bytes(rootfs())
    made.dockerfile(DOCKERFILE)
    yield made
    serai("destroy", "-y", "--force", code=None)


def test_a_machine_is_changed_once_by_both_ansibles_and_docker_and_each_failure_is_told(inn: Inn) -> None:
    inn.file()
    first = inn.said("up")
    assert first.count("changed=1") >= 2
    assert "installing docker.io by apt" in first
    assert inn.inside("sudo cat /srv/web /opt/web") == "port 80 on web\n" * 2
    assert inn.inside(PAGE) == "built\n"
    assert "nothing to do" in inn.said("plan")

    before = inn.inside(STATE)
    again = inn.said("provision", "web")
    assert "installing" not in again
    assert "changed=0" in again and "changed=1" not in again
    assert "page: runs as it should" in again
    assert inn.inside(STATE) == before

    _failures_are_told(inn)


def _failures_are_told(inn: Inn) -> None:
    """One after the other: what is broken, where, and how to go on."""
    inn.file(outside=True)
    _fails(inn, "outside", CAUSE)
    inn.file(inside=True)
    _fails(inn, "inside", CAUSE)
    inn.file()
    inn.dockerfile(DOCKERFILE + "RUN echo no such page >&2 && false\n")
    _fails(inn, "containers", "building /srv/app ended with exit code", "no such page")
    inn.dockerfile(DOCKERFILE)
    inn.file(command="no-such-program")
    _fails(inn, "containers", "running page ended with exit code", "no-such-program")
    inn.file()
    assert "page: replacing it" in inn.said("up")
    assert inn.inside(PAGE) == "built\n"


def _fails(inn: Inn, block: str, *causes: str) -> None:
    failed = inn.said("up", code=1)
    assert f"web: provision {block}: " in failed
    for cause in causes:
        assert cause in failed
    assert f"serai provision web --provision-with {block}" in failed
