"""The chain of a machine's blocks: what makes another key, what ends it, and what is the project's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.plan.provisioning import keyed
from serai.providers.contract import Materials, Scope
from serai.provisioners.registry import digest
from serai.run.chain import Chain, Circumstances, Named, chain
from serai.spec.machine import Machine
from serai.util.masking import Mask

PLAIN = [
    {"name": "packages", "shell": {"inline": "apt-get install -y nginx"}},
    {"name": "site", "shell": {"inline": "echo site"}},
    {"name": "last", "shell": {"inline": "true"}},
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "site.sh").write_text("echo site\n")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a").write_text("a")
    (tmp_path / "site.yml").write_text("- hosts: all\n")
    return tmp_path


def of(
    root: Path,
    provision: list[dict[str, Any]] = PLAIN,
    *,
    base: str = "base",
    project: str = "p1",
    mask: tuple[str, ...] = (),
    binds: bool = False,
    materials: Materials | None = None,
    **more: Any,
) -> Chain:
    machine = msgspec.convert({"name": "web", "image": "tiny", "provision": provision, **more}, Machine)
    scope = Scope(project="shop", project_id=project, root=root, home=root)
    around = Circumstances(machine, materials or Materials(), scope, Mask(mask), binds)
    return chain(around, base, {key: digest(block, machine, root) for key, block in keyed(machine)})


def keys(found: Chain) -> list[str]:
    return [link.key for link in found.links]


def shell(inline: str, **more: Any) -> dict[str, Any]:
    return {"name": "site", "shell": {"inline": inline, **more}}


def test_each_block_has_a_key_of_its_own(root):
    found = of(root)

    assert found.ends == ""
    assert [link.title for link in found.links] == ["shell packages", "shell site", "shell last"]
    assert len(set(keys(found))) == 3
    assert all(len(key) == 32 for key in keys(found))
    assert keys(of(root)) == keys(found)


def test_a_changed_block_keeps_the_keys_before_it(root):
    changed = of(root, [PLAIN[0], shell("echo other"), PLAIN[2]])

    same = [one == other for one, other in zip(keys(of(root)), keys(changed), strict=True)]
    assert same == [True, False, False]


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({}, True),
        ({"base": "another image"}, False),
        ({"project": "p2"}, True),
        ({"name": "db"}, True),
        ({"hostname": "db.example.org"}, True),
        ({"after": {"db": "ready"}}, True),
        ({"env": {"COLOUR": "red"}}, False),
        ({"hooks": {"after_ready": [{"run": "true"}]}}, False),
        ({"synced_folders": [{"source": ".", "target": "/srv", "type": "9p"}]}, True),
    ],
)
def test_what_changes_the_key_of_a_plain_script(root, more, same):
    assert (keys(of(root, **more)) == keys(of(root))) is same


@pytest.mark.parametrize(
    ("block", "more", "same"),
    [
        (shell("echo hi"), {"name": "db"}, True),
        (shell("hostname >/etc/x"), {"name": "db"}, False),
        (shell("uname -n"), {"hostname": "other"}, False),
        (shell("ip -4 addr show"), {"name": "db"}, False),
        (shell("skip over ip"), {"name": "db"}, True),
        (shell("cat /etc/machine-id"), {"name": "db"}, False),
        (shell("hostname"), {"project": "p2"}, True),
        ({"tool": {"ansible_local": {"playbook": "site.yml"}}}, {"name": "db"}, False),
        ({"file": {"source": "tree", "destination": "/srv"}}, {"name": "db"}, True),
    ],
)
def test_who_asks_for_the_name_makes_what_fits_that_name(root, block, more, same):
    assert (keys(of(root, [block], **more)) == keys(of(root, [block]))) is same


PEERS = Materials(hosts={"db": "10.0.0.7"}, addresses={"back": "10.0.0.5/24"})
OTHERS = Materials(hosts={"db": "10.0.0.8"}, addresses={"back": "10.0.0.5/24"})


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("apt-get update", True),
        ("curl http://db:8080", False),
        ("ping -c 1 10.0.0.5", False),
        ("hostname -I", False),
    ],
)
def test_who_names_a_peer_or_an_address_depends_on_them(root, text, same):
    found = keys(of(root, [shell(text)], materials=PEERS))

    assert (keys(of(root, [shell(text)], materials=OTHERS)) == found) is same
    assert (keys(of(root, [shell(text)], materials=PEERS, project="p2")) == found) is same


def test_files_that_a_block_names_count(root):
    script = [{"shell": {"path": "site.sh"}}]
    tree = [{"file": {"source": "tree", "destination": "/srv"}}]
    before = keys(of(root, script)), keys(of(root, tree))

    (root / "site.sh").write_text("echo other\n")
    (root / "tree" / "a").write_text("b")

    assert keys(of(root, script)) != before[0]
    assert keys(of(root, tree)) != before[1]


RSYNC = {"synced_folders": [{"source": "tree", "target": "/srv/app", "type": "rsync", "exclude": ["*.log"]}]}


@pytest.mark.parametrize(
    ("text", "file", "same"),
    [
        ("make -C /srv/app", "a", False),
        ("make -C /srv/app", "new.log", True),
        ("make -C /srv/app", ".git", True),
        ("apt-get update", "a", True),
    ],
)
def test_of_a_folder_that_is_copied_what_it_holds_counts_where_it_is_named(root, text, file, same):
    before = keys(of(root, [shell(text)], **RSYNC))

    (root / "tree" / file).write_text("changed")

    assert (keys(of(root, [shell(text)], **RSYNC)) == before) is same


def test_a_folder_that_is_copied_is_on_the_disk_so_that_layers_are_the_projects_own(root):
    found = of(root, **RSYNC)

    assert {link.project for link in found.links} == {"p1"}
    assert not set(keys(found)) & set(keys(of(root, project="p2", **RSYNC)))


@pytest.mark.parametrize(
    ("block", "mask"),
    [
        (shell("echo hi", sensitive=True), ()),
        (shell("echo hi", env={"DB_PASSWORD": "x"}), ()),
        (shell("login --password hunter22"), ("hunter22",)),
        ({"name": "site", "shell": {"path": "site.sh"}}, ("echo site",)),
        ({"name": "site", "file": {"source": "key", "destination": "/root/key"}}, ()),
        ({"name": "site", "file": {"source": "tree", "destination": "/srv"}}, ("inside",)),
    ],
)
def test_a_block_that_holds_a_secret_and_all_that_follow_are_the_projects_own(root, block, mask):
    (root / "key").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    (root / "tree" / "b").write_text("the secret is inside it")
    blocks = [PLAIN[0], block, PLAIN[2]]

    found = of(root, blocks, mask=mask)

    assert [link.project for link in found.links] == ["", "p1", "p1"]
    other = keys(of(root, blocks, mask=mask, project="p2"))
    assert [one == two for one, two in zip(keys(found), other, strict=True)] == [True, False, False]


@pytest.mark.parametrize(
    "more",
    [
        {"guest": {"files": [{"path": "/etc/x", "content": "hunter22"}]}},
        {"env": {"API_TOKEN": "abc"}},
        {"provider": "docker", "container": {"env": {"DB_PASSWORD": "abc"}}},
        {"provider": "docker", "container": {"env": {"WHO": "hunter22"}}},
        {"provider": "docker", "container": {"env_file": ["db.env"]}},
        {"provider": "docker", "container": {"files": [{"target": "/run/key", "content": "abc"}]}},
    ],
)
def test_secrets_of_the_machine_make_all_of_it_the_projects_own(root, more):
    assert {link.project for link in of(root, mask=("hunter22",), **more).links} == {"p1"}


@pytest.mark.parametrize(
    ("block", "ends"),
    [
        ({"name": "site", "cache": False, "shell": {"inline": "true"}}, "site: cache is false"),
        (
            {"name": "site", "shell": {"path": "https://example.org/x.sh"}},
            "site: its script comes from a URL, without a checksum",
        ),
        (
            {"name": "site", "ansible": {"playbook": "site.yml", "limit": ["all"]}},
            "site: it is about other machines, too",
        ),
        ({"name": "site", "puppet_server": {"puppet_server": "p"}}, "site: it registers with a Puppet server"),
        ({"name": "site", "salt": {}}, "site: a minion and its master know each other by their keys"),
        (
            {"name": "site", "cfengine": {"policy_server_address": "10.0.0.1"}},
            "site: a hub and its clients know each other by their keys",
        ),
        ({"name": "site", "vagrant": {"type": "goss"}}, "site: this version cannot run it"),
    ],
)
def test_what_ends_it(root, block, ends):
    tools = {key: value for key, value in block.items() if key not in ("name", "cache", "shell", "vagrant")}
    rest = {key: value for key, value in block.items() if key not in tools}
    found = of(root, [PLAIN[0], {**rest, **({"tool": tools} if tools else {})}, PLAIN[2]])

    assert [link.block for link in found.links] == ["packages"]
    assert found.ends == ends


@pytest.mark.parametrize(
    ("text", "binds", "count"),
    [("make -C /srv/app", False, 1), ("true", False, 3), ("make -C /srv/app", True, 1)],
)
def test_a_folder_that_is_mounted_ends_it_where_it_is_named(root, text, binds, count):
    kind = "rsync" if binds else "virtiofs"
    folders = [{"source": "tree", "target": "/srv/app", "type": kind}]

    found = of(root, [PLAIN[0], shell(text), PLAIN[2]], binds=binds, synced_folders=folders)

    assert len(found.links) == count
    assert found.ends == ("" if count == 3 else "site: it may use /srv/app, a folder that is mounted")


@pytest.mark.parametrize("moment", ["before_provision", "after_provision", "before_block", "after_block"])
def test_hooks_around_blocks_leave_no_layers(root, moment):
    found = of(root, hooks={moment: [{"run": "true"}]})

    assert found == Chain((), "hooks around provisioning may change the machine, too")


def test_what_runs_at_each_start_counts_and_is_not_kept(root):
    always = {"name": "site", "run": "always", "shell": {"inline": "echo site"}}
    found = of(root, [PLAIN[0], always, PLAIN[2]])

    assert [link.kept for link in found.links] == [True, False, True]
    assert keys(found)[2] != keys(of(root))[2]


def test_what_never_runs_is_not_in_it(root):
    never = {"name": "site", "run": "never", "shell": {"inline": "echo other"}}

    assert keys(of(root, [PLAIN[0], never, PLAIN[2]])) == keys(of(root, [PLAIN[0], PLAIN[2]]))


def test_a_restart_is_no_layer_but_a_start(root):
    (_, restart, _) = of(root, [PLAIN[0], {"reload": {}}, PLAIN[2]]).links

    assert (restart.kept, restart.starts) == (False, True)


def test_peers_are_looked_for_once_in_a_text_and_told_apart_by_whom_a_machine_knows():
    class Counted(dict[str, str]):
        walks = 0

        def items(self):
            Counted.walks += 1
            return super().items()

    named, hosts = Named(), Counted(db="10.40.0.11", other="")

    assert [named.any("ping db", hosts) for _ in range(3)] == [True] * 3
    assert Counted.walks == 1
    assert named.any("ping 10.40.0.11", hosts)
    assert not named.any("ping me", hosts)
    assert not named.any("ping db", {"web": "10.40.0.10"})
    assert not named.any("ping db", {})
