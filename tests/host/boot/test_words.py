"""Words of a command line: the smallest edit, and its exact inverse."""

from __future__ import annotations

import re

import pytest

from serai.host.boot.words import Words, appended, pattern, split, without
from serai.util.errors import SeraiError

IOMMU = Words(name="iommu", add=("intel_iommu=on", "iommu=pt"), remove=("amd_iommu=on",))
PAGES = Words(name="pages", add=("hugepagesz=1G", "hugepages=8"), remove=("hugepages=", "hugepagesz="))


@pytest.mark.parametrize(
    ("line", "words", "edited"),
    [
        ("ro quiet", IOMMU, "ro quiet intel_iommu=on iommu=pt"),
        ("", IOMMU, "intel_iommu=on iommu=pt"),
        ("iommu=pt ro amd_iommu=on", IOMMU, "iommu=pt ro intel_iommu=on"),
        ("amd_iommu=on  ro", IOMMU, " ro intel_iommu=on iommu=pt"),
        ("ro intel-iommu=on iommu=pt", IOMMU, "ro intel-iommu=on iommu=pt"),
        ('ro dyndbg="file a.c +p" x', IOMMU, 'ro dyndbg="file a.c +p" x intel_iommu=on iommu=pt'),
        ("ro -- single", IOMMU, "ro intel_iommu=on iommu=pt -- single"),
        ("hugepagesz=1G hugepages=4 ro", PAGES, "ro hugepagesz=1G hugepages=8"),
        ("ro hugepagesz=1G hugepages=8", PAGES, "ro hugepagesz=1G hugepages=8"),
        ("ro hugepages=8 hugepagesz=1G", PAGES, "ro hugepagesz=1G hugepages=8"),
        ("ro default_hugepagesz=1G", PAGES, "ro default_hugepagesz=1G hugepagesz=1G hugepages=8"),
    ],
)
def test_a_line_is_edited_the_least(line, words, edited):
    assert words.edited(line) == edited
    assert words.hold(edited)
    assert words.edited(edited) == edited


def test_only_our_words_are_taken_out_of_what_others_edited():
    assert IOMMU.undone("ro intel_iommu=on iommu=pt theirs", "ro iommu=pt amd_iommu=on") == (
        "ro iommu=pt theirs amd_iommu=on"
    )
    assert PAGES.undone("ro hugepagesz=1G hugepages=8 b", "ro hugepages=4") == "ro b hugepages=4"


def test_a_word_that_is_wanted_twice_is_there_twice():
    two = Words(name="x", add=("hugepagesz=2M", "hugepages=4", "hugepagesz=1G", "hugepages=4"))

    assert two.edited("ro") == "ro hugepagesz=2M hugepages=4 hugepagesz=1G hugepages=4"
    assert two.hold(two.edited("ro"))


def test_what_a_boot_loader_would_read_otherwise_is_refused():
    for word in ('a="b c"', "a;reboot", "a=$b", "a b", "`x`"):
        with pytest.raises(SeraiError, match="not a word for the kernel's command line"):
            Words(name="x", add=(word,)).check()
    Words(name="x", add=("vfio-pci.ids=10de:1b80,10de:10f0", "isolcpus=managed_irq,domain,2-5")).check()


def test_what_is_for_init_stays_behind_the_line():
    assert split("a b -- c") == ["a", "b"]
    assert without("a -- a", lambda word: word == "a") == " -- a"
    assert appended("b -- c", ["a"]) == "b a -- c"


def test_sed_finds_the_words_that_are_unwanted():
    assert re.fullmatch(pattern("amd_iommu=on"), "amd-iommu=on")
    assert re.fullmatch(pattern("hugepages="), "hugepages=16")
    assert not re.fullmatch(pattern("vfio-pci.ids=1"), "vfio-pcixids=1")
