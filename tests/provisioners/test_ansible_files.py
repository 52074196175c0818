"""What a playbook is made of."""

from __future__ import annotations

from serai.provisioners.ansible_files import beside


def test_directories_lie_beside_the_playbook() -> None:
    assert beside("site.yml")[:2] == ["site.yml", "roles"]
    assert "play/group_vars" in beside("play/site.yml")
