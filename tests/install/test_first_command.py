"""The README's first command on a bare Debian: a missing install step fails here."""

from __future__ import annotations

import time

import pytest

pytestmark = [pytest.mark.root, pytest.mark.slow, pytest.mark.engine, pytest.mark.timeout(1500)]

CHECKOUT = "/root/serai"
INSTALL_S = 1200
AGAIN_S = 30


def test_it_sets_serai_up(bare_root):
    first = bare_root.run("./get-serai -y --no-up", cwd=CHECKOUT, timeout=INSTALL_S)

    assert first.returncode == 0, first.stdout
    assert "qemu-system-x86" in first.stdout or "qemu-system-arm" in first.stdout

    started = time.monotonic()
    again = bare_root.run("./get-serai --no-up", cwd=CHECKOUT, timeout=AGAIN_S)
    assert again.returncode == 0, again.stdout
    assert "Missing" not in again.stdout
    assert "serai is set up in /root/.local/share/serai/venv" in again.stdout
    assert time.monotonic() - started < AGAIN_S


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
