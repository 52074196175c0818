"""A machine without a network, entered by its agent alone: provisioned, restarted, shared with, saved (VAG-10).

The agent is this host's own qemu-ga with its libraries, which a first life with SSH puts into a tiny guest.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from libvirt_shop import Shop
from person import Serai
from serai.util.process import run

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("ansible"),
]

START = """#!/bin/sh
modprobe virtio_console
until port=$(grep -lx org.qemu.guest_agent.0 /sys/class/virtio-ports/*/name 2>/dev/null); do usleep 100000; done
port=${port%/name}
exec /opt/agent/ld.so --library-path /opt/agent /opt/agent/qemu-ga -m virtio-serial -p /dev/${port##*/} -t /run
"""
FIRST = """
machines:
  web:
    provision:
      - file: {source: agent, destination: /opt/agent}
      - shell: sed -i 's,^later &,&\\n/opt/agent/start 2>/run/agent.log \\&,' /sbin/tiny; sync
"""
ALONE = """
machines:
  web:
    communicator: agent
    networks: [{uplink: {type: none}}]
    env: {WORD: "two words"}
    synced_folders:
      - {source: ./copied, target: /srv/copied}
%s
    provision:
      - file: {source: agent, destination: /opt/agent}
      - shell: "true"
      - name: tree
        file: {source: tree, destination: /srv/tree, mode: "0640"}
      - name: script
        shell:
          inline: |
            for each in one two; do echo "$each $1 $WORD"; done; echo aside >&2
            ls /sys/class/net >/root/cards; if read line; then echo more; fi
          args: [word]
      - name: restart
        shell: {inline: echo before >>/root/lives, reboot: true}
      - name: playbook
        ansible: site.yml
      - {name: bad, run: never, shell: "echo the reason; exit 7"}
"""


def agent_tree(root: Path) -> None:
    """The agent and what it is linked with."""
    place = root / "agent"
    place.mkdir(parents=True)
    program = str(shutil.which("qemu-ga"))
    for line in run(["ldd", program]).stdout.splitlines():
        words = line.split()
        if library := next((word for word in words if word.startswith("/")), ""):
            shutil.copy(library, place / ("ld.so" if "/ld-" in library else Path(library).name))
    shutil.copy(program, place / "qemu-ga")
    (place / "start").write_text(START)
    (place / "start").chmod(0o755)


PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.raw: echo played on {{ inventory_hostname }} >/root/played
"""
SHARED = "      - {source: ./shared, target: /srv/shared, type: 9p}"


def lives_without_a_network(serai: Serai, make: Callable[[str], None], shared: str = "") -> None:
    """`make` writes the project file with some machines; `shared`: a folder that both have."""
    agent_tree(serai.root)
    (serai.root / "site.yml").write_text(PLAYBOOK)
    for name in ("copied", "shared", "tree"):
        (serai.root / name).mkdir()
        (serai.root / name / "file").write_text(f"of {name}\n")
    make(FIRST)
    serai("up", timeout=600)
    serai("halt")
    make(ALONE % shared)
    done = serai("up", timeout=600)
    said = done.stdout + done.stderr

    for line in ("one word two words", "two word two words", "aside"):
        assert f"| {line}\n" in said
    assert "| more" not in said  # a script reads nothing of its own upload
    assert inside(serai, "cat /root/cards") == "lo"
    assert inside(serai, "cat /srv/tree/file /srv/copied/file /root/played") == "of tree\nof copied\nplayed on web"
    assert inside(serai, "stat -c %a /srv/tree/file") == "640"
    if shared:  # after a restart of the guest, too
        inside(serai, "cp /srv/shared/file /srv/shared/back")
        assert (serai.root / "shared/back").read_text() == "of shared\n"

    failed = serai("provision", "--provision-with", "bad", code=1).stderr
    assert "the reason" in failed and "ended with exit code 7" in failed
    assert serai("exec", "web", "--agent", "--", "id -un; exit 3", code=3).stdout == "root\n"
    (serai.root / "up").write_bytes(bytes(range(256)) * 4096)
    serai("cp", "up", "web:/root/up")
    serai("cp", "web:/root/up", "down")
    assert (serai.root / "down").read_bytes() == (serai.root / "up").read_bytes()
    assert "nothing to do" in serai("plan").stdout


def inside(serai: Serai, command: str) -> str:
    return serai("exec", "web", "--", command).stdout.strip()


def test_a_machine_of_qemu(home_with_images: Path, serai: Serai, need: Callable[..., None]) -> None:
    need("qemu-system-x86_64", "qemu-img", "qemu-ga", "ldd")

    def make(machines: str) -> None:
        serai.file(f"project: shop\ndefaults: {{image: tiny:generic, memory: 256M}}\n{machines}")

    try:
        lives_without_a_network(serai, make, SHARED)
    finally:
        serai("destroy", "-y", code=None)


@pytest.mark.root
@pytest.mark.long
def test_a_machine_of_libvirt(libvirt_shop: Shop, need: Callable[..., None]) -> None:
    need("qemu-ga", "ldd")
    lives_without_a_network(libvirt_shop.serai, libvirt_shop.file)
