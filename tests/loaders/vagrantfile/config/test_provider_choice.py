"""The provider: what is wanted, then the environment's, then what the file declares."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.provider_choice import chosen


@pytest.mark.parametrize(
    ("declared", "wanted", "environ", "result"),
    [
        ([], None, {}, "libvirt"),
        (["virtualbox"], "docker", {"VAGRANT_DEFAULT_PROVIDER": "qemu"}, "docker"),
        (["virtualbox"], None, {"VAGRANT_DEFAULT_PROVIDER": "qemu"}, "qemu"),
        (["virtualbox", "libvirt"], None, {}, "libvirt"),
        (["virtualbox", "docker"], None, {}, "virtualbox"),
        (["docker", "virtualbox"], None, {}, "docker"),
        (["aws", "hyperv"], None, {}, "hyperv"),
        (["aws"], None, {}, "libvirt"),
        (["libvirt", "virtualbox"], None, {"VAGRANT_PREFERRED_PROVIDERS": "docker, virtualbox"}, "virtualbox"),
        ([], None, {"VAGRANT_PREFERRED_PROVIDERS": "aws,docker"}, "docker"),
    ],
)
def test_the_provider_is_chosen(declared, wanted, environ, result):
    assert chosen(declared, wanted, environ) == result
