"""Each distribution's root: the right tool is found, the line is edited there, and undone byte for byte."""

from __future__ import annotations

from contextlib import suppress

import pytest

from host_trees import NAMES, Fragile, Killed, built, contents, tree
from serai.host.apply import conflicts, states, tune, undo
from serai.host.boot.known import tool_of
from serai.host.changes.change import State
from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.facts.boot import Boot
from serai.host.facts.source import Source
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

every_tree = pytest.mark.parametrize("name", NAMES)


def change(reach, name):
    remove = ("amd_iommu=on",) if tree(name).removes else ()
    return kernel_arguments(reach, "test", add=("intel_iommu=on", "iommu=pt"), remove=remove)


def tuned(reach, name):
    said = []
    (seen,) = tune(reach, "test", "", [change(reach, name)], said.append)
    return seen, said


def undone(reach, force=False):
    undo(reach, Ledger(reach).read("test"), lambda line: None, force)


def touched(before, after):
    return [f"/{path}" for path in after if after[path] is not None and before.get(path) != after[path]]


@every_tree
def test_the_tools_are_found_by_what_is_there(name, tmp_path):
    boot = Boot(Source(reach=built(name, tmp_path)))

    assert (boot.tool[0], boot.initramfs) == (tree(name).tool, tree(name).initramfs)


@every_tree
def test_the_line_that_boots_next_is_found(name, tmp_path):
    built(name, tmp_path)
    coming = Boot(Source(tmp_path)).next

    assert all("amd_iommu=on" in line.text for line in coming[:1])
    if tree(name).next:
        assert coming[0].path == tree(name).next


@every_tree
def test_no_other_file_is_touched_and_all_comes_back(name, tmp_path):
    reach = built(name, tmp_path)
    before = contents(tmp_path)
    seen, said = tuned(reach, name)
    after = {path: it for path, it in contents(tmp_path).items() if not path.startswith("var/lib/serai")}

    assert sorted(touched(before, after)) == sorted(tree(name).changes)
    assert seen.state is State.PENDING
    assert change(reach, name).holds(reach)
    assert len(said) == 1 + len(tree(name).owes)
    undone(reach)
    assert contents(tmp_path) == before


@every_tree
def test_the_next_kernel_has_the_words_once_and_the_removed_one_not(name, tmp_path):
    reach = built(name, tmp_path)
    tuned(reach, name)
    texts = [reach.read(path).decode() for path in tree(name).changes]

    assert all(text.count("iommu=pt") <= 1 for text in texts)
    assert any("intel_iommu=on" in text for text in texts)
    for line in (tool_of(reach).kept(reach), *tool_of(reach).coming(reach)):
        if line is not None and line.path in tree(name).changes:
            words = line.text.split()
            assert ("iommu=pt" in words, "amd_iommu=on" in words) == (True, False)


@every_tree
def test_nothing_is_done_twice(name, tmp_path):
    reach = built(name, tmp_path)
    tuned(reach, name)
    done = contents(tmp_path)
    tuned(reach, name)
    again = contents(tmp_path)

    for each in (done, again):
        each.pop("var/lib/serai/host/test.json")
    assert again == done
    assert len(Ledger(reach).read("test").steps) == 1


@every_tree
@pytest.mark.parametrize("order", [("two", "one")])
def test_two_tunings_are_undone_in_either_order(name, order, tmp_path):
    reach = built(name, tmp_path)
    before = contents(tmp_path)
    tune(reach, "one", "", [kernel_arguments(reach, "one", add=("iommu=pt",))], lambda line: None)
    tune(reach, "two", "", [kernel_arguments(reach, "two", add=("hugepages=4",))], lambda line: None)
    for ident in order:
        undo(reach, Ledger(reach).read(ident), lambda line: None)

    assert contents(tmp_path) == before


@every_tree
def test_what_others_edited_since_keeps_their_words(name, tmp_path):
    reach = built(name, tmp_path)
    tuned(reach, name)
    edited = [path for path in tree(name).changes if b"iommu=pt" in reach.read(path) and "90-serai" not in path]
    for path in edited:
        reach.write(path, reach.read(path).replace(b"iommu=pt", b"iommu=pt theirs=1"))
    undone(reach)

    for path in edited:
        left = (reach.read(path) or b"").decode().replace('"', " ").split()
        assert "theirs=1" in left
        assert "amd_iommu=on" in left or path in tree(name).new
        assert "intel_iommu=on" not in left and "iommu=pt" not in left


@every_tree
def test_a_drop_in_that_others_edited_stops_the_undo(name, tmp_path):
    reach = built(name, tmp_path)
    tuned(reach, name)
    own = [path for path in tree(name).changes if "90-serai" in path]
    for path in own:
        reach.write(path, b"# mine\n")

    assert conflicts(reach, Ledger(reach).read("test")) == [f"{path} was changed since" for path in own]
    if own:
        with pytest.raises(SeraiError, match="was changed since"):
            undone(reach)
        undone(reach, force=True)
        assert not any(reach.has(path) for path in own)


@every_tree
@pytest.mark.parametrize("writes", range(9))
def test_killed_at_any_write_it_is_undone(name, tmp_path, writes):
    reach = built(name, tmp_path)
    before = contents(tmp_path)
    with suppress(Killed):
        tuned(Fragile(tmp_path, writes), name)
    for left in (writes, 99):
        if record := Ledger(reach).read("test"):
            with suppress(Killed):
                undo(Fragile(tmp_path, left), record, lambda line: None)

    after = {path: it for path, it in contents(tmp_path).items() if not path.startswith("var/lib/serai")}
    assert after == before


@every_tree
def test_it_stays_pending_until_a_boot(name, tmp_path):
    reach = built(name, tmp_path)
    tuned(reach, name)

    assert [seen.state for seen in states(reach, Ledger(reach).read("test"))] == [State.PENDING]


def test_a_host_that_nobody_knows_is_refused(tmp_path):
    with pytest.raises(SeraiError, match="no tool for the kernel's arguments") as error:
        tool_of(Local(tmp_path))
    assert error.value.code is Code.UNSUPPORTED
