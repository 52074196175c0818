"""Checks across machines and keys, each at the place of what is wrong."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.util.errors import Code, SeraiError, SeraiErrors


def messages(machines, tmp_path):
    try:
        load(tmp_path / "serai.yaml", text=f"project: p\nmachines: {{{machines}}}", environ={})
    except SeraiErrors as caught:
        return [error.message for error in caught.errors]
    return []


@pytest.mark.parametrize(
    "machines",
    [
        "a: {networks: [8080:80, 8080:80/udp, 127.0.0.2:8080:80]}",
        "a: {networks: 8080:80}, b: {networks: {forwarded_port: {guest: 80, host: 8080, auto_correct: true}}}",
        "a: {cpu: {count: 4, cores: 2}}",
        "a: {cpu: {count: 2, max: 8, sockets: 2, cores: 2, threads: 2}}",
        "a: {disks: {root: {path: x, size: 1G}}}",
        "a: {synced_folders: '.:/srv'}",
        "a: {after: b}, b: {}",
        "a: {count: 2}, b: {after: {a: started, a-1: ready}}",
    ],
)
def test_what_fits_is_fine(machines, tmp_path):
    assert messages(machines, tmp_path) == []


@pytest.mark.parametrize(
    ("machines", "message"),
    [
        ("a: {networks: [0.0.0.0:80:80, 80:80]}", "port 80/tcp of the host is forwarded to a already"),
        ("a: {ssh: {host_port: 2222}}, b: {networks: 2222:22}", "port 2222/tcp of the host is forwarded to a"),
        (
            "a: {cpu: {count: 3, sockets: 1, cores: 2, threads: 1}}",
            "3 CPUs do not fit sockets × cores × threads, 2",
        ),
        ("a: {cpu: {cores: 4, max: 2}}", "max is 2, less than the 4 that it starts with"),
        ("a: {memory: {size: 2G, max: 1G}}", "1GiB is less than the size, 2GiB"),
        ("a: {disks: {d: {path: x, size: 1G}}}", "a disk with a path has its file's size"),
        ("a: {disks: {d: {format: raw}}}", "needs a size or a path"),
        ("a: {provision: {file: 'gone:/x'}}", "there is no file 'gone'"),
        ('a: {provision: {file: "\\0:/x"}}', "there is no file"),
        ("a: {after: b}, b: {after: a}", "in a circle: "),
        ("a: {after: b}", "no such machine, there are a"),
        ("a: {}, b: {after: {a: succeeded}}", "machines.b.after.a: a is not meant to end"),
        ("a: {primary: true}, b: {primary: true}", "a is primary already"),
        ("a: {networks: 999.1.1.1:80:80}", "'999.1.1.1' is not an IP address, as host_ip must be"),
        ("a: {networks: {forwarded_port: {guest: 1, host: 2, guest_ip: x}}}", "as guest_ip must be"),
        ("a: {count: 2, networks: {public: {mac: '52:54:00:00:00:0a'}}}", "52:54:00:00:00:0a is a-1's already"),
    ],
)
def test_what_does_not_fit_is_told(machines, message, tmp_path):
    found = messages(machines, tmp_path)

    assert len(found) == 1
    assert message in found[0]


def test_after_a_counted_machine_means_all_of_it(tmp_path):
    text = "project: p\nmachines: {a: {count: 2}, b: {after: {a: started, a-2: provisioned}}}"

    after = load(tmp_path / "serai.yaml", text=text, environ={}).machines["b"].after
    assert {name: stage.value for name, stage in after.items()} == {"a-1": "started", "a-2": "provisioned"}


def test_a_disk_whose_size_is_wrong_is_not_told_to_need_one(tmp_path):
    assert messages("a: {disks: {d: 10}}", tmp_path) == [
        "machines.a.disks.d: 10 has no unit: write for example 10M or 10GiB"
    ]


@pytest.mark.parametrize("script", ["./setup.sh", " ./setup.sh\n"])
def test_a_script_of_the_project_is_not_taken_for_a_command(script, tmp_path):
    (tmp_path / "setup.sh").write_text("true\n")

    assert messages(f"a: {{provision: {script!r}}}".replace("'", '"'), tmp_path) == [
        "machines.a.provision: ./setup.sh is a file of the project, and would be looked for in the guest"
    ]


@pytest.mark.parametrize("script", ["./gone.sh", "sh ./setup.sh", "./setup.sh now", "./" + "x" * 5000])
def test_a_command_of_the_guest_stays_one(script, tmp_path):
    (tmp_path / "setup.sh").write_text("true\n")

    assert messages(f"a: {{provision: {script}}}", tmp_path) == []


def test_a_provider_that_is_not_there_is_told_at_its_place(tmp_path):
    asked = []

    def known(name):
        asked.append(name)
        if name == "qemo":
            raise SeraiError(Code.INPUT, "no provider is called 'qemo'", hint="did you mean 'qemu'?")

    text = "project: p\nmachines:\n  a: {provider: qemo}\n  b: {provider: qemo}\n  c: {}\n"
    with pytest.raises(SeraiErrors) as caught:
        load(tmp_path / "serai.yaml", text=text, environ={}, known_provider=known)

    assert [(str(error.where)[-4:], error.message, error.hint) for error in caught.value.errors] == [
        ("3:17", "machines.a.provider: no provider is called 'qemo'", "did you mean 'qemu'?"),
        ("4:17", "machines.b.provider: no provider is called 'qemo'", "did you mean 'qemu'?"),
    ]
    assert asked == ["qemo", "qemu"]


def test_a_provider_of_the_command_line_takes_the_place_of_all(tmp_path):
    def known(name):
        raise AssertionError(name)

    text = "project: p\nmachines: {a: {provider: gone}}"
    machine = load(tmp_path / "serai.yaml", text=text, environ={}, provider="fake", known_provider=known).machines[
        "a"
    ]

    assert machine.provider == "fake"
