"""Memory is read back."""

from __future__ import annotations

from serai.providers.libvirt.adopt.memory import memory_of
from serai.spec.memory import HugePages, Memory, MemorySource
from serai.util.units import GIB, MIB

BALLOON = "<memballoon model='virtio' autodeflate='on' freePageReporting='on'/>"


def test_plain_memory_has_nothing_but_its_size(make):
    assert memory_of(make("<memory unit='MiB'>1024</memory>", devices=BALLOON)) == Memory(size=GIB)


def test_a_balloon_says_what_it_does_not_do(make):
    found = memory_of(make("<memory>1024</memory>", devices="<memballoon model='virtio'/>"))
    assert (found.balloon, found.free_page_reporting, found.deflate_on_oom) == (True, False, False)
    assert memory_of(make("<memory>1024</memory>", devices="<memballoon model='none'/>")).balloon is False


def test_plugged_memory_does_not_count_as_memory_at_start(make):
    dimm = "<memory model='dimm'><target><size unit='MiB'>512</size></target></memory>"
    found = memory_of(
        make("<maxMemory slots='4' unit='GiB'>4</maxMemory><memory unit='MiB'>1536</memory>", devices=dimm)
    )
    assert (found.size, found.max, found.slots) == (GIB, 4 * GIB, 4)


def test_backing(make):
    pages = "<hugepages><page size='2' unit='MiB' nodeset='0'/></hugepages><nosharepages/><locked/>"
    rest = "<source type='file'/><access mode='shared'/><allocation mode='immediate' threads='4'/>"
    root = make(f"<memory>1024</memory><memtune><hard_limit unit='GiB'>2</hard_limit></memtune>"
                f"<memoryBacking>{pages}{rest}</memoryBacking>")  # fmt: skip
    found = memory_of(root)
    assert found.hugepages == HugePages(size=2 * MIB, nodes="0")
    assert (found.merge, found.locked, found.shared, found.source) == (False, True, True, MemorySource.FILE)
    assert (found.prealloc, found.prealloc_threads, found.hard_limit) == (True, 4, 2 * GIB)


def test_what_virtiofs_needs_is_not_stated(make):
    backing = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
    folder = "<filesystem type='mount'><driver type='virtiofs'/></filesystem>"
    found = memory_of(make(f"<memory>1024</memory>{backing}", devices=folder))
    assert (found.shared, found.source) == (None, None)
