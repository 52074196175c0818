"""serai host devices: a table by group, all of one device, JSON, and a picture (GPU-3)."""

from __future__ import annotations

import json

from serai.cli.main import run


def test_the_table_has_groups_verdicts_and_reasons(captured, capsys):
    assert run(["host", "devices", "--root", str(captured("workstation"))]) == 0
    out = capsys.readouterr().out

    assert "e1000e         can be given" in out
    assert "it shows the host's console (boot_vga)" in out
    assert "pcieport" not in out
    assert out.splitlines()[-1].startswith(
        "30 devices in 22 groups: 9 can be given, 1 given, 8 can after something"
    )


def test_of_a_named_slot_all_is_said(captured, capsys):
    assert run(["host", "devices", "81:00", "--root", str(captured("workstation"))]) == 0
    out = capsys.readouterr().out

    assert "SR-IOV: 2 of 4 functions 0000:81:00.1 0000:81:00.2" in out
    assert "ids 1b36:0010, NUMA node 1, reset flr" in out
    assert f"then: serai host tune --root {captured('workstation')} sriov=0000:81:00.0:0" in out


def test_why_nothing_can_be_given_is_said_once(captured, capsys):
    assert run(["host", "devices", "--root", str(captured("iommu-off"))]) == 0
    out = capsys.readouterr().out

    assert out.count("intel_iommu=off") == 1
    assert out.startswith("no device can be given: ")


def test_json_holds_all_of_it(captured, capsys):
    assert run(["host", "devices", "--json", "--root", str(captured("workstation"))]) == 0
    said = json.loads(capsys.readouterr().out)

    assert [len(said["devices"]), len(said["groups"]), said["obstacles"]] == [30, 22, []]
    card = next(each for each in said["devices"] if each["address"] == "0000:08:02.0")
    assert (card["verdict"], card["blocks_others"], card["next"]) == (
        "can after",
        True,
        [f"serai host passthrough --root {captured('workstation')} 0000:08:02.0 0000:08:01.0 --force"],
    )


def test_the_picture_is_written(captured, tmp_path, capsys):
    path = tmp_path / "groups.svg"
    assert run(["host", "devices", "--svg", str(path), "--root", str(captured("workstation"))]) == 0
    assert b"PCI devices of workstation" in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_picture_that_cannot_be_written_is_an_error_of_the_file_that_was_named(captured, tmp_path, capsys):
    path = tmp_path / "none/groups.svg"
    assert run(["host", "devices", "--svg", str(path), "--root", str(captured("workstation"))]) == 3
    assert f"the picture cannot be written to {path}: No such file" in capsys.readouterr().err


def test_a_device_that_is_named_twice_is_listed_once(captured, capsys):
    assert run(["host", "devices", "06:00", "06:00.0", "--root", str(captured("workstation"))]) == 0
    assert capsys.readouterr().out.count("e1000e") == 1


def test_a_device_that_is_not_there_is_an_error(captured, capsys):
    assert run(["host", "devices", "09:1f.7", "--root", str(captured("workstation"))]) == 3
    assert "workstation has no PCI device 09:1f.7" in capsys.readouterr().err
