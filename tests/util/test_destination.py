"""Another host, as ssh is told it."""

from __future__ import annotations

import pytest

from serai.util.destination import Destination, become, control, options
from serai.util.errors import SeraiError


def test_the_key_that_states_it_is_named() -> None:
    with pytest.raises(SeraiError, match=r"providers\.xen\.host -oX: this names no host"):
        Destination("-oX", "providers.xen.host")


def test_the_shared_connection_is_the_same_for_the_same_host() -> None:
    assert control(Destination("root@a")) == control(Destination("ssh://root@a"))
    assert control(Destination("root@a")) != control(Destination("root@b"))
    assert f"ControlPath={control(Destination('root@a'))}" in options(Destination("root@a"))


def test_root_is_become_by_what_is_there() -> None:
    said = become("/bin/sh -c 'true'")

    assert "exec sudo -n /bin/sh -c 'true'" in said
    assert "exec doas -n /bin/sh -c 'true'" in said
