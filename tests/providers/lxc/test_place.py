"""Where containers are, and why none can be made."""

from __future__ import annotations

import shutil

from serai.providers.lxc import place
from serai.util.errors import Code


def test_the_directory_is_what_lxc_conf_says(containers):
    assert place.lxcpath() == str(containers)


def test_without_a_file_it_is_lxcs_own(monkeypatch):
    place.lxcpath.cache_clear()
    monkeypatch.setattr(place, "GLOBAL", "/nowhere/lxc.conf")

    assert place.lxcpath() == "/var/lib/lxc"
    place.lxcpath.cache_clear()


def test_containers_of_two_projects_never_have_one_name(scope):
    assert place.container_name(scope, "web") == "serai-t1-web"


def test_templates_are_listed_by_their_short_names(tmp_path, monkeypatch):
    for name in ("lxc-busybox", "lxc-oci", "README"):
        (tmp_path / name).touch()
    monkeypatch.setattr(place, "TEMPLATES", tmp_path)
    assert place.templates() == ["busybox", "oci"]

    monkeypatch.setattr(place, "TEMPLATES", tmp_path / "none")
    assert place.templates() == []


def test_a_host_without_lxc_says_what_installs_it(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)

    problem = place.why_not()

    assert problem is not None
    assert (problem.code, problem.hint) == (Code.MISSING, "serai host setup lxc")


def test_who_is_not_root_is_told_so(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(place.os, "geteuid", lambda: 1000)
    problem = place.why_not()
    assert problem is not None
    assert problem.code is Code.REFUSED

    monkeypatch.setattr(place.os, "geteuid", lambda: 0)
    assert place.why_not() is None
