"""tuned: what the active profile sets, also by what it includes."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.source import Source
from serai.host.facts.tuned import Tuned


def tuned(root, active, **profiles):
    files = {f"usr/lib/tuned/{name.replace('_', '-')}/tuned.conf": text for name, text in profiles.items()}
    write(root, {"etc/tuned/active_profile": active, **files})
    return Tuned(Source(root))


def test_the_profile_itself_wins_over_what_it_includes(tmp_path):
    found = tuned(
        tmp_path,
        "virtual-host",
        virtual_host="[main]\ninclude=base\n[sysctl]\nvm.swappiness = 5\n",
        base="[sysctl]\nvm.swappiness=>10\n[vm]\ntransparent_hugepages=>never\n",
    )

    assert found.sets("sysctl", "vm.swappiness") == ("5", "/usr/lib/tuned/virtual-host/tuned.conf")
    assert found.sets("vm", "transparent_hugepage", "transparent_hugepages") == (
        "never",
        "/usr/lib/tuned/base/tuned.conf",
    )
    assert found.sets("vm", "other") is None
    assert found.known == ["base", "virtual-host"]


def test_of_several_profiles_the_last_counts(tmp_path):
    found = tuned(tmp_path, "a b", a="[vm]\nx=1\n", b="[vm]\nx=2\n")

    assert found.sets("vm", "x") == ("2", "/usr/lib/tuned/b/tuned.conf")


def test_an_administrators_profile_hides_the_packages(tmp_path):
    found = tuned(tmp_path, "a", a="[vm]\nx=1\n")
    write(tmp_path, {"etc/tuned/a/tuned.conf": "[vm]\nx=9\n"})

    assert found.sets("vm", "x") == ("9", "/etc/tuned/a/tuned.conf")


def test_a_loop_a_broken_file_and_a_profile_that_is_gone_end(tmp_path):
    assert tuned(tmp_path, "a", a="[main]\ninclude=a\n").sets("vm", "x") is None
    assert tuned(tmp_path, "b", b="no section").sets("vm", "x") is None
    assert tuned(tmp_path, "gone").sets("vm", "x") is None


def test_all_settings_are_laid_over_those_that_are_included(tmp_path):
    own = "[main]\ninclude=base, more\n[sysctl]\nvm.swappiness=5\n[set]\ntype=sysctl\nkernel.a=>1\n"
    base, more = "[sysctl]\nvm.swappiness=60\nvm.dirty_ratio = 40\n", "[sysctl]\nvm.dirty_ratio=30\n"
    profiles = {"etc/tuned/own": own, "usr/lib/tuned/own": "[sysctl]\nvm.swappiness=99\n"}
    profiles |= {"usr/lib/tuned/base": base, "usr/lib/tuned/profiles/more": more}
    write(tmp_path, {f"{place}/tuned.conf": text for place, text in profiles.items()})
    (tmp_path / "etc/tuned/active_profile").write_text("own\n")
    found = Tuned(Source(tmp_path)).settings

    assert (found["sysctl", "vm.swappiness"], found["sysctl", "vm.dirty_ratio"]) == ("5", "30")
    assert found["sysctl", "kernel.a"] == ">1"
