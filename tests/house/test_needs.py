"""The two commands install what is called: every program in the sources and tests has its package in the lists."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNERS = {"run", "Popen", "stream", "need", "which", "need_programs"}
ALWAYS_THERE = {
    *("sh", "bash", "dash", "cat", "cp", "sleep", "env", "true", "printf", "tar", "chroot", "mount", "umount"),
    *("losetup", "rm", "prlimit", "setpriv", "pidof", "stat"),
    *("unshare", "nsenter", "apt-get", "apt-cache", "apt-config", "dpkg-deb", "dpkg", "ldd"),
}
"""Of packages that Debian and Ubuntu do not let go, or that have installed the others."""
COMES_WITH = {
    "ssh-keygen": "ssh",
    "debugfs": "mke2fs",
    "e2fsck": "mke2fs",
    "mkfs.ext4": "mke2fs",
    "mformat": "mcopy",
    "mmd": "mcopy",
    "mdir": "mcopy",
    "lxc-info": "lxc-checkconfig",
    "lxc-create": "lxc-checkconfig",
    "btrfs": "mkfs.btrfs",
    "lxc-autostart": "lxc-checkconfig",
    "ovs-vswitchd": "ovs-vsctl",
    "ovsdb-server": "ovs-vsctl",
    "ovsdb-tool": "ovs-vsctl",
    "openssl": "/etc/ssl/certs/ca-certificates.crt",
    "ld": "as",
    "readelf": "as",
    "virtlogd": "libvirtd",
    "virt-xml-validate": "virsh",
    "virt-host-validate": "virsh",
    "grub-mkimage": "/usr/lib/grub/i386-pc/boot.img",
}
"""Program -> what is looked for of the package that brings it, itself or by what it depends on."""
NOT_NEEDED = {
    "src/serai": {
        "busybox",  # only to make the tiny image of another architecture
        *("swtpm", "passt", "ip", "ovs-vsctl"),  # for what few machines ask for; named when they are missing
        *("nft", "lxc-start"),  # for networks of containers, and for those; named when they are missing
        *("virsh", "iptables"),  # for machines on libvirt; asked for when they are needed
        *("ruby", "bwrap"),  # for --ruby, which says so
        "sudo",  # for who exports folders by NFS and is not root: `serai host setup nfs-folders` writes its rule
        *("systemd-nspawn", "systemctl"),  # for its containers; named when it is missing, and where systemd runs
        "xl",  # for machines on Xen: what a dom0 has
        "modprobe",  # to give devices of the host to guests: a host with loadable modules has it
    },
    "tests": {
        *("no-such-program", "no-such-program-here"),
        *(
            "ansible",
            "ansible-playbook",
            "ansible-inventory",
        ),  # of ansible-core, which pip installs for development
    },
}


def listed(function: str) -> dict[str, str]:
    """How each need is seen to be there -> its packages."""
    script = f". scripts/packages.sh; read_os_release; {function}"
    told = subprocess.run(["sh", "-c", script], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = [line.split("|") for line in told.splitlines()]
    assert all(len(line) == 3 for line in lines), told
    return {how: packages for packages, how, _ in lines}


def programs_called(tree: ast.AST) -> Iterator[str]:
    """First words of what is run, and words of `need` and `which`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in RUNNERS:
            continue
        words = node.args if name in ("need", "need_programs") else node.args[:1]
        for word in words:
            first = word.elts[0] if isinstance(word, ast.List) and word.elts else word
            if isinstance(word, ast.List) or name in ("need", "need_programs", "which"):
                yield from strings(first)


def strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.rsplit("/", 1)[-1]


def unlisted(folder: str, needs: dict[str, str]) -> list[str]:
    known = {
        *needs,
        *ALWAYS_THERE,
        *NOT_NEEDED[folder],
        *(name for name, how in COMES_WITH.items() if how in needs),
    }
    return [
        f"{path.relative_to(ROOT)} calls {program}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__)
        and (folder, path.parent.name) != ("tests", "cli")  # their `run` is the command line
        for program in sorted({*programs_called(ast.parse(path.read_text()))})
        if program not in known
    ]


@pytest.mark.parametrize(
    ("folder", "function"), [("src/serai", "needs_of_serai"), ("tests", "needs_of_tests")], ids=["serai", "tests"]
)
def test_every_program_that_is_called_is_installed(folder: str, function: str) -> None:
    assert unlisted(folder, listed(function)) == []


def test_the_packages_that_serais_own_errors_name_are_those_that_are_installed() -> None:
    from serai.images.builders.debian import GRUB_FILES, HOST_PROGRAMS
    from serai.images.builders.tiny import HOST_PACKAGES

    packages = {word for names in listed("needs_of_serai").values() for word in names.split()}
    named = {*HOST_PROGRAMS.values(), *HOST_PACKAGES.values(), *GRUB_FILES["amd64"].values()}
    assert named - packages - {"grub-common", "tar", "dpkg"} == set()


def test_a_program_is_found_wherever_it_stands_in_a_call() -> None:
    source = 'need("a", "b", root=True); run([which("c", "pkg"), "x"]); subprocess.run(["/usr/sbin/d", "-n"])'
    assert sorted(programs_called(ast.parse(source))) == ["a", "b", "c", "d"]
