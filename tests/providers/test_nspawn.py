"""What is said of systemd-nspawn, wherever it is."""

from __future__ import annotations

import pytest

from serai.providers import nspawn
from serai.providers.registry import known
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize(
    ("program", "booted", "said"),
    [
        (False, True, "machinectl is not installed here"),
        (True, False, "systemd is not process 1"),
        (True, True, "serai does not drive it"),
    ],
)
def test_what_is_missing_is_named_with_the_provider_that_is_there(tmp_path, monkeypatch, program, booted, said):
    monkeypatch.setenv("PATH", str(tmp_path))
    if program:
        (tmp_path / "machinectl").touch(0o755)
    place = tmp_path / "system"
    if booted:
        place.mkdir()

    error = nspawn.why_not("nspawn", place)

    assert said in error.message
    assert (error.code, error.hint.split(" makes")[0]) == (Code.UNSUPPORTED, "provider: lxc")


@pytest.mark.parametrize("name", nspawn.NAMES)
def test_a_project_that_names_it_is_told_so(name):
    with pytest.raises(SeraiError, match=f"provider {name}: machinectl is") as caught:
        known(name)
    assert caught.value.code is Code.UNSUPPORTED
