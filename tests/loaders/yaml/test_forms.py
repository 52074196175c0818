"""Every short form means its long form, and a long form means itself."""

from __future__ import annotations

import pytest

from serai.loaders.file import Layer
from serai.loaders.yaml import forms
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.tool_forms import TOOL_FORMS
from serai.spec.clock import Clock, HyperV
from serai.spec.container import Container
from serai.spec.container_parts import Build, Files, GpuRequest, Health, IdMap, LogDriver, Login, Ulimit, Volume
from serai.spec.cpu import Cpu, Pin
from serai.spec.device import Boot, Channel, Graphics, Mdev, PciDevice, Serial, Tpm, UsbDevice, Vsock, Watchdog
from serai.spec.disk import Disk
from serai.spec.folder import SyncedFolder
from serai.spec.guest import Ready, User, UserData
from serai.spec.hook import Hook
from serai.spec.image import ImageSource
from serai.spec.memory import HugePages, Memory
from serai.spec.network import ForwardedPort, Network, Nic, PrivateNic, PublicNic, UplinkNic
from serai.spec.numa import Numa
from serai.spec.pool import Pool
from serai.spec.provision import File, Provision, Reload, Shell
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal
from serai.spec.provisioners.chef import ChefApply, ChefSolo, ChefZero
from serai.spec.provisioners.engines import Docker, EngineBuild, EngineRun, EngineStep, Podman
from serai.spec.provisioners.puppet import Puppet, PuppetServer
from serai.spec.provisioners.salt import Salt
from serai.spec.raw import XmlEdit

