"""When a block has to be done again: its digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.provisioners.registry import can_run, digest
from serai.spec.machine import Machine
from serai.spec.provision import File, Provision, Run, Shell, Vagrant

WEB = Machine(name="web")


def test_what_has_no_provisioner_is_told_from_what_has() -> None:
    assert can_run(Provision(shell=Shell(inline="true")))
    assert not can_run(Provision(vagrant=Vagrant(type="goss")))
    assert not can_run(Provision(vagrant=Vagrant(type="shell")))


def test_name_and_policy_do_not_count() -> None:
    shell = Shell(inline="true")
    assert digest(Provision(shell=shell), WEB, Path()) == digest(
        Provision(shell=shell, name="x", run=Run.ALWAYS), WEB, Path()
    )


@pytest.mark.parametrize(
    ("block", "machine"),
    [
        (Shell(inline="false"), WEB),
        (Shell(inline="true", args=["x"]), WEB),
        (Shell(inline="true", env={"A": "1"}), WEB),
        (Shell(inline="true", privileged=False), WEB),
        (Shell(inline="true"), Machine(name="web", env={"A": "1"})),
    ],
)
def test_what_changes_the_outcome_changes_it(block: Shell, machine: Machine) -> None:
    before = digest(Provision(shell=Shell(inline="true")), WEB, Path())
    assert digest(Provision(shell=block), machine, Path()) != before


def test_the_content_of_files_counts(tmp_path: Path) -> None:
    script = Provision(shell=Shell(path="setup.sh"))
    absent = digest(script, WEB, tmp_path)
    (tmp_path / "setup.sh").write_text("one")
    one = digest(script, WEB, tmp_path)
    (tmp_path / "setup.sh").write_text("two")
    assert len({absent, one, digest(script, WEB, tmp_path)}) == 3


def test_everything_in_a_tree_counts(tmp_path: Path) -> None:
    block = Provision(file=File(source="site", destination="/srv"))
    (tmp_path / "site" / "a").mkdir(parents=True)
    seen = [digest(block, WEB, tmp_path)]
    for change in (
        lambda: (tmp_path / "site" / "a" / "f").write_text("x"),
        lambda: (tmp_path / "site" / "a" / "f").write_text("y"),
        lambda: (tmp_path / "site" / "a" / "f").chmod(0o755),
        lambda: (tmp_path / "site" / "link").symlink_to("a/f"),
        lambda: (tmp_path / "site" / "a" / "f").rename(tmp_path / "site" / "a" / "g"),
    ):
        change()
        seen.append(digest(block, WEB, tmp_path))
    assert len(set(seen)) == len(seen)


def test_the_same_files_elsewhere_have_the_same_digest(tmp_path: Path) -> None:
    digests = set()
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "f").write_text("x")
        (tmp_path / place / "f").chmod(0o644)
        digests.add(digest(Provision(file=File(source="f", destination="/f")), WEB, tmp_path / place))
    assert len(digests) == 1
