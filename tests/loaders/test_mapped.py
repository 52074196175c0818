"""The tree as nodes: places of the Vagrantfile, and texts that are no expressions."""

from __future__ import annotations

from serai.loaders.mapped import Mapped, tree_of
from serai.loaders.yaml.nodes import locate
from serai.loaders.yaml.problems import Problems
from serai.util.errors import Where

TREE = {"machines": {"web": {"cpu": {"count": 2}, "provision": [{"shell": {"inline": "echo ${HOME}"}}]}}}


def tree(*places: tuple[tuple[str | int, ...], Where]):
    return tree_of(Mapped(tree=TREE, places=dict(places), notes=[]), "Vagrantfile")


def test_what_has_no_place_has_that_of_what_it_is_part_of() -> None:
    root = tree((("machines", "web"), Where("Vagrantfile", 4, 5)))

    assert locate(root, ["machines"]).place == (1, 1)
    assert locate(root, ["machines", "web", "cpu", "count"]).place == (4, 5)
    assert locate(root, ["machines", "web", "provision", 0, "shell"]).path == "machines.web.provision[0].shell"


def test_a_place_of_another_file_keeps_its_name() -> None:
    root = tree((("machines", "web", "cpu", "count"), Where("boxes.rb", 9, 2)))
    problems = Problems("Vagrantfile")
    problems.at(locate(root, ["machines", "web", "cpu", "count"]), "is odd")
    problems.at(locate(root, ["machines", "web"]), "is odd, too")

    assert [str(error.where) for error in problems.errors()] == ["Vagrantfile:1:1", "boxes.rb:9:2"]


def test_a_dollar_is_a_dollar() -> None:
    assert not tree().dynamic