FORMS = forms.FORMS | TOOL_FORMS
FULL = {"host_ip": "127.0.0.1", "host": 8080, "guest": 80, "protocol": "udp"}
CASES = [
    (Memory, "1GiB", {"size": "1GiB"}),
    (Cpu, "4", {"count": 4}),
    (Disk, "10GiB", {"size": "10GiB"}),
    (Network, "10.40.0.0/24", {"subnet": "10.40.0.0/24"}),
    (Network, "null", {}),
    (ImageSource, "https://example.org/x", {"url": "https://example.org/x"}),
    (ImageSource, "./x.qcow2", {"path": "./x.qcow2"}),
    (ImageSource, "box:debian/bookworm64", {"box": "debian/bookworm64"}),
    (ImageSource, "{box: a/b, version: '~> 12.0'}", {"box": "a/b", "version": "~> 12.0"}),
    (ForwardedPort, "8080:80", {"guest": 80, "host": 8080}),
    (ForwardedPort, "127.0.0.1:8080:80/udp", FULL),
    (ForwardedPort, "8080", {"guest": 8080, "host": 8080}),
    (Nic, "8080:80", {"forwarded_port": "8080:80"}),
    (Nic, "{private: null}", {"private": {}}),
    (Nic, "{private: a, forwarded_port: null}", {"private": "a"}),
    (PrivateNic, "backend", {"network": "backend"}),
    (PublicNic, "br0", {"bridge": "br0"}),
    (PublicNic, "null", {}),
    (PublicNic, "{type: bridge, dev: br0, mode: bridge}", {"bridge": "br0", "mode": "bridge"}),
    (PublicNic, "{type: bridge, bridge: br0}", {"bridge": "br0"}),
    (PublicNic, "{type: direct, dev: eth0}", {"dev": "eth0"}),
    (PublicNic, "{type: network, network_name: lan}", {"network_name": "lan"}),
    (UplinkNic, "passt", {"type": "passt"}),
    (UplinkNic, "null", {}),
    (Container, "null", {}),
    (Container, "{cmd: nginx -g 'daemon off;'}", {"cmd": ["nginx", "-g", "daemon off;"]}),
    (Container, "{entrypoint: []}", {"entrypoint": []}),
    (Build, "./app", {"context": "./app"}),
    (Build, "https://example.org/app.git#v2", {"git": "https://example.org/app.git#v2"}),
    (Login, "alice", {"username": "alice"}),
    (Volume, "/srv", {"target": "/srv", "type": "volume"}),
    (Volume, "./data:/srv", {"source": "./data", "target": "/srv"}),
    (Volume, "data:/srv:ro", {"name": "data", "target": "/srv", "read_only": True}),
    (Volume, "/a:/b:rw,rslave", {"source": "/a", "target": "/b", "read_only": False, "propagation": "rslave"}),
    (Volume, "data:/srv:nocopy", {"name": "data", "target": "/srv", "nocopy": True}),
    (Files, "app.conf:/etc/app.conf", {"source": "app.conf", "target": "/etc/app.conf"}),
    (Health, "curl -f localhost", {"test": ["CMD-SHELL", "curl -f localhost"]}),
    (Health, "{test: 'true', retries: 2}", {"test": ["CMD-SHELL", "true"], "retries": 2}),
    (Health, "{test: [CMD, 'true']}", {"test": ["CMD", "true"]}),
    (Health, "false", {"disable": True}),
    (Ulimit, "1024", {"soft": 1024, "hard": 1024}),
    (LogDriver, "journald", {"driver": "journald"}),
    (GpuRequest, "all", {"count": -1}),
    (GpuRequest, "2", {"count": 2}),
    (GpuRequest, "true", {}),
    (GpuRequest, "false", None),
    (IdMap, "u 0 100000 65536", {"kind": "u", "inside": 0, "host": 100000, "size": 65536}),
    (Pin, "2-5", {"cpus": "2-5"}),
    (Pin, "2", {"cpus": 2}),
    (Numa, "0", {"host_nodes": 0}),
    (Numa, "0-1", {"host_nodes": "0-1"}),
    (HugePages, "true", {}),
    (HugePages, "false", None),
    (HugePages, "1GiB", {"size": "1GiB"}),
    (Clock, "localtime", {"offset": "localtime"}),
    (HyperV, "true", {}),
    (HyperV, "false", None),
    (Boot, "network", {"order": "network"}),
    (Boot, "[cd, root]", {"order": ["cd", "root"]}),
    (PciDevice, "'01:00.0'", {"address": "01:00.0"}),
    (UsbDevice, "046d:c52b", {"vendor": "046d", "product": "c52b"}),
    (UsbDevice, "1234:0012", {"vendor": "1234", "product": "0012"}),
    (Mdev, "c0ffee00-0000-4000-8000-000000000001", {"uuid": "c0ffee00-0000-4000-8000-000000000001"}),
    (Tpm, "true", {}),
    (Tpm, "false", None),
    (Tpm, "'1.2'", {"version": "1.2"}),
    (Vsock, "true", {}),
    (Vsock, "42", {"cid": 42}),
    (Watchdog, "true", {}),
    (Watchdog, "reset", {"action": "reset"}),
    (Serial, "file", {"type": "file"}),
    (Channel, "org.example.0", {"name": "org.example.0"}),
    (Graphics, "vnc", {"type": "vnc"}),
    (Pool, "/srv/fast", {"type": "dir", "path": "/srv/fast"}),
    (Pool, "null", {}),
    (XmlEdit, "<memtune/>", {"add": "<memtune/>"}),
    (Provision, "echo", {"shell": "echo"}),
    (Provision, "{reload: null}", {"reload": {}}),
    (Shell, "echo", {"inline": "echo"}),
    (Reload, "true", {}),
    (Ansible, "site.yml", {"playbook": "site.yml"}),
    (AnsibleLocal, "site.yml", {"playbook": "site.yml"}),
    (ChefApply, "package 'nginx'", {"recipe": "package 'nginx'"}),
    (ChefSolo, "'recipe[nginx]'", {"run_list": "recipe[nginx]"}),
    (ChefZero, "['recipe[a]', 'role[b]']", {"run_list": ["recipe[a]", "role[b]"]}),
    (Docker, "nginx", {"images": "nginx"}),
    (Docker, "true", {}),
    (Podman, "[nginx, redis]", {"images": ["nginx", "redis"]}),
    (EngineBuild, "/srv/app", {"path": "/srv/app"}),
    (EngineRun, "nginx", {"image": "nginx"}),
    (EngineStep, "echo hi", {"shell": "echo hi"}),
    (Puppet, "site.pp", {"manifests_path": ".", "manifest_file": "site.pp"}),
    (Puppet, "manifests/site.pp", {"manifests_path": "manifests", "manifest_file": "site.pp"}),
    (PuppetServer, "puppet.example", {"puppet_server": "puppet.example"}),
    (PuppetServer, "true", {}),
    (Salt, "true", {}),
    (Salt, "minion.yml", {"minion_config": "minion.yml"}),
    (UserData, "'#!/bin/sh'", {"inline": "#!/bin/sh"}),
    (File, "a:b:/c", {"source": "a:b", "destination": "/c"}),
    (SyncedFolder, ".:/srv", {"source": ".", "target": "/srv"}),
    (User, "anna", {"name": "anna"}),
    (Ready, "80", {"tcp": 80}),
    (Hook, "echo", {"run": "echo"}),
    (Layer, "{cpus: 2}", {"cpu": {"count": 2}}),
    (Layer, "{cpus: 2, cpu: {model: max}}", {"cpu": {"model": "max", "count": 2}}),
    (Layer, "{after: a}", {"after": {"a": "ready"}}),
    (Layer, "{after: [a, b]}", {"after": {"a": "ready", "b": "ready"}}),
    (Layer, "null", {}),
]


