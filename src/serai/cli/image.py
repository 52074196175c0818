"""`serai image`: what machines are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from serai.cli.output import print_json
from serai.cli.say import progress

ARCH = click.option("--arch", type=click.Choice(["amd64", "arm64"]), help="architecture (default: this host's)")
JSON = click.option("--json", "as_json", is_flag=True, help="as JSON")


@click.group()
def image() -> None:
    """List, pull, build, import, inspect and prune images."""


@image.command("list")
@click.option("--all", "everything", is_flag=True, help="also what could be built or pulled")
@JSON
def list_(everything: bool, as_json: bool) -> None:
    """Show the images in the store."""
    import msgspec

    from serai.images.resolve import BUILDERS, recipe
    from serai.images.store import Ref, Store, named_by, read
    from serai.util.errors import SeraiError
    from serai.util.units import human_size

    rows: list[dict[str, Any]] = []
    store = Store()
    for file in store.ref_files():
        name, arch = named_by(file)
        ref, damaged = Ref(reference=name, arch=arch, digest=""), ""
        try:
            ref = read(file, Ref)
            store.manifest(ref.digest)
        except SeraiError as error:
            damaged = f"{error.message} ({error.hint})"
        stale = not damaged and ref.reference in BUILDERS and ref.recipe != recipe(ref.reference)
        row: dict[str, Any] = msgspec.structs.asdict(ref)
        rows.append({**row, "outdated": stale, "damaged": damaged})
    if as_json:
        print_json({"images": rows} | ({"known": _known()} if everything else {}))
        return
    for row in rows:
        note = "  (an older recipe: serai image build renews it)" if row["outdated"] else ""
        note = f"  {row['damaged']}" if row["damaged"] else note
        what = f"{row['reference']:<24} {row['arch']:<6} {human_size(row['size']):>9}"
        click.echo(f"{what}  {row['digest'][7:19]}  {row['origin']}{note}")
    if not rows:
        click.echo("no images yet: serai image build tiny, serai image pull debian:12", err=True)
    if everything:
        for known in _known():
            click.echo(f"{known['reference']:<24} {' '.join(known['arches']):<13} {known['how']}")


@image.command()
@JSON
def layers(as_json: bool) -> None:
    """Show what new machines start from: disks after provisioning blocks, and templates of warm starts."""
    from serai.cli.layers import lines, rows

    found = rows()
    if as_json:
        print_json({"layers": found})
        return
    for line in lines(found):
        click.echo(line)
    if not found:
        click.echo("no layers yet: what a new machine's provisioning blocks make is kept", err=True)


@image.command()
@click.argument("reference")
@ARCH
def pull(reference: str, arch: str | None) -> None:
    """Download the vendor's official image (debian:12, fedora:43, …) and verify it."""
    from serai.images.resolve import pull as act

    _done(act(reference, arch=arch, progress=progress()))


@image.command()
@click.argument("reference")
@ARCH
def build(reference: str, arch: str | None) -> None:
    """Build tiny, tiny:generic or debian:VERSION from this host's package mirror."""
    from serai.images.resolve import build as act

    _done(act(reference, arch=arch, progress=progress()))


@image.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="what to call it in project files")
@click.option("--user", default="root", show_default=True, help="its login")
@click.option("--no-cloud-init", is_flag=True, help="it does not read a NoCloud seed")
@click.option("--checksum", help="sha256:… or sha512:… that the file must have")
@click.option("--max-size", default="256GiB", show_default=True, help="what it may unpack to")
@ARCH
def import_(
    file: Path, name: str, user: str, no_cloud_init: bool, checksum: str | None, max_size: str, arch: str | None
) -> None:
    """Bring in a qcow2, raw, vmdk, vdi, vhd(x) or OVA, also compressed; checked as a stranger's file."""
    from serai.images.resolve import check_name, import_file
    from serai.images.store import Store
    from serai.spec.image import ImageSource
    from serai.util.arch import host_arch
    from serai.util.errors import Code, SeraiError
    from serai.util.units import parse_size

    check_name(name)
    try:
        limit = parse_size(max_size)
    except ValueError as error:
        raise SeraiError(Code.USAGE, f"--max-size: {error}") from error
    source = ImageSource(path=str(file), user=user, checksum=checksum, cloud_init=not no_cloud_init)
    store, arch = Store(), arch or host_arch()
    with store.locked(name, arch):
        made = import_file(
            file, store=store, arch=arch, progress=progress(), source=source, name=name, max_size=limit
        )
    _done(made)


