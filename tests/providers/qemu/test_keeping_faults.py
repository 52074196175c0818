"""What goes wrong while a template is written, or lies there: the machine comes up, nothing of it is loaded."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]

SHOP = """
project: shop
defaults: {image: tiny, memory: 192M, warm: true, ready: {within: 5m}}
machines:
  web: {}
  db: {autostart: false}
"""
WAKING = "waking it from a template"
KILLED = """
import os, signal, sys
from serai.cli.start import main
from serai.providers.qemu import {module} as at

act = at.{act}

def last(*words, **more):
    {before}
    os.kill(os.getpid(), signal.SIGKILL)

at.{act} = last
sys.argv = ["serai", "up"]
main()
"""
"""serai that ends in the middle of an act of the module, as by the kernel."""


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any) -> Iterator[Any]:
    need("qemu-system-x86_64", "qemu-img", "ssh")
    serai.file(SHOP)
    yield serai
    serai("destroy", "-y", "--force", code=None)


def templates(shop: Any) -> list[str]:
    return [str(each["key"]) for each in shop.json("image", "layers")["layers"]]


@pytest.mark.parametrize(
    ("module", "act", "before", "kept"),
    [
        # The devices are written, under another name; QEMU lives, and its memory is kept by the next run.
        pytest.param("memory", "_settle", "pass", True, marks=pytest.mark.long),
        ("template", "seal", "act(*words, **more)", False),  # the memory has moved, one file is sealed
        # One disk stands on it, and it is not published.
        pytest.param("warm", "_overlay", "act(*words, **more)", False, marks=pytest.mark.long),
    ],
)
def test_a_killed_serai_leaves_no_half_template_and_the_machine_comes_up(shop, module, act, before, kept):
    script = KILLED.format(module=module, act=act, before=before)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=shop.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert "keeping its memory for warm starts" in done.stderr

    shop("up")
    assert shop("exec", "web", "--", "hostname; cat /etc/hostname").stdout == "web\nweb\n"
    second = shop("up", "db")
    assert shop("exec", "db", "--", "hostname; cat /etc/hostname").stdout == "db\ndb\n"
    assert (WAKING in second.stderr) == kept


@pytest.mark.root
def test_a_full_disk_keeps_nothing_and_the_machine_goes_on(shop, home, need):
    need("mount", "umount")
    place = home / "templates"
    place.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k,mode=0700", "serai-full", place], check=True)
    try:
        said = shop("up").stderr
        assert "its memory is not kept: " in said
        assert shop("exec", "web", "--", "hostname").stdout == "web\n"
        assert templates(shop) == []
        assert [path.name for path in place.rglob("*") if path.is_file() and path.name != "lock"] == []
    finally:
        shop("destroy", "-y", "--force", code=None)
        subprocess.run(["umount", place], check=True)


@pytest.mark.long
def test_a_template_that_ends_early_or_has_another_byte_is_dropped(shop, home):
    shop("up")
    for name in ("ram", "state"):
        (kept,) = templates(shop)
        file = home / "templates" / kept / name
        file.chmod(0o600)
        if name == "ram":
            os.truncate(file, file.stat().st_size - 4096)
        else:
            with file.open("r+b") as opened:
                opened.seek(file.stat().st_size // 2)
                byte = opened.read(1)
                opened.seek(-1, os.SEEK_CUR)
                opened.write(bytes([byte[0] ^ 1]))
        shop("destroy", "-y", "--force")

        assert WAKING not in shop("up").stderr
        assert kept not in templates(shop)
        assert shop("exec", "web", "--", "hostname").stdout == "web\n"


NOBODY = 65534
PERSON = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups"
AS_PERSON = f'mount --bind "$0" python && exec {PERSON} python/bin/python3 "$@"'
"""In a mount namespace of its own: Python itself may be in root's home, where nobody else can start it."""


@pytest.fixture
def person(home_with_images: Path, image_cache: Path, need: Any) -> Iterator[Any]:
    """The command line as a user who is nobody, with a home and a project of their own."""
    need("qemu-system-x86_64", "qemu-img", "ssh", "setpriv", "unshare")
    base = Path("/tmp") / f"serai-person-{os.getpid()}"
    for name in ("home", "python"):
        (base / name).mkdir(parents=True)
    shutil.copytree(image_cache, base / "home/images", symlinks=True)
    (base / "serai.yaml").write_text(SHOP)
    for path in (base, *base.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    own = {"HOME": str(base), "SERAI_HOME": str(base / "home"), "XDG_RUNTIME_DIR": str(base)}
    own["PYTHONPATH"] = ":".join(filter(None, sys.path))

    def call(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        argv = ["unshare", "-m", "sh", "-c", AS_PERSON, sys.base_prefix, "-P", "-m", "serai", *words]
        environment = {**os.environ, **own}
        done = subprocess.run(argv, cwd=base, env=environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done

    yield call
    call("destroy", "-y", "--force", check=False)
    shutil.rmtree(base)


@pytest.mark.root
def test_a_person_without_root_starts_machines_warm(person):
    assert WAKING not in person("up", "-y").stderr
    assert WAKING in person("up", "-y", "db").stderr

    assert person("exec", "db", "--", "hostname; cat /etc/hostname").stdout == "db\ndb\n"
    keys = person("exec", "web", "db", "--", "md5sum /etc/dropbear/dropbear_ed25519_host_key").stdout.split()
    assert len({word for word in keys if len(word) == 32}) == 2
