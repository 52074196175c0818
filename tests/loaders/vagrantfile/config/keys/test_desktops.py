"""Blocks of other hypervisors."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.keys.desktops import HYPERV, finish_hyperv


def test_a_differencing_disk_is_a_linked_clone():
    keys = dict(HYPERV.keys) | {"differencing_disk": True, "enable_automatic_checkpoints": 1}
    finish_hyperv(keys)

    assert keys["linked_clone"] is True
    assert keys["enable_automatic_checkpoints"] is True


def test_vmx_adds_up_and_all_names_of_vmware_are_one(read):
    found = (
        read(
            'config.vm.provider("vmware_fusion") { |v| v.vmx["memsize"] = "1"; v.vmx["numvcpus"] = "1" }\n'
            "config.vm.define('m') { |m| m.vm.provider(:vmware_fusion) { |v| v.vmx['numvcpus'] = '2' } }"
        )
        .machines["m"]
        .providers["vmware_fusion"]
    )

    assert found == {"vmx": {"memsize": "1", "numvcpus": "2"}}


def test_parallels_lists_its_calls(machine):
    found = machine(
        'config.vm.provider(:parallels) { |p| p.customize ["set", :id]; p.customize "post-boot", ["x"]\n'
        " p.network_adapter 1, :shared; p.memory = 2 }"
    ).providers["parallels"]

    assert found == {
        "customize": [["set", "id"], ["post-boot", ["x"]]],
        "network_adapter": {"1": ["shared", {}]},
        "memory": 2,
    }
