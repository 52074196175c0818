"""The package as pip and pipx install it: built as a wheel, in a clean environment, far from the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.install, pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]


def run(*words: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", target, ROOT)
    (found,) = target.glob("serai-*.whl")
    return found


def test_it_holds_every_file_of_the_package(wheel):
    listing = ["git", "ls-files", "src/serai"]
    tracked = {name.removeprefix("src/") for name in run(*listing, cwd=ROOT).split()}

    assert tracked - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_it_works_from_a_clean_environment(wheel, tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    run(tmp_path / "venv/bin/python", "-m", "pip", "install", wheel)
    serai = tmp_path / "venv/bin/serai"

    assert "Usage: serai" in run(serai, "--help", cwd=tmp_path)
    assert run(serai, "--version", cwd=tmp_path).startswith("serai 0.")
    run(serai, "init", cwd=tmp_path)
    assert (tmp_path / "serai.yaml").exists()
    run(serai, "validate", cwd=tmp_path)
