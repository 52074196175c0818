"""Modules: built in, on disk, and what modprobe.d says."""

from __future__ import annotations

from host_cases import write
from serai.host.facts.modules import Modules
from serai.host.facts.source import Source


def test_hyphen_and_underscore_are_the_same(tmp_path):
    write(
        tmp_path,
        {
            "proc/sys/kernel/osrelease": "6.1.0",
            "lib/modules/6.1.0/modules.builtin": "kernel/a/vfio-pci.ko",
            "lib/modules/6.1.0/modules.dep": "kernel/a/kvm.ko.xz:",
            "etc/modprobe.d/a.conf": "# options vfio-pci no=1\noptions vfio_pci ids=1:2",
            "etc/modprobe.d/b": "options vfio_pci ids=3:4",
        },
    )
    modules = Modules(Source(tmp_path))

    assert (modules.built_in("vfio_pci"), modules.file("kvm"), modules.built_in("kvm")) == (True, True, False)
    assert modules.options("vfio-pci") == [("/etc/modprobe.d/a.conf", "ids=1:2")]


def test_what_modprobe_may_not_load_is_told_from_what_it_does_not_load_by_itself(tmp_path):
    lines = "blacklist nouveau\ninstall vfio-pci /bin/false\ninstall kvm /sbin/modprobe --ignore-install kvm"
    write(tmp_path, {"etc/modprobe.d/a.conf": lines})
    modules = Modules(Source(tmp_path))

    assert modules.forbidden("vfio_pci") == ("/etc/modprobe.d/a.conf", "install vfio-pci /bin/false")
    assert modules.forbidden("nouveau") == modules.forbidden("kvm") == ("", "")
