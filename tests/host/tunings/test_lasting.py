"""What lasts: drop-ins of sysctl.d and tmpfiles.d, and who is read after them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from host_cases import write
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.lasting import given, overruled, pairs, sysctls, tmpfiles


def facts(root, files, without=()):
    write(root, files, without)
    return Facts(Source(root))


def test_files_are_read_in_the_order_of_their_names_wherever_they_are(tmp_path):
    found = given(
        facts(
            tmp_path,
            {
                "usr/lib/sysctl.d/95-b.conf": "a.b = 2",
                "etc/sysctl.d/10-a.conf": "a.b = 1\nc.d=4",
                "etc/sysctl.d/90-serai-x.conf": "a.b = 3",
                "etc/sysctl.d/readme": "a.b = 9",
            },
        ),
        "x",
    )

    assert found == {"a.b": ("2", "/usr/lib/sysctl.d/95-b.conf"), "c.d": ("4", "/etc/sysctl.d/10-a.conf")}


def test_a_file_of_etc_hides_one_of_the_same_name(tmp_path):
    host = facts(tmp_path, {"usr/lib/sysctl.d/a.conf": "a.b=1", "etc/sysctl.d/a.conf": "# nothing"})

    assert given(host, "x") == {}


def test_who_is_read_later_and_says_something_else_is_named(tmp_path):
    files = {
        "etc/sysctl.d/99-z.conf": "a.b=1\nc.d=2",
        "etc/sysctl.d/10-a.conf": "c.d=1",
        "etc/sysctl.conf": "e.f=7",
    }
    notes = list(overruled(facts(tmp_path, files), "x", {"a.b": "5", "c.d": "2", "e.f": "8"}))

    assert [note.partition(" and")[0] for note in notes] == [
        "/etc/sysctl.d/99-z.conf sets a.b = 1",
        "/etc/sysctl.conf sets e.f = 7",
    ]


def test_comments_signs_and_slashes_of_a_file_are_understood(tmp_path):
    host = facts(tmp_path, {"etc/x": "# a.b=1\n;a.b=2\n-net/ipv4/ip_forward = 1\nword\n"})

    assert pairs(host, "/etc/x") == {"net.ipv4.ip_forward": "1"}


def test_each_key_is_set_and_all_are_written():
    *now, file = sysctls("x", {"vm.swappiness": "1", "vm.overcommit_memory": "0"})

    assert [each.path for each in now] == ["/proc/sys/vm/swappiness", "/proc/sys/vm/overcommit_memory"]
    assert file.text.splitlines()[1:] == ["vm.swappiness = 1", "vm.overcommit_memory = 0"]


@pytest.mark.root
def test_systemd_understands_what_is_written(tmp_path, need):
    need("systemd-tmpfiles", root=True)
    target = tmp_path / "value"
    target.write_text("1")
    file = tmp_path / "x.conf"
    for at_boot, option, value in ((False, [], "2"), (True, [], "2"), (True, ["--boot"], "3")):
        file.write_text(tmpfiles("x", {str(target): value}, at_boot).text)
        subprocess.run([shutil.which("systemd-tmpfiles"), "--create", *option, str(file)], check=True)
        assert target.read_text() == ("2" if not option else "3")
