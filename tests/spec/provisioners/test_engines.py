"""What stands in a block of docker or podman: other blocks, checked where the file states them (VAG-10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders import yaml
from serai.spec.provision import Provision
from serai.spec.provisioners.engines import Docker
from serai.util.errors import SeraiErrors

FILE = "machines: {{web: {{image: tiny, provision: [{{docker: {{post_install_provision: [{step}]}}}}]}}}}"


def load(root: Path, step: str) -> Provision:
    return yaml.load(root / "serai.yaml", text=FILE.format(step=step), environ={}).machines["web"].provision[0]


@pytest.mark.parametrize(
    ("step", "kind"), [("echo hi", "shell"), ("ansible: site.yml", "ansible"), ("{file: 'site.yml:/b'}", "file")]
)
def test_a_step_is_a_block_of_its_own_kind(tmp_path: Path, step: str, kind: str) -> None:
    (tmp_path / "site.yml").touch()
    options = load(tmp_path, step).inner
    assert isinstance(options, Docker)
    (found,) = options.post_install_provision
    assert found.block.kind == kind
    assert (
        found.block
        == yaml.load(
            tmp_path / "serai.yaml", text=f"machines: {{web: {{image: tiny, provision: [{step}]}}}}", environ={}
        )
        .machines["web"]
        .provision[0]
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{shell: {inline: 'true', reboot: true}}", "the guest cannot restart within a block"),
        ("{docker: [nginx]}", "docker: unknown key"),
        ("{ansible: absent.yml}", "there is no file 'absent.yml'"),
        ("{ansible: {playboook: a}}", "did you mean 'playbook'"),
        ("{}", "shell, file, ansible"),
    ],
)
def test_a_wrong_step_is_refused_with_its_place(tmp_path: Path, step: str, said: str) -> None:
    with pytest.raises(SeraiErrors) as refused:
        load(tmp_path, step)
    assert said in str(refused.value)
