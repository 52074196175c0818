"""Files are edited behind their links, with the mode and every byte that they had."""

from __future__ import annotations

from serai.host.boot.tool import FileTool, Place, as_bytes, resolved, text
from serai.host.boot.words import Words
from serai.host.reach.local import Local

WORDS = Words(name="x", add=("iommu=pt",))


class OneFile(FileTool):
    def places(self, reach, words):
        return [Place(path="/etc/kernel/cmdline", form="cmdline", base="root=/dev/a\n")]


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "etc/kernel").mkdir(parents=True)
    (tmp_path / "real").write_bytes(b"ro \xff\n")
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "etc/kernel/cmdline").symlink_to("../../real")
    reach = Local(tmp_path)
    before = OneFile().keep(reach, WORDS)
    OneFile().write(reach, WORDS, before)

    assert resolved(reach, "/etc/kernel/cmdline") == "/real"
    assert (tmp_path / "real").read_bytes() == b"ro \xff iommu=pt\n"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o600
    OneFile().undo(reach, WORDS, before, None)
    assert (tmp_path / "real").read_bytes() == b"ro \xff\n"
    assert (tmp_path / "etc/kernel/cmdline").is_symlink()


def test_a_file_that_is_not_there_starts_from_its_base_and_goes_again(tmp_path):
    (tmp_path / "etc").mkdir()
    reach = Local(tmp_path)
    before = OneFile().keep(reach, WORDS)
    OneFile().write(reach, WORDS, before)

    assert reach.read("/etc/kernel/cmdline") == b"root=/dev/a iommu=pt\n"
    OneFile().undo(reach, WORDS, before, OneFile().keep(reach, WORDS))
    assert list((tmp_path / "etc").iterdir()) == []


def test_an_entry_that_came_since_loses_our_words_too(tmp_path):
    class Entries(OneFile):
        def places(self, reach, words):
            names = reach.names("/e") or []
            return [*super().places(reach, words), *(Place(path=f"/e/{name}", form="cmdline") for name in names)]

    (tmp_path / "etc").mkdir()
    (tmp_path / "e").mkdir()
    (tmp_path / "e/old").write_text("ro\n")
    reach = Local(tmp_path)
    before = Entries().keep(reach, WORDS)
    Entries().write(reach, WORDS, before)
    (tmp_path / "e/new").write_text("ro iommu=pt\n")
    (tmp_path / "e/old").unlink()
    Entries().undo(reach, WORDS, before, None)

    assert (tmp_path / "e/new").read_text() == "ro\n"
    assert not (tmp_path / "e/old").exists()


def test_every_byte_survives():
    assert as_bytes(text(bytes(range(256)))) == bytes(range(256))
