"""The binding is found where the distribution has it, and its errors become ours."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from serai.providers.libvirt import binding
from serai.util.errors import Code, SeraiError


@pytest.fixture
def missing(uri: str) -> Any:
    """What libvirt raises for a domain that is not there."""
    libvirt = binding.library()
    conn = libvirt.open(uri)
    with pytest.raises(libvirt.libvirtError) as caught:
        conn.lookupByName("nobody")
    conn.close()
    return caught.value


def test_an_error_has_a_code_by_name_and_becomes_ours(missing: Any) -> None:
    assert binding.code_of(missing) == "VIR_ERR_NO_DOMAIN"
    assert binding.is_gone(missing)
    assert not binding.is_lost(missing)
    ours = binding.failure(missing, "web cannot be started", hint="serai up web")
    assert ours.code is Code.FAILED
    assert ours.message.startswith("web cannot be started: Domain not found")
    assert ours.hint == "serai up web"


def test_libvirt_itself_prints_nothing(missing: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert capfd.readouterr().err == ""


def test_a_daemon_that_is_not_there_is_a_lost_connection() -> None:
    libvirt = binding.library()
    with pytest.raises(libvirt.libvirtError) as caught:
        libvirt.open("qemu+unix:///system?socket=/nowhere/at/all")
    assert binding.is_lost(caught.value)
    assert binding.failure(caught.value, "x").code is Code.NETWORK


LENT = """
import sys
sys.path = [place for place in sys.path if not place.endswith("-packages")] + [%r]
sys.modules["libvirt"] = None
from serai.providers.libvirt import binding
print(binding.places()[0] in sys.path)
del sys.modules["libvirt"]
import importlib, importlib.machinery
try:
    found = binding.library()
    print(found.__file__)
except Exception as error:
    print(type(error).__name__, error.hint)
"""


def test_the_distributions_module_is_borrowed_and_nothing_else(tmp_path: Any) -> None:
    """In an environment of its own, as a virtual environment is: only serai and msgspec are there."""
    import msgspec

    import serai

    for name, module in (("serai", serai), ("msgspec", msgspec)):
        (tmp_path / name).symlink_to(str(module.__path__[0]))
    script = LENT % str(tmp_path)
    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True)
    there, found = done.stdout.splitlines()
    assert there == "False", done.stderr
    assert found.startswith("/usr/lib") or "python3-libvirt" in found


def test_without_any_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "places", list)
    monkeypatch.setitem(sys.modules, "libvirt", None)
    binding._found.cache_clear()
    try:
        with pytest.raises(SeraiError, match="module libvirt is not there") as caught:
            binding.library()
    finally:
        binding._found.cache_clear()
    assert caught.value.code is Code.MISSING
    assert "apt install python3-libvirt" in caught.value.hint
