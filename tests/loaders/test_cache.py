"""A project comes out of the cache only where reading its file would give the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from serai.loaders import cache, yaml
from serai.loaders.vagrantfile import project
from serai.providers.registry import BUILT_IN, known, raw_block
from serai.spec.machine import Project
from serai.util.errors import SeraiError

CASES = Path(__file__).parent / "yaml/cases"
GOOD = sorted(path for path in CASES.iterdir() if not path.name.startswith("error-"))
ENVIRON = {"IMAGE": "debian:12", "CPUS": "2", "KEEP": "true", "EMPTY": "", "TRAP": "{a: [1, 2]}"}
TEXT = """
project: shop
machines:
  web: {image: tiny, cpus: "${env.CPUS}", provision: [{shell: {path: a.sh}}]}
"""


def load(path: Path, environ: dict[str, str] | None = None, provider: str | None = None) -> Project:
    return cache.load(
        path,
        provider=provider,
        known_provider=known,
        raw_block=raw_block,
        built_in=BUILT_IN,
        environ=ENVIRON if environ is None else environ,
    )


def entries(home: Path) -> list[Path]:
    folder = home / "cache/projects"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    """A project file that reads a variable and looks for a script, kept already."""
    path = tmp_path / "shop/serai.yaml"
    path.parent.mkdir()
    path.write_text(TEXT)
    (path.parent / "a.sh").write_text("true\n")
    load(path)
    assert len(entries(home)) == 1
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read in, because the cache did not have them."""
    found: list[str] = []
    real = yaml.load

    def noted(path: Path, **more: object) -> Project:
        found.append(str(path))
        return real(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(yaml, "load", noted)
    return found


@pytest.mark.parametrize("case", GOOD, ids=lambda path: path.name)
def test_every_project_comes_out_as_it_was_read_in(case: Path, home: Path, read: list[str]) -> None:
    path = case / "serai.yaml"
    first, again = load(path), load(path)

    assert first == again == yaml.load(path, environ=ENVIRON)
    assert read.count(str(path)) == 2  # the second, and the one of the line above: never the third


def test_another_process_finds_what_this_one_kept(file: Path, read: list[str]) -> None:
    assert load(file).machines["web"].cpu.count == 2
    assert read == []


def changed_text(file: Path) -> None:
    file.write_text(TEXT.replace("tiny", "debian"))  # of another length


def changed_letter(file: Path) -> None:
    times = file.stat()
    file.write_text(TEXT.replace("tiny", "tidy"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def script_gone(file: Path) -> None:
    (file.parent / "a.sh").unlink()


def script_is_a_directory(file: Path) -> None:
    (file.parent / "a.sh").unlink()
    (file.parent / "a.sh").mkdir()


@pytest.mark.parametrize("change", [changed_text, changed_letter, script_gone, script_is_a_directory])
def test_a_change_of_what_it_was_made_of_is_seen(
    change: Callable[[Path], None], file: Path, read: list[str]
) -> None:
    before = load(file)
    change(file)
    if change is script_gone:
        with pytest.raises(SeraiError, match=r"there is no file 'a\.sh'"):
            load(file)
    else:
        assert (load(file) == before) == (change is script_is_a_directory)
    assert len(read) == 1


@pytest.mark.parametrize(("environ", "count"), [({"CPUS": "4"}, 4), ({"CPUS": "2", "OTHER": "x"}, 2)])
def test_only_the_variables_that_it_reads_count(
    environ: dict[str, str], count: int, file: Path, read: list[str]
) -> None:
    assert load(file, environ).machines["web"].cpu.count == count
    assert len(read) == (count != 2)


def test_a_variable_that_is_not_set_any_more_is_an_error_as_ever(file: Path) -> None:
    with pytest.raises(SeraiError, match="CPUS is not set"):
        load(file, {})


def test_a_file_that_is_wrong_is_read_again_each_time(home: Path, tmp_path: Path, read: list[str]) -> None:
    path = tmp_path / "serai.yaml"
    path.write_text("machines: {web: {imgae: tiny}}\n")
    for _ in range(2):
        with pytest.raises(SeraiError, match="imgae"):
            load(path)
    assert len(read) == 2
    assert entries(home) == []


def test_each_provider_that_is_asked_for_has_an_entry_of_its_own(file: Path, home: Path, read: list[str]) -> None:
    for _ in range(2):
        assert load(file, provider="fake").machines["web"].provider == "fake"
        assert load(file).machines["web"].provider == "qemu"
    assert len(read) == 1
    assert len(entries(home)) == 2


def test_a_project_of_the_same_file_elsewhere_is_another(file: Path, tmp_path: Path, read: list[str]) -> None:
    copy = shutil.copytree(file.parent, tmp_path / "copy") / file.name
    load(copy)

    assert read == [str(copy)]


@pytest.mark.parametrize("text", ["provider: acme", "providers: {acme: {pool: fast}}"])
def test_what_a_plugin_has_a_say_in_is_not_kept(
    text: str, home: Path, tmp_path: Path, plugin: Callable[..., None], read: list[str]
) -> None:
    from plugin import ACME

    plugin("acme", ACME)
    path = tmp_path / "serai.yaml"
    path.write_text(f"project: shop\nmachines: {{web: {{image: tiny, {text}}}}}\n")
    assert load(path) == load(path)

    assert len(read) == 2
    assert entries(home) == []


def test_a_home_that_the_file_looks_into_is_not_kept(home: Path, tmp_path: Path) -> None:
    (tmp_path / "serai.yaml").write_text(TEXT.replace("a.sh", "~/"))
    load(tmp_path / "serai.yaml")

    assert entries(home) == []


@pytest.mark.parametrize("change", ["count", "bytes", "times", "place"])
def test_another_serai_reads_it_again(
    change: str, file: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    where, count, size, times = cache.version()
    other = {
        "count": (where, count + 1, size, times),
        "bytes": (where, count, size + 1, times),
        "times": (where, count, size, times + 1),
        "place": (f"{where}x", count, size, times),
    }[change]
    monkeypatch.setattr(cache, "version", lambda about="": other)
    load(file)

    assert len(read) == 1


def test_the_version_is_that_of_each_file_that_a_project_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = shutil.copytree(Path(cache.__file__).parents[1], tmp_path / "serai")
    monkeypatch.setattr(cache, "__file__", str(package / "loaders/cache.py"))
    seen = {cache.version()}
    for number, name in enumerate(("spec/disk.py", "loaders/yaml/resolve.py", "__init__.py"), 1):
        os.utime(package / name, ns=(0, number))
        seen.add(cache.version())
    assert len(seen) == 4
    shutil.rmtree(package)
    with pytest.raises(OSError, match="No such file"):
        cache.version()


@pytest.mark.parametrize("damage", [b"", b"\xff" * 40, msgspec.msgpack.encode({"about": 1})])
def test_what_is_no_entry_is_ignored_and_replaced(damage: bytes, file: Path, home: Path, read: list[str]) -> None:
    (entry,) = entries(home)
    entry.write_bytes(damage)
    load(file)
    load(file)

    assert len(read) == 1
    assert entry.stat().st_size > 100


def test_a_part_of_an_entry_is_ignored_at_every_length(file: Path, home: Path) -> None:
    (entry,) = entries(home)
    whole = entry.read_bytes()
    about = f"{file}\0"
    for length in range(len(whole)):
        entry.write_bytes(whole[:length])
        assert cache.recall(about, ENVIRON) is None
    entry.write_bytes(whole)
    assert cache.recall(about, ENVIRON) is not None


def test_an_entry_under_a_name_that_another_project_has_too_is_not_its(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, read: list[str]
) -> None:
    monkeypatch.setattr(cache, "_place", lambda _: str(entries(home)[0]))
    other = tmp_path / "other.yaml"
    other.write_text("project: other\nmachines: {db: {image: tiny}}\n")

    assert list(load(other).machines) == ["db"]
    assert list(load(file).machines) == ["web"]
    assert len(read) == 2


def test_only_its_user_can_read_it(file: Path, home: Path) -> None:
    (entry,) = entries(home)
    assert (entry.stat().st_mode & 0o777, entry.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_another_user_wrote_is_not_believed(
    file: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    load(file)

    assert len(read) == 1


def test_no_more_than_so_many_are_kept_the_oldest_go(home: Path, tmp_path: Path) -> None:
    for number in range(cache.MAX_ENTRIES + 3):
        path = tmp_path / f"{number}.yaml"
        path.write_text(f"project: p{number}\nmachines: {{web: {{image: tiny}}}}\n")
        load(path)
    assert len(entries(home)) == cache.MAX_ENTRIES
    assert cache.recall(f"{path}\0", ENVIRON) is not None
    assert cache.recall(f"{tmp_path}/0.yaml\0", ENVIRON) is None


def test_a_project_that_is_too_large_is_not_kept(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "serai.yaml"
    path.write_text(f"project: shop\n# {'x' * cache.MAX_BYTES}\nmachines: {{web: {{image: tiny}}}}\n")
    load(path)

    assert entries(home) == []


def test_without_a_home_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path / "none"))
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {image: tiny}}\n")
    load(tmp_path / "serai.yaml")

    assert not (tmp_path / "none").exists()


def test_a_cache_that_cannot_be_written_stops_nobody(home: Path, tmp_path: Path) -> None:
    (home / "cache").write_text("in the way")
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {image: tiny}}\n")

    assert load(tmp_path / "serai.yaml") == load(tmp_path / "serai.yaml")


def test_a_vagrantfile_beside_what_vagrant_keeps_is_kept_until_vagrant_makes_a_machine(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "SYSTEM_SOCKETS", ())  # of a libvirtd that has just ended: then nothing is kept
    file = tmp_path / "Vagrantfile"
    file.write_text('Vagrant.configure("2") { |c| c.vm.define("web") { |m| m.vm.box = "debian/bookworm64" } }\n')
    made = tmp_path / ".vagrant" / "machines" / "web" / "libvirt"
    made.mkdir(parents=True)
    load(file)
    (entry,) = entries(home)
    assert cache.recall(f"{file}\0", {}) is not None

    (made / "id").write_text("0b1c")

    assert cache.recall(f"{file}\0", {}) is None
    entry.unlink()
    load(file)
    assert entries(home) == []
