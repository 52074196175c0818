"""`config.vm`'s own keys are finished as Vagrant does it."""

from __future__ import annotations


def test_one_url_is_a_list_and_a_name_is_a_text(machine):
    keys = machine(
        'config.vm.box_url = "u"\nconfig.vm.host_name = :h\nconfig.vm.allowed_synced_folder_types = :nfs\n'
        "config.vm.box_download_checksum = nil"
    ).sections["vm"]

    assert (keys["box_url"], keys["hostname"], keys["allowed_synced_folder_types"]) == (["u"], "h", ["nfs"])
    assert keys["box_download_checksum"] == ""
    assert machine("config.vm.hostname = true").sections["vm"]["hostname"] == "true"
