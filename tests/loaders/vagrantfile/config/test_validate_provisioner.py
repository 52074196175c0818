"""Each provisioner's options are checked as Vagrant checks them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"shell"', "has neither inline nor path"),
        ('"shell", inline: "x", path: "y"', "has both inline and path"),
        ('"shell", path: "gone.sh"', "runs 'gone.sh', which is not there"),
        ('"shell", path: "~nobody-here/x.sh"', "runs '~nobody-here/x.sh', which is not there"),
        ('"shell", path: "a" * 300', f"runs '{'a' * 300}', which is not there"),
        ('"shell", inline: "x", env: 1', "env that is no hash"),
        ('"shell", inline: "x", args: true', "has args that are neither a string nor a list"),
        ('"shell", inline: "x", args: [ENV["NOPE_X"], "b"]', "has nil in its args"),
        ('"shell", inline: "x", args: ["a", true]', "has true in its args"),
        ('"shell", inline: "x", args: [1.5]', "has 1.5 in its args"),
        ('"shell", inline: "x", args: [["a"], {}]', "has a list in its args"),
        ('"shell", inline: "x", args: [["a"], {}]', "has a hash in its args"),
        ('"shell", inline: "x", powershell_elevated_interactive: true, privileged: false', "interactive and not"),
        ('"file", destination: "x"', "has no source"),
        ('"file", source: "gone"', "has no destination"),
        ('"file", source: "gone", destination: "x"', "copies 'gone', which is not there"),
        ('"file", source: "a" * 300, destination: "x"', f"copies '{'a' * 300}', which is not there"),
        ('"ansible"', "has no playbook"),
        ('"ansible", playbook: "x", compatibility_mode: "9"', "compatibility_mode that is none"),
        ('"ansible_local", playbook: "x", extra_vars: 1', "neither a hash nor a file"),
        ('"salt", minion_config: "gone"', "has minion_config 'gone', which is not there"),
        ('"salt", minion_key: "x"', "one of minion_key and minion_pub"),
        ('"salt", salt_args: "x"', "salt_args that is no list"),
        ('"cfengine"', "has no policy_server_address"),
        ('"cfengine", mode: "x"', "has the mode 'x'"),
        ('"chef_apply"', "has no recipe"),
        ('"chef_client"', "has no chef_server_url"),
        ('"chef_solo", cookbooks_path: []', "has no cookbooks_path"),
        ('"chef_zero", environment: "x"', "no environments_path"),
        ('"salt", install_master: true, run_highstate: true', "a master that knows no key"),
        ('"salt", python_version: "3.x"', "a python_version that is no number"),
        ('"salt", version: "3006"', "has a version and no install_type"),
        ('"puppet"', "has manifests_path 'manifests', which is not there"),
        ('"puppet", manifests_path: ["host", "."]', "applies 'default.pp', which is not in ."),
        ('"puppet", environment_path: "gone"', "has environment_path 'gone', which is not there"),
        ('"puppet", environment_path: "."', "has the environment 'production', which is not in ."),
        ('"puppet", module_path: ["gone"]', "has module_path 'gone', which is not there"),
        ('"puppet", module_path: ["a" * 300]', f"has module_path '{'a' * 300}', which is not there"),
        ('"puppet_server", client_cert_path: "x"', "has client_cert_path 'x', which is not there"),
        ('"puppet_server", client_cert_path: "x"', "one of client_cert_path"),
        ('"puppet_server", client_cert_path: "x", client_private_key_path: "y"', "no puppet_node"),
    ],
)
def test_it_is_refused(refused, line, said):
    lines = refused(f'config.vm.box = "b"\nconfig.vm.provision {line}')

    assert any(said in found and found.startswith("Vagrantfile:3") for found in lines), lines


@pytest.mark.parametrize(
    "line",
    [
        '"shell", path: "https://example.org/x.sh"',
        '"shell", reboot: true',
        '"shell", inline: "x", args: [1, "two"]',
        '"shell", inline: "x", args: 7',
        '"cfengine", mode: :single_run',
        '"puppet", manifests_path: ["vm", "/srv/manifests"]',
        '"puppet", environment_path: ["vm", "/srv/environments"]',
        '"salt", python_version: 3, version: "3006", install_type: "stable"',
    ],
)
def test_it_is_not_refused(read, line):
    config = read(f'config.vm.box = "b"\nconfig.vm.provision {line}', check=True)

    assert len(config.machines["default"].provisioners) == 1
