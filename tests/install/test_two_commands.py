"""The README's two commands on a bare Debian: a missing install step fails here."""

from __future__ import annotations

import re
import time
from urllib.request import ProxyHandler, build_opener

import pytest

pytestmark = [
    pytest.mark.install,
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.engine,
    pytest.mark.timeout(1800),
]

CHECKOUT = "/root/serai"
PROJECT = f"{CHECKOUT}/serai-quickstart"
A_USER_WITH_SUDO = f"""
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -qq -y sudo
apt-get remove -qq -y mtools
useradd --create-home --shell /bin/sh keeper
echo 'keeper ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/keeper
cp -r {CHECKOUT} /home/keeper/serai
rm -rf /home/keeper/serai/serai-quickstart
chown -R keeper: /home/keeper
"""
INSTALL_S = 1200
AGAIN_S = 30


def url_in(output: str) -> str:
    found = re.search(r"^(http://127\.0\.0\.1:\d+/) answers", output, re.MULTILINE)
    assert found, output
    return found[1]


def page(url: str) -> str:
    """The page, asked for from outside: the bare Debian has its own processes, not its own network."""
    with build_opener(ProxyHandler({})).open(url, timeout=20) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def first(shared_root):
    """What the first command said, on a machine that had nothing."""
    return shared_root.run("./get-serai -y", cwd=CHECKOUT, timeout=INSTALL_S)


def test_a_bare_debian_gets_a_web_server(shared_root, first):
    assert first.returncode == 0, first.stdout
    assert re.search(r"^Missing on (Debian|Ubuntu) ", first.stdout, re.MULTILINE), first.stdout
    assert "Hello from web" in page(url_in(first.stdout))
    for command in ("serai ssh", "serai status", "serai destroy"):
        assert re.search(rf"^  {command} ", first.stdout, re.MULTILINE), first.stdout


def test_again_it_finds_everything_there(shared_root, first):
    started = time.monotonic()
    again = shared_root.run("./get-serai", cwd=CHECKOUT, timeout=INSTALL_S)

    assert again.returncode == 0, again.stdout
    assert time.monotonic() - started < AGAIN_S
    assert "Missing" not in again.stdout
    assert "serai is set up in /root/.local/share/serai/venv" in again.stdout
    assert url_in(again.stdout) == url_in(first.stdout)


def test_destroy_leaves_nothing_of_the_machine(shared_root, first):
    destroyed = shared_root.run("serai destroy -y", cwd=PROJECT)

    assert destroyed.returncode == 0, destroyed.stdout
    assert shared_root.left_running() == []
    with pytest.raises(OSError):  # refused, or reset
        page(url_in(first.stdout))
    disks = shared_root.run("find /root/.local/share/serai/projects -name '*.qcow2' -o -type s")
    assert disks.stdout == ""


def test_a_user_with_sudo_needs_root_for_packages_alone(shared_root, first):
    prepared = shared_root.run(A_USER_WITH_SUDO, timeout=INSTALL_S)
    assert prepared.returncode == 0, prepared.stdout

    done = shared_root.run(
        "su keeper -c './get-serai -y --dir ~/first'", cwd="/home/keeper/serai", timeout=INSTALL_S
    )

    assert done.returncode == 0, done.stdout
    assert "mtools" in done.stdout
    assert "/home/keeper/.local/bin is not on PATH" in done.stdout
    assert "Hello from web" in page(url_in(done.stdout))
    destroy = shared_root.run("su keeper -c '~/.local/bin/serai destroy -y'", cwd="/home/keeper/first")
    assert destroy.returncode == 0, destroy.stdout
    assert shared_root.left_running() == []


def test_the_second_command_brings_what_the_tests_need(shared_root, first):
    """Those tests that call other programs; a skip for one that is missing fails them."""
    folders = [f"tests/{name}" for name in ("guest", "images", "providers", "provisioners", "render", "util")]
    words = ["./run-tests", "-y", "-n", "2", "-m", "'calls and not (engine or root or slow or lab)'", *folders]
    done = shared_root.run(" ".join(words), cwd=CHECKOUT, timeout=INSTALL_S, env={"CI": "true"})

    assert done.returncode == 0, done.stdout
    assert re.search(r"^pytest: \d+ passed", done.stdout, re.MULTILINE), done.stdout
    assert "All checks and tests passed." in done.stdout


def test_without_a_terminal_and_without_yes_it_explains_and_installs_nothing(bare_root):
    refused = bare_root.run("./get-serai", cwd=CHECKOUT)

    assert refused.returncode == 4, refused.stdout
    assert "there is no terminal to ask on" in refused.stdout
    assert "apt-get install --no-install-recommends python3 python3-venv" in refused.stdout
    assert not (bare_root.path / "usr/bin/python3").exists()


def test_on_a_distribution_that_it_does_not_know_it_names_the_programs(bare_root):
    (bare_root.path / "etc/os-release").unlink()
    (bare_root.path / "etc/os-release").write_text("ID=haiku\nPRETTY_NAME='Haiku'\n")

    refused = bare_root.run("./get-serai -y", cwd=CHECKOUT)

    assert refused.returncode == 5, refused.stdout
    assert "Missing on Haiku:" in refused.stdout
    assert "qemu-img" in refused.stdout
    assert "its own package manager" in refused.stdout


@pytest.mark.parametrize("arguments", ["--nonsense", "--dir"])
def test_a_wrong_command_line_is_told_so(bare_root, arguments):
    refused = bare_root.run(f"./get-serai {arguments}", cwd=CHECKOUT)

    assert refused.returncode == 64, refused.stdout
    assert "get-serai: " in refused.stdout
