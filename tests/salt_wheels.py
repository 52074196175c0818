"""Salt as wheels for the Python of Debian 12: downloaded, and built where the index has none, once for all runs.

Its newer releases ask for forty packages; 3006 runs with a dozen, of which each has a wheel.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

VERSION = "3006.9"
NEEDS = """\
certifi==2026.10.19.post1
croniter==6.0.0
cryptography==44.0.3
distro==1.9.0
Jinja2==3.1.6
jmespath==1.1.0
looseversion==1.3.0
MarkupSafe==3.0.4
msgpack==1.2.4
packaging==26.4
psutil==7.2.2
pycryptodomex==3.24.2
PyYAML==6.0.4
pyzmq==27.3.0
requests==2.34.2
setuptools==80.10.2
"""
"""Source: Salt's requirements/base.txt, crypto.txt and zeromq.txt; its own wheel has them no more since setuptools
takes no requirements that are worked out while it builds."""
PYTHON = "3.11"
SYSTEMS = ("manylinux_2_28", "manylinux2014")


def wheels(cache: Path) -> Path:
    """A directory of wheels, with requirements.txt in it."""
    key = sha256(f"{VERSION} {NEEDS} {PYTHON} {platform.machine()}".encode()).hexdigest()[:12]
    place = cache / f"wheels-salt-{key}"
    if place.is_dir():
        return place
    draft = place.with_suffix(f".{os.getpid()}")  # another worker may make it, too
    draft.mkdir()
    try:
        (draft / "requirements.txt").write_text(NEEDS)
        pip("wheel", "--no-deps", "--wheel-dir", draft, f"salt=={VERSION}")
        systems = [f"--platform={each}_{platform.machine()}" for each in SYSTEMS]
        abis = [f"--abi={each}" for each in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")]
        how = ["--only-binary=:all:", f"--python-version={PYTHON}", "--implementation=cp", *abis, *systems]
        pip("download", *how, "--platform=any", "--dest", draft, "--requirement", draft / "requirements.txt")
        draft.rename(place)
    except OSError:
        assert place.is_dir()  # it was made meanwhile
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


def pip(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *words], check=True, capture_output=True, timeout=600)
