"""`serai package` as a person types it."""

from __future__ import annotations


def test_the_machine_is_named_when_there_are_several(serai):
    serai.file("project: shop\nmachines: {web: {provider: fake}, db: {provider: fake}}\n")
    assert "which machine?" in serai("package", code=3).stderr
    assert "db does not exist" in serai("package", "db", code=1).stderr
    assert "no machine is called 'dbb'" in serai("package", "dbb", code=3).stderr


def test_its_options_are_vagrants(serai):
    serai.file("project: shop\nmachines: {web: {provider: fake}}\n")
    shown = serai("package", "--help").stdout
    assert all(option in shown for option in ("--output", "--include", "--vagrantfile", "--info"))
