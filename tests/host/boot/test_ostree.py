"""rpm-ostree keeps arguments with a deployment; only its program edits them."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.apply import tune, undo
from serai.host.boot.ostree import Bootc
from serai.host.changes.change import State
from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

ENTRY = "boot/loader/entries/ostree-1.conf"


@pytest.fixture
def root(tmp_path):
    write(
        tmp_path,
        {
            "run/ostree-booted": "",
            "usr/bin/rpm-ostree": "",
            "usr/bin/grubby": "",
            "usr/lib/bootc/install/00.toml": "",
            "proc/cmdline": "root=UUID=1 rw quiet amd_iommu=on ostree=/ostree/boot.1/fedora/1",
            ENTRY: "title Fedora\nlinux /ostree/v\noptions root=UUID=1 rw quiet amd_iommu=on\n",
        },
    )
    return tmp_path


class RpmOstree:
    """Stands in for the program: a new deployment whose entry has the arguments edited."""

    def __init__(self, root):
        self.entry = root / ENTRY
        self.calls = []

    def __call__(self, argv):
        self.calls.append(list(argv))
        assert argv[:2] == ("rpm-ostree", "kargs")
        lines = self.entry.read_text().splitlines()
        words = lines[-1].split()[1:]
        for edit in argv[2:]:
            option, _, word = edit.partition("=")
            if option == "--append-if-missing" and word not in words:
                words.append(word)
            if option == "--delete-if-present" and word in words:
                words.remove(word)
        if argv[2:]:
            self.entry.write_text("\n".join([*lines[:-1], f"options {' '.join(words)}"]) + "\n")
        return Result(argv, 0, " ".join(words) + "\n", "")


def test_the_next_deployment_has_the_words_and_undo_makes_one_without(root):
    program = RpmOstree(root)
    reach = Local(root, run=program)
    before = (root / ENTRY).read_text()
    change = kernel_arguments(reach, "x", add=("iommu=pt", "quiet"), remove=("amd_iommu=on",))
    (seen,) = tune(reach, "x", "", [change], lambda line: None)

    assert seen.state is State.PENDING
    assert (root / ENTRY).read_text().endswith("options root=UUID=1 rw quiet iommu=pt\n")
    calls = len(program.calls)
    tune(reach, "x", "", [change], lambda line: None)
    assert all(call == ["rpm-ostree", "kargs"] for call in program.calls[calls:])
    undo(reach, Ledger(reach).read("x"), lambda line: None)
    assert sorted((root / ENTRY).read_text().split()) == sorted(before.split())


def test_a_tree_of_it_cannot_be_edited_and_says_what_to_run(root):
    for each in ("usr/lib/bootc/install/00.toml", "usr/lib/bootc/install", "usr/lib/bootc"):
        path = root / each
        path.unlink() if path.is_file() else path.rmdir()
    reach = Local(root)
    change = kernel_arguments(reach, "x", add=("iommu=pt",))

    with pytest.raises(SeraiError, match="only it can make") as error:
        tune(reach, "x", "", [change], lambda line: None)
    assert error.value.code is Code.UNSUPPORTED
    assert error.value.hint.endswith("rpm-ostree kargs --append-if-missing=iommu=pt")


def test_a_program_that_fails_is_an_error(root):
    reach = Local(root, run=lambda argv: Result(argv, 1, "", "error: Transaction in progress\n"))

    with pytest.raises(SeraiError, match="Transaction in progress"):
        kernel_arguments(reach, "x", add=("iommu=pt",)).holds(reach)


def test_an_image_that_runs_is_not_a_tree_to_write_into(root):
    assert Bootc().here(Local(root, run=RpmOstree(root))) == ""
    assert Bootc().here(Local(root)) == "/usr/lib/bootc"
