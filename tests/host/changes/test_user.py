"""Users and groups with fixed ids; ids of others are refused, naming who has them."""

from __future__ import annotations

import pytest

from serai.host.changes.change import State
from serai.host.changes.user import JoinGroup, MakeGroup, MakeUser
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

KVM = MakeGroup(name="kvm", gid=36, users=("vdsm",))
VDSM = MakeUser(name="vdsm", uid=36, gid=36, comment="Node Virtualization Manager")
ANN = JoinGroup(user="ann", group="kvm")


class Shadow:
    """groupadd, useradd and the rest on the files of a tree; what they do not know, they refuse."""

    def __init__(self, root):
        self.passwd, self.group = root / "etc/passwd", root / "etc/group"
        self.passwd.parent.mkdir()
        self.passwd.write_text("root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/sh\n")
        self.group.write_text("root:x:0:\nann:x:1000:\n")

    def __call__(self, argv):
        name, words = argv[0], list(argv[1:])
        if name == "groupadd":
            assert words[0] == "-g"
            self.group.write_text(f"{self.group.read_text()}{words[2]}:x:{words[1]}:\n")
        elif name == "useradd":
            assert words[4:8] == ["-M", "-d", "/", "-s"]
            ids = f"{words[1]}:{words[3]}"
            self.passwd.write_text(f"{self.passwd.read_text()}{words[-1]}:x:{ids}:{words[10]}:/:{words[8]}\n")
        elif name == "groupdel":
            if any(f":{self.field(words[0])}:" in row for row in self.passwd.read_text().splitlines()):
                return Result(argv, 8, "", f"groupdel: cannot remove the primary group of user '{words[0]}'\n")
            self.drop(self.group, words[0])
        elif name == "userdel":
            self.drop(self.passwd, words[0])
        elif name == "usermod":
            assert words[:2] == ["-a", "-G"]
            self.members(words[2], lambda there: [*there, words[3]])
        elif name == "gpasswd":
            assert words[0] == "-d"
            self.members(words[2], lambda there: [each for each in there if each != words[1]])
        else:
            return Result(argv, 127, "", f"{name}: not found\n")
        return Result(argv, 0, "", "")

    def field(self, group):
        return next(
            row.split(":")[2] for row in self.group.read_text().splitlines() if row.startswith(f"{group}:")
        )

    def drop(self, path, name):
        kept = [row for row in path.read_text().splitlines() if not row.startswith(f"{name}:")]
        path.write_text("".join(f"{row}\n" for row in kept))

    def members(self, group, change):
        rows = []
        for row in self.group.read_text().splitlines():
            name, secret, number, there = row.split(":")
            now = [each for each in there.split(",") if each]
            rows.append(f"{name}:{secret}:{number}:{','.join(change(now) if name == group else now)}\n")
        self.group.write_text("".join(rows))


@pytest.fixture
def shadow(tmp_path):
    return Shadow(tmp_path)


@pytest.fixture
def reach(tmp_path, shadow):
    return Local(tmp_path, run=shadow)


def done(reach, *changes):
    return [(each, kept, each.after(reach)) for each in changes if (kept := _do(reach, each))]


def _do(reach, change):
    kept = change.before(reach)
    change.do(reach, kept)
    return kept


def undo(reach, steps):
    for change, kept, after in reversed(steps):
        change.undo(reach, kept, after)


def test_they_are_made_read_back_and_go_again(reach, shadow):
    before = shadow.passwd.read_text(), shadow.group.read_text()
    steps = done(reach, KVM, VDSM, ANN)

    assert shadow.group.read_text().splitlines()[-1] == "kvm:x:36:ann"
    assert shadow.passwd.read_text().splitlines()[-1] == (
        "vdsm:x:36:36:Node Virtualization Manager:/:/sbin/nologin"
    )
    assert [each.read_back(reach).state for each in (KVM, VDSM, ANN)] == [State.DONE] * 3
    assert [change.conflict(reach, kept, after) for change, kept, after in steps[1:]] == ["", ""]
    undo(reach, steps)
    undo(reach, steps)
    assert (shadow.passwd.read_text(), shadow.group.read_text()) == before


def test_what_was_there_stays(reach, shadow):
    done(reach, KVM, VDSM, ANN)
    there = shadow.passwd.read_text(), shadow.group.read_text()
    undo(reach, done(reach, KVM, VDSM, ANN))

    assert (shadow.passwd.read_text(), shadow.group.read_text()) == there


@pytest.mark.parametrize(
    ("change", "passwd", "group", "says"),
    [
        (KVM, "", "backup:x:36:\n", "the group id 36 belongs to backup"),
        (KVM, "", "kvm:x:104:\n", "kvm is there with the id 104, not 36"),
        (VDSM, "games:x:36:60::/:/bin/sh\n", "", "the user id 36 belongs to games"),
        (VDSM, "vdsm:x:998:36::/:/bin/sh\n", "", "vdsm is there with the id 998, not 36"),
    ],
)
def test_ids_of_others_are_refused_naming_who(reach, shadow, change, passwd, group, says):
    shadow.passwd.write_text(shadow.passwd.read_text() + passwd)
    shadow.group.write_text(shadow.group.read_text() + group)
    with pytest.raises(SeraiError, match=says) as refused:
        done(reach, change)

    assert refused.value.code is Code.REFUSED


def test_a_group_that_others_joined_since_is_a_conflict(reach, shadow):
    [step] = done(reach, KVM)
    assert KVM.conflict(reach, step[1], step[2]) == ""
    done(reach, ANN)
    assert "ann belongs to the group kvm" in KVM.conflict(reach, step[1], step[2])


def test_a_user_whose_first_group_it_is_since_is_a_conflict_but_not_our_own(reach, shadow):
    steps = done(reach, KVM, VDSM)
    assert KVM.conflict(reach, *steps[0][1:]) == ""
    shadow.passwd.write_text(f"{shadow.passwd.read_text()}bob:x:1001:36::/:/bin/sh\n")
    assert "bob belongs" in KVM.conflict(reach, *steps[0][1:])


def test_a_user_that_was_changed_since_is_a_conflict(reach, shadow):
    [step] = done(reach, MakeUser(name="vdsm", uid=36, gid=36))
    shadow.passwd.write_text(shadow.passwd.read_text().replace("/sbin/nologin", "/bin/bash"))

    assert "was changed since" in VDSM.conflict(reach, step[1], step[2])


def test_a_group_that_there_is_not_cannot_be_joined(reach):
    with pytest.raises(SeraiError, match="no group libvirt"):
        done(reach, JoinGroup(user="ann", group="libvirt"))
    assert JoinGroup(user="ann", group="libvirt").read_back(reach).state is State.LOST


def test_each_says_what_it_changes(reach):
    assert KVM.diff(reach) == ["+kvm:x:36:"]
    assert ANN.diff(reach) == ["/etc/group: kvm: +ann"]
    assert VDSM.title() == "user vdsm, id 36, group 36"
