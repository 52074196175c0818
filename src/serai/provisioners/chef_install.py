"""Chef in the guest: the guest's own package, a file that the block names, or the vendor's index of packages.

No script of the network runs unseen: what is installed is a package or a file that was fetched by the host, is
verified, and is named with its digest before it is installed (VAG-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from posixpath import basename, join
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import quote as escaped
from urllib.parse import urlsplit

from serai.provisioners.chef_config import PLACES, PROGRAMS
from serai.provisioners.install import ensure, probe, says, suits
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.provisioners.job import Job
    from serai.spec.provisioners.chef import ChefOptions

FAMILIES = {"centos": "el", "rhel": "el", "rocky": "el", "almalinux": "el", "ol": "el", "opensuse-leap": "suse"}
"""ID of os-release -> what the index calls it; others are called alike."""
WHO = '. /etc/os-release 2>/dev/null; printf "%s\\n" "$ID" "$VERSION_ID" "$(uname -m)"'
BY_SUFFIX = {
    ".deb": "dpkg -i {file}",
    ".rpm": "rpm -U --oldpackage --replacepkgs {file}",
    ".sh": "sh {file} -P {product} -c {channel} -v {version}",
}
"""How a fetched file is installed."""
INSTEAD = (
    "state `installer:`, a package (.deb, .rpm) as a file or URL, or `omnibus_url:`, the vendor's index of "
    "packages; or take an image that has it, with `install: false`"
)


def install(job: Job, block: ChefOptions, kind: str) -> None:
    """See to the program of this kind of block; Code.FAILED where it is missing and nothing can be done."""
    name = PROGRAMS[kind]
    path = join(block.binary_path, name) if block.binary_path else name
    version = None if block.version == "latest" else block.version
    packages = _packages(block.product)
    if block.install is True and not block.installer and not block.omnibus_url:
        ensure(job, path, packages, version, paths=PLACES, instead=INSTEAD)
        return
    if block.install is False or block.install is True:
        wanted = version if block.install else None
        _, system, found, has, said = probe(job, path, packages, wanted, PLACES)
        if found and (wanted is None or suits(has, wanted) or says(said, wanted)):
            return
        if block.install is False:
            raise job.fail(f"{system} has no {path}, and `install` is false", hint="state `install: true`")
    if block.installer or block.omnibus_url:
        _from_file(job, block)
        return
    ensure(job, path, packages, version, paths=PLACES, instead=INSTEAD, force=True)


def _packages(product: str) -> dict[str, list[str]]:
    return {manager: [product] for manager in ("apt", "dnf", "zypper", "pacman", "apk")}


def _from_file(job: Job, block: ChefOptions) -> None:
    source, checksum = (block.installer, block.installer_checksum) if block.installer else from_index(job, block)
    name = basename(urlsplit(source).path) if "://" in source else Path(source).name
    how = BY_SUFFIX.get(Path(name).suffix)
    if how is None:
        raise job.fail(f"{source} is no package that can be installed", hint=f"there are {', '.join(BY_SUFFIX)}")
    file, digest = fetched(job, source, checksum)
    place = block.installer_download_path or "/var/cache/serai"
    target = join(place, name)
    job.out(f"installing {source} ({digest}) by {how.split()[0]}")
    job.script(f"mkdir -p {quote(place)}", what="making room for the installer")
    job.put(file, target, mode="0755", owner="root")
    words = {"product": block.product, "channel": block.channel, "version": block.version, "file": target}
    job.script(how.format(**{key: quote(word) for key, word in words.items()}), what=f"installing {name}")


def fetched(job: Job, source: str, checksum: str | None) -> tuple[Path, str]:
    """The file on this host, verified where it has a checksum, and its own digest."""
    from hashlib import sha256

    from serai.images.download import fetch, verify
    from serai.images.store import Store

    if "://" not in source:
        path = job.path(source)
        if checksum:
            verify(path, checksum)
    else:
        path = fetch(source, Store().downloads(), checksum=checksum, progress=lambda phrase: None)
    return path, f"sha256:{sha256(path.read_bytes()).hexdigest()}"


def from_index(job: Job, block: ChefOptions) -> tuple[str, str]:
    """(URL or file, checksum) of the guest's package, by the vendor's index or one of the project that is laid out
    alike. Source: the API of omnitruck, `metadata`.
    """
    from serai.images.download import text

    if "://" in str(block.omnibus_url):
        lines = [*job.ask(WHO).stdout.splitlines(), "", "", ""]
        url = index_url(block, *(line.strip() for line in lines[:3]))
        job.out(f"asking {url}")
        found = fields(text(url))
    else:
        path = job.path(join(str(block.omnibus_url), block.channel, block.product, "metadata"))
        url, found = str(path), fields(path.read_text())
    if "url" not in found or "sha256" not in found:
        raise SeraiError(
            Code.MISSING,
            f"{url} names no package with a sha256",
            hint="state `installer:` and `installer_checksum:`",
            details=list(found)[:5],
        )
    digest = f"sha256:{found['sha256']}"
    return found["url"], block.installer_checksum or digest


def index_url(block: ChefOptions, system: str, release: str, cpu: str) -> str:
    """Where the index tells of a package for this guest."""
    family = FAMILIES.get(system, system)
    release = release if family in ("ubuntu", "amazon", "suse") else release.partition(".")[0]
    words = {"v": block.version, "p": family, "pv": release, "m": cpu}
    query = "&".join(f"{key}={escaped(word)}" for key, word in words.items())
    return (
        f"{str(block.omnibus_url).rstrip('/')}/{escaped(block.channel)}/{escaped(block.product)}/metadata?{query}"
    )


def fields(answer: str) -> Mapping[str, str]:
    """The index's answer, `name<tab>value` a line."""
    pairs = (line.split(None, 1) for line in answer.splitlines())
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}
