"""What libvirt says that it can do, as words that can be asked for."""

from __future__ import annotations

import subprocess

import pytest

from serai.providers.libvirt.able import able

CAPABILITIES = """\
<domainCapabilities>
  <vcpu max='288'/>
  <os supported='yes'>
    <enum name='firmware'><value>efi</value></enum>
    <loader supported='yes'><enum name='secure'><value>no</value></enum></loader>
  </os>
  <cpu>
    <mode name='host-passthrough' supported='no'/>
    <mode name='maximum' supported='yes'><enum name='maximumMigratable'><value>on</value></enum></mode>
    <mode name='custom' supported='yes'>
      <model usable='yes'>qemu64</model>
      <model usable='no'>EPYC</model>
      <model usable='unknown'>cortex-a57</model>
    </mode>
  </cpu>
  <devices>
    <disk supported='yes'><enum name='bus'><value>virtio</value><value>sata</value></enum></disk>
    <tpm supported='no'/>
    <hostdev supported='yes'><enum name='pciBackend'/></hostdev>
  </devices>
</domainCapabilities>
"""


def test_enumerations_are_named_by_their_path() -> None:
    found = able(CAPABILITIES, libvirt=9_000_000, qemu=7_002_000)
    assert found.can("os/firmware=efi")
    assert found.can("devices/disk/bus=sata")
    assert found.can("os/loader=yes")
    assert not found.can("os/loader/secure=yes")
    assert not found.can("devices/tpm=yes")
    assert not found.can("devices/hostdev/pciBackend=vfio")


def test_modes_and_models_are_those_that_can_be_used() -> None:
    found = able(CAPABILITIES, libvirt=9_000_000, qemu=7_002_000)
    assert found.can("cpu/mode=maximum")
    assert not found.can("cpu/mode=host-passthrough")
    assert found.models == ("cortex-a57", "qemu64")
    assert found.processors == 288


def test_tcg_runs_every_model_that_it_knows() -> None:
    said = CAPABILITIES.replace("<vcpu", "<domain>qemu</domain><vcpu")
    assert able(said, libvirt=9_000_000, qemu=7_002_000).models == ("EPYC", "cortex-a57", "qemu64")


def test_a_driver_that_tells_nothing_is_not_taken_for_one_that_can_nothing() -> None:
    found = able("", libvirt=9_000_000, qemu=0)
    assert not found.known
    assert (found.libvirt, found.qemu, found.processors) == (9_000_000, 0, 0)


@pytest.mark.engine
@pytest.mark.root
def test_a_real_libvirt_tells_what_rendering_asks_for(libvirtd: str) -> None:
    words = ["virsh", "-q", "-c", libvirtd, "domcapabilities", "--virttype", "qemu", "--machine", "q35"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    found = able(said, libvirt=9_000_000, qemu=7_002_000)
    for word in ("cpu/mode=maximum", "devices/disk/bus=virtio", "devices/graphics/type=vnc"):
        assert found.can(word), word
    assert found.processors >= 255
