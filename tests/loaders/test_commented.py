"""The file that is written: comments at their keys, and what has no effect below."""

from __future__ import annotations

from serai.loaders.commented import commented
from vagrant_cases import mapped

GIVEN = {
    "machines": {
        "web": {
            "vm": {"box": "debian/bookworm64", "box_version": "12", "guest": "debian"},
            "provision": [{"type": "shell", "options": {"inline": "echo ${HOME}\nid\n"}}],
        }
    },
    "pushes": ["ftp"],
}
EXPECTED = """\
# Made from Vagrantfile: a comment says where the key below it was stated.

project: shop

images:
  debian-bookworm64:
    box: debian/bookworm64
    version: '12'

machines:
  web:
    provider: qemu
    # Vagrantfile:2:3: vm.box; its version and where it is from are in `images`
    image: debian-bookworm64
    # Vagrantfile:5:3: provision shell
    provision:
    - shell:
        inline: |
          echo $${HOME}
          id
    # No effect here:
    #   Vagrantfile:4:3: vm.guest: serai asks the guest itself, and needs no plugin for each system

# No effect here:
#   Vagrantfile:6:3: push.ftp: serai does not publish: run the command itself
"""


def test_the_file_says_where_each_key_came_from() -> None:
    assert commented(mapped(GIVEN), "Vagrantfile") == EXPECTED