@pytest.mark.parametrize(("cls", "text", "long"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_a_short_form_means(cls, text, long):
    problems = Problems("f")
    node = FORMS[cls].expand(parse(f"x: {text}", problems).items["x"], problems)

    assert node is not None
    assert plain(node) == long
    again = FORMS[cls].expand(node, problems)
    assert again is not None
    assert plain(again) == long
    assert len(problems) == 0


def test_every_form_has_a_case():
    assert {cls for cls, _, _ in CASES} >= {cls for cls in FORMS if not issubclass(cls, Layer)}


@pytest.mark.parametrize(
    ("cls", "text", "message"),
    [
        (ForwardedPort, "80-80", "'80-80' is not a forwarded port"),
        (ForwardedPort, "a:80", "'a:80' is not a forwarded port"),
        (ForwardedPort, "80:80/sctp", "is not a forwarded port"),
        (Nic, "{private: a, public: b}", "only one of private and public can be stated"),
        (Nic, "{}", "needs one of forwarded_port, private, public, uplink"),
        (PublicNic, "{type: tunnel, dev: eth0}", "'tunnel' is not one of bridge, direct, network"),
        (PublicNic, "{type: direct, bridge: br0}", "direct goes with dev, which is not stated"),
        (UsbDevice, "046d", "'046d' is not a USB device"),
        (UsbDevice, ":c52b", "':c52b' is not a USB device"),
        (Provision, "{name: x}", "needs one of shell, file, reload, ansible"),
        (Shell, "{inline: a, path: b}", "only one of inline and path can be stated"),
        (ImageSource, "{url: a, path: b}", "only one of url and path can be stated"),
        (ImageSource, "{url: a, version: '1'}", "version: goes with box, which is not stated"),
        (ImageSource, "{url: a, checksum: 'md5:0'}", "'md5:0' is not sha256: or sha512:"),
        (Container, '{cmd: "it\'s"}', "cannot be split into words"),
        (Build, "{context: a, git: b}", "only one of context and git can be stated"),
        (Volume, "a b:/srv", "'a b:/srv' is not a volume"),
        (Volume, "data:/srv:fast", "'fast' is no option of a volume"),
        (IdMap, "u 0 1", "'u 0 1' is not a range of ids"),
        (File, "nowhere", "'nowhere' is not `source:destination`"),
        (SyncedFolder, ":/srv", "is not `source:target`"),
        (Layer, "{cpus: 1, cpu: 2}", "cpus is short for cpu.count, and both are stated"),
        (Layer, "{cpus: 1, cpu: {count: 2}}", "cpus is short for cpu.count, and both are stated"),
    ],
)
def test_what_is_no_form_is_a_problem(cls, text, message):
    problems = Problems("f")
    FORMS[cls].expand(parse(f"x: {text}", problems).items["x"], problems)

    assert [message in str(error) for error in problems.errors()] == [True]