@image.command()
@click.argument("reference")
@ARCH
@JSON
def inspect(reference: str, arch: str | None, as_json: bool) -> None:
    """Show what an image in the store is made of."""
    import msgspec

    from serai.images.resolve import find
    from serai.images.store import Store
    from serai.util.errors import Code, SeraiError

    found = find(reference, arch=arch)
    if found is None:
        raise SeraiError(
            Code.MISSING, f"image {reference}: not in the store", hint=f"serai image pull {reference}, or build"
        )
    data: dict[str, Any] = msgspec.to_builtins(found, enc_hook=str)
    manifest = Store().manifest(found.digest)
    data["packages"] = manifest.versions if manifest else {}
    if as_json:
        print_json(data)
        return
    for key, value in data.items():
        if key == "packages":
            value = " ".join(f"{package}={version}" for package, version in value.items())
        if value not in (None, "", []):
            click.echo(f"{key:<13} {' '.join(value) if isinstance(value, list) else value}")


@image.command()
@click.option("--older", help="also images and layers not used for so long: 30d, 12h")
@click.option("--keep", metavar="SIZE", help="layers take at most so much, those used last stay: 20GiB")
@click.option("--all", "everything", is_flag=True, help="all images and layers that no machine uses")
@click.option("--dry-run", is_flag=True, help="only say what would go")
@JSON
def prune(older: str | None, keep: str | None, everything: bool, dry_run: bool, as_json: bool) -> None:
    """Remove what nobody needs; never what a machine stands on."""
    import msgspec

    from serai.cli.layers import drop
    from serai.images.prune import prune as act
    from serai.images.store import Store
    from serai.util.errors import Code, SeraiError
    from serai.util.units import human_size, parse_duration, parse_size

    try:
        age = parse_duration(older) if older else None
    except ValueError as error:
        raise SeraiError(Code.USAGE, f"--older: {error}") from error
    try:
        most = parse_size(keep) if keep else None
    except ValueError as error:
        raise SeraiError(Code.USAGE, f"--keep: {error}") from error
    act(Store(), dry_run=True)  # what keeps images from being pruned is said before a layer goes
    dropped = drop(older=age, keep=most, everything=everything, dry_run=dry_run)
    result = act(Store(), older=age, everything=everything, dry_run=dry_run)
    if as_json:
        print_json({**msgspec.to_builtins(result), "layers": list(dropped)})
        return
    for line in dropped.values():
        click.echo(line)
    for reference in result.references:
        click.echo(reference)
    verb = "would free" if dry_run else "freed"
    click.echo(f"{len(result.references)} images, {result.files} files, {verb} {human_size(result.size)}")


def _known() -> list[dict[str, Any]]:
    from serai.images import catalogue
    from serai.images.resolve import BUILDERS

    built = [{"reference": name, "arches": ["amd64", "arm64"], "how": "is built here"} for name in BUILDERS]
    pulled = []
    for name in catalogue.names():
        entry = catalogue.lookup(name)
        assert entry is not None
        shown = f"{name}-cloud" if name in BUILDERS else name
        pulled.append({"reference": shown, "arches": entry.arches, "how": f"official image, user {entry.user}"})
    return built + pulled


def _done(image: Any) -> None:
    size = f"{image.virtual_size / 2**30:.1f} GiB disk" if image.virtual_size else "no disk"
    click.echo(f"{image.reference} is ready: {size}, login {image.user}, {image.digest[:19]}")
