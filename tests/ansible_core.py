"""Ansible itself, from the development tools of serai, and playbooks that change a directory."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - name: write a file
      ansible.builtin.copy:
        content: "port {{ listen | default(80) }} on {{ inventory_hostname }}\\n"
        dest: "{{ place }}/{{ inventory_hostname }}"
        mode: "0640"
    - name: fail where it is wanted
      ansible.builtin.command: sh -c 'echo it broke >&2; exit 3'
      when: broken | default(false)
"""


@pytest.fixture
def ansible(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ansible-playbook in the path; what it keeps is below the test's directory."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if shutil.which("ansible-playbook") is None:
        pytest.skip("needs ansible-playbook")
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "ansible"))
    monkeypatch.setenv("ANSIBLE_REMOTE_TMP", str(tmp_path / "ansible" / "tmp"))
    monkeypatch.setenv("ANSIBLE_PYTHON_INTERPRETER", sys.executable)  # of the guest, which is this host
