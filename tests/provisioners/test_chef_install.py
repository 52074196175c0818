"""Where Chef comes from: the guest's package, a file with a checksum, the vendor's index."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from provision_guest import Guest
from serai.provisioners.chef_install import fields, index_url, install
from serai.spec.provisioners.chef import ChefSolo
from serai.util.errors import Code, SeraiError

ANSWER = "sha1\tabc\nsha256\t{digest}\nurl\thttps://packages.example/chef_18.2.7-1_amd64.deb\nversion\t18.2.7\n"


@pytest.fixture
def guest(tmp_path: Path, home: Path) -> Guest:
    guest = Guest(tmp_path / "guest")
    for name in ("dpkg", "rpm"):
        guest.stand_in(name)
    return guest


def installed(guest: Guest, **keys: Any) -> list[str]:
    install(guest.job(), ChefSolo(installer_download_path=str(guest.place / "cache"), **keys), "chef_solo")
    return guest.called()


def test_nothing_is_done_where_it_is_there(guest: Guest) -> None:
    guest.stand_in("chef-solo")

    assert installed(guest) == []
    assert installed(guest, installer="absent.deb") == []
    assert installed(guest, install=False) == []


def test_a_system_without_chef_is_told_what_there_is_to_do(guest: Guest) -> None:
    guest.program("apt-get", "#!/bin/sh\n")
    guest.program("apt-cache", "#!/bin/sh\n")
    guest.program("dpkg-query", "#!/bin/sh\nexit 1\n")
    with pytest.raises(SeraiError) as failed:
        installed(guest)

    assert failed.value.message.endswith("has no package of chef-solo (asked for chef)")
    assert "`installer:`" in failed.value.hint
    assert "`omnibus_url:`" in failed.value.hint


def test_where_it_must_not_be_installed_its_lack_is_said(guest: Guest) -> None:
    with pytest.raises(SeraiError, match="has no chef-solo, and `install` is false"):
        installed(guest, install=False)


def test_a_package_of_the_project_is_verified_and_installed(guest: Guest) -> None:
    (guest.root / "chef.deb").write_bytes(b"package")
    digest = sha256(b"package").hexdigest()

    assert installed(guest, installer="chef.deb", installer_checksum=f"sha256:{digest}") == [
        f"dpkg -i {guest.place}/cache/chef.deb"
    ]
    assert f"installing chef.deb (sha256:{digest}) by dpkg" in guest.lines


def test_another_package_than_was_meant_is_not_installed(guest: Guest) -> None:
    (guest.root / "chef.rpm").write_bytes(b"other")
    with pytest.raises(SeraiError) as failed:
        installed(guest, installer="chef.rpm", installer_checksum="sha256:" + "0" * 64)

    assert failed.value.code is Code.CORRUPT
    assert guest.called() == []


def test_a_script_is_told_product_channel_and_version(guest: Guest) -> None:
    guest.program("say", f'#!/bin/sh\necho "$@" >>{guest.log}\n')
    (guest.root / "install.sh").write_text('say "$@"\n')

    assert installed(guest, installer="install.sh", product="cinc", channel="current", version="18") == [
        "-P cinc -c current -v 18"
    ]


def test_what_is_no_package_is_refused(guest: Guest) -> None:
    (guest.root / "chef.zip").touch()
    with pytest.raises(SeraiError, match=r"chef\.zip is no package"):
        installed(guest, installer="chef.zip")


def test_the_index_names_the_package_and_its_digest(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    package = guest.place / "fetched"
    package.write_bytes(b"package")
    asked: list[str] = []

    def fetch(url: str, folder: Path, *, checksum: str | None, progress: object) -> Path:
        asked.append(f"{url} {checksum}")
        return package

    monkeypatch.setattr("serai.images.download.text", lambda url: ANSWER.format(digest="d" * 64))
    monkeypatch.setattr("serai.images.download.fetch", fetch)

    assert installed(guest, omnibus_url="https://index.example", version="18") == [
        f"dpkg -i {guest.place}/cache/chef_18.2.7-1_amd64.deb"
    ]
    assert asked == [f"https://packages.example/chef_18.2.7-1_amd64.deb sha256:{'d' * 64}"]
    assert guest.lines[0].startswith("asking https://index.example/stable/chef/metadata?v=18&p=debian&pv=")


def test_an_index_that_knows_none_is_told(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serai.images.download.text", lambda url: "not found\n")
    with pytest.raises(SeraiError, match="names no package with a sha256"):
        installed(guest, omnibus_url="https://index.example")


def test_force_installs_what_is_there(guest: Guest) -> None:
    guest.stand_in("chef-solo")
    (guest.root / "chef.deb").touch()

    assert installed(guest, installer="chef.deb", install="force")


@pytest.mark.parametrize(
    ("system", "release", "says"),
    [
        ("debian", "12", "p=debian&pv=12"),
        ("ubuntu", "22.04", "p=ubuntu&pv=22.04"),
        ("rocky", "9.3", "p=el&pv=9"),
        ("amazon", "2023", "p=amazon&pv=2023"),
    ],
)
def test_the_index_has_its_own_words_for_systems(system: str, release: str, says: str) -> None:
    assert says in index_url(ChefSolo(omnibus_url="https://i/"), system, release, "x86_64")


def test_the_index_answers_in_lines() -> None:
    assert fields("url\thttps://a/b.deb\nsha256\tff\n\n") == {"url": "https://a/b.deb", "sha256": "ff"}
