"""libvirt's test driver with a host of its own for each test: one network, one pool, no domain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from serai.providers.contract import Scope
from serai.providers.libvirt import connect, engine
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.driver import Libvirt
from serai.util import paths
from serai.util.errors import SeraiError

NODE = """
<node>
  <network>
    <name>default</name>
    <forward mode='nat'/>
    <bridge name='virbr0'/>
    <ip address='192.168.122.1' netmask='255.255.255.0'>
      <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
    </ip>
  </network>
  <pool type='dir'>
    <name>default</name>
    <target><path>/default-pool</path></target>
  </pool>
</node>
"""


@pytest.fixture(autouse=True)
def no_error_of_before() -> None:
    """An error that a test makes takes the words of the thread's last one, which another test may have left."""
    with suppress(SeraiError):
        library().virResetLastError()


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A libvirt of the test driver's, which is the default one meanwhile."""
    pytest.importorskip("libvirt", reason="needs libvirt-python")
    file = tmp_path / "node.xml"
    file.write_text(NODE)
    name = f"test://{file}"
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", name)
    monkeypatch.setenv("SERAI_HOME", str(tmp_path / "home"))
    yield name
    connect.close_all()
    for kept in (engine.accel_for, engine.capabilities_xml, engine.host_arch, engine.qemu_user):
        kept.cache_clear()


@pytest.fixture
def pretended(uri: str, tmp_path: Path) -> Libvirt:
    """The provider for the project shop, on that libvirt."""
    root = tmp_path / "shop"
    root.mkdir()
    home = paths.home() / "projects" / "shop-t1"
    return Libvirt(Scope(project="shop", project_id="t1", root=root, home=home))


@pytest.fixture
def without_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As whom libvirt gives a session of their own: root has none."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
