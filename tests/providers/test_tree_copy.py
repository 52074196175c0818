"""A tree is kept whole, and comes back in place of what it became."""

from __future__ import annotations

from serai.providers import tree_copy


def test_a_tree_is_kept_and_comes_back(tmp_path):
    tree, kept = tmp_path / "tree", tmp_path / "kept"
    (tree / "below").mkdir(parents=True)
    (tree / "below" / "file").write_text("old")
    (tmp_path / ".part-kept").mkdir()  # of one that was killed
    tree_copy.keep(tree, kept)
    (tree / "below" / "file").write_text("new")
    (tree / "more").touch()

    with tree_copy.replaced(tree, kept):
        assert (tree / "more").exists()

    assert [path.name for path in tree.iterdir()] == ["below"]
    assert (tree / "below" / "file").read_text() == (kept / "below" / "file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "tree"]
