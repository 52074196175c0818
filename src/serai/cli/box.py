"""`serai box`: Vagrant's boxes, fetched, listed, renewed and removed (VAG-5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from serai.cli.image import JSON
from serai.cli.output import print_json
from serai.cli.say import progress as progress_of
from serai.util.paths import exists, expanduser

F = TypeVar("F", bound=Callable[..., Any])


def _tls(command: F) -> F:
    """The options that say how a server is asked."""
    for option in (
        click.option("--location-trusted", is_flag=True, help="A redirect to another host gets the login too."),
        click.option("--cert", metavar="FILE", help="Our own certificate, with its key."),
        click.option("--capath", metavar="DIR", help="A directory of certificates to trust."),
        click.option("--cacert", metavar="FILE", help="Certificates to trust instead of the system's."),
        click.option("--insecure", is_flag=True, help="Take any certificate of the server."),
    ):
        command = option(command)
    return command


def _way(said: dict[str, Any]) -> Any:
    from serai.images.way import Way

    return Way(
        insecure=said["insecure"],
        ca_cert=said["cacert"],
        ca_path=said["capath"],
        client_cert=said["cert"],
        location_trusted=said["location_trusted"],
    )


def _row(box: Any) -> dict[str, Any]:
    from serai.images.boxes.metadata import info

    return {
        "name": box.name,
        "version": box.version,
        "provider": box.provider,
        "architecture": box.architecture,
        "kept_by": "serai" if box.is_own else "vagrant",
        "directory": str(box.directory),
        "origin": box.record.origin if box.record else "",
        "info": info(box.directory),
    }


@click.group()
def box() -> None:
    """Fetch, list, renew and remove Vagrant boxes; those that Vagrant keeps are used where they lie."""


@box.command()
@click.argument("address")
@click.option("--name", help="What to call it; needed for a box that has no catalogue.")
@click.option("--box-version", metavar="CONSTRAINT", help="The newest that meets it: 1.2, '~> 1.2', '>= 1, < 3'.")
@click.option("--provider", multiple=True, help="The provider it was made for; several: the best first.")
@click.option("-a", "--architecture", default="auto", show_default=True, help="Its architecture: amd64, arm64, …")
@click.option("--checksum", help="The digest that the file must have.")
@click.option(
    "--checksum-type", type=click.Choice(["md5", "sha1", "sha256", "sha384", "sha512"]), help="Its type."
)
@click.option("-c", "--clean", is_flag=True, help="Begin the download anew.")
@click.option("-f", "--force", is_flag=True, help="Replace a box that is there.")
@click.option("--image", metavar="IMAGE", help="Take this image of serai's wherever the box ADDRESS is named.")
@click.option("--max-size", default="256GiB", show_default=True, help="What it may unpack to.")
@_tls
@JSON
def add(address: str, as_json: bool, **said: Any) -> None:
    """Bring in a box: a name as debian/bookworm64, a URL of a box or a catalogue, or a file."""
    if said["image"]:
        _take(address, said["image"], as_json)
        return
    from serai.images.boxes.add import add as act
    from serai.images.boxes.disks import USABLE
    from serai.images.boxes.source import Wanted
    from serai.util.errors import Code, SeraiError
    from serai.util.units import parse_size

    try:
        limit = parse_size(said["max_size"])
    except ValueError as error:
        raise SeraiError(Code.USAGE, f"--max-size: {error}") from error
    wanted = Wanted(
        address=address,
        name=said["name"],
        constraint=said["box_version"],
        providers=said["provider"] or (() if _is_file(address) else USABLE),
        architecture=said["architecture"],
        checksum=said["checksum"],
        checksum_type=said["checksum_type"],
        way=_way(said),
    )
    found = act(wanted, force=said["force"], clean=said["clean"], max_size=limit, progress=progress_of())
    if as_json:
        print_json({"box": _row(found)})
        return
    click.echo(f"{found.label} is here")
    if not (found.record and found.record.images):
        click.echo("it holds metadata alone: no machine can be made from it here", err=True)


def _is_file(address: str) -> bool:
    """Whose box a file is for, it says itself."""
    return exists(expanduser(address)) or "://" in address


def _take(name: str, image: str, as_json: bool) -> None:
    from serai.images import resolve
    from serai.images.boxes import instead

    resolve.check(image)
    instead.take(name, image)
    if as_json:
        print_json({"box": name, "image": image})
        return
    click.echo(f"where a project names the box {name}, the image {image} is taken")


@box.command("list")
@click.option("-i", "--box-info", is_flag=True, help="Also what the box says of itself.")
@JSON
def list_(box_info: bool, as_json: bool) -> None:
    """Show the boxes that are here, serai's own and those that Vagrant keeps."""
    from serai.images.boxes import instead, shelf

    rows = [_row(box) for box in shelf.boxes()]
    taken = instead.all_taken()
    if as_json:
        print_json({"boxes": rows, "images_instead": taken})
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        arch = f", {row['architecture']}" if row["architecture"] else ""
        note = "  kept by Vagrant" if row["kept_by"] == "vagrant" else ""
        click.echo(f"{row['name']:<{width}}  ({row['provider']}, {row['version']}{arch}){note}")
        for key, value in row["info"].items() if box_info else ():
            click.echo(f"  {key}: {value}")
    for name, image in taken.items():
        click.echo(f"{name:<{width}}  (the image {image} is taken)")
    if not rows and not taken:
        click.echo("no boxes yet: serai box add debian/bookworm64", err=True)


@box.command()
@click.option("--global", "everywhere", is_flag=True, help="All boxes that are here, not those of the project.")
@click.option("-f", "--force", is_flag=True, help="Ask, even when somebody asked less than an hour ago.")
@_tls
@JSON
@click.pass_obj
def outdated(obj: object, /, everywhere: bool, force: bool, as_json: bool, **said: Any) -> None:
    """Say which boxes have a newer version. A server that does not answer is no failure."""
    from serai.images.boxes import check

    news = [
        check.look(one, constraint=constraint, way=_way(said), force=force)
        for one, constraint in _meant(obj, everywhere, None)
    ]
    if as_json:
        print_json({"boxes": [{**_row(one.box), "newest": one.newest, "problem": one.problem} for one in news]})
        return
    for one in news:
        if one.problem:
            click.echo(f"{one.box.label}: nobody knows: {one.problem}")
        elif one.newest:
            click.echo(f"{one.box.label}: {one.newest} is out (serai box update --box {one.box.name})")
        else:
            click.echo(f"{one.box.label}: up to date")
    if not news:
        click.echo("no boxes", err=True)


@box.command()
@click.option("--box", "name", help="This box, in all that is here of it; without it those of the project.")
@click.option("--provider", help="Only for this provider.")
@click.option("-a", "--architecture", help="Only for this architecture.")
@click.option("-f", "--force", is_flag=True, help="Replace a box that is there.")
@_tls
@JSON
@click.pass_obj
def update(
    obj: object,
    /,
    name: str | None,
    provider: str | None,
    architecture: str | None,
    force: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Fetch the newest version; machines that are made already stay as they are."""
    from serai.images.boxes.keep import update as act

    rows = []
    for one, constraint in _meant(obj, False, name):
        if provider not in (None, one.provider) or architecture not in (None, one.architecture):
            continue
        fresh = act(one, constraint=constraint, force=force, way=_way(said), progress=progress_of())
        rows.append({"box": _row(one), "updated_to": fresh.version if fresh else None})
        if not as_json:
            click.echo(f"{one.label}: {'now ' + fresh.version if fresh else 'up to date'}")
    if as_json:
        print_json({"boxes": rows})


@box.command()
@click.option("--name", help="Only boxes of this name.")
@click.option("-p", "--provider", help="Only boxes for this provider.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would go.")
@click.option("-k", "--keep-active-boxes", is_flag=True, help="Keep those that a machine was made from.")
@click.option("-f", "--force", is_flag=True, help="Nothing is asked in any case: taken for Vagrant's sake.")
@JSON
def prune(
    name: str | None, provider: str | None, dry_run: bool, keep_active_boxes: bool, force: bool, as_json: bool
) -> None:
    """Remove versions that have a newer one here. Their disks go with `serai image prune`."""
    from serai.images.boxes.keep import prune as act

    gone = act(name=name, provider=provider, keep_active=keep_active_boxes, dry_run=dry_run)
    if as_json:
        print_json({"boxes": [_row(one) for one in gone], "dry_run": dry_run})
        return
    for one in gone:
        click.echo(f"{'would remove' if dry_run else 'removed'} {one.label}")
    if not gone:
        click.echo("nothing to remove: each box is the newest that is here", err=True)


@box.command()
@click.argument("name")
@click.option("--box-version", metavar="VERSION", help="This version.")
@click.option("--provider", help="The one for this provider.")
@click.option("-a", "--architecture", help="The one for this architecture.")
@click.option("--all", "all_versions", is_flag=True, help="All versions, for all providers and architectures.")
@click.option("--all-providers", is_flag=True, help="For all providers.")
@click.option("--all-architectures", is_flag=True, help="For all architectures.")
@click.option("-f", "--force", is_flag=True, help="Nothing is asked in any case: taken for Vagrant's sake.")
def remove(name: str, box_version: str | None, force: bool, **said: Any) -> None:
    """Remove a box. Machines that were made from it go on."""
    from serai.images.boxes.keep import remove as act

    for one in act(name, number=box_version, **said):
        click.echo(f"removed {one.label}")


@box.command()
@click.argument("name")
@click.argument("provider")
@click.argument("version")
@click.option("--output", type=click.Path(path_type=Path), default=Path("package.box"), show_default=True)
def repackage(name: str, provider: str, version: str, output: Path) -> None:
    """Write a box that is here as a file again."""
    from serai.images.boxes.keep import chosen
    from serai.images.boxes.keep import repackage as act
    from serai.util.errors import Code, SeraiError

    if output.exists():
        raise SeraiError(Code.REFUSED, f"{output} is there already", hint="give another --output, or remove it")
    act(chosen(name, number=version, provider=provider)[0], output, progress_of())
    click.echo(str(output))


def _meant(obj: object, everywhere: bool, name: str | None) -> list[tuple[Any, str | None]]:
    """Boxes with the constraint on their version: all, those of a name, or those that the project's file names."""
    from serai.images.boxes import shelf
    from serai.images.boxes.keep import newest, some

    if name is not None:
        return [(one, None) for one in newest(some(name))]
    if everywhere:
        return [(one, None) for one in newest(shelf.boxes())]
    from serai.images.boxes.use import box_of, of_project
    from serai.run.workspace import open_workspace
    from serai.util.arch import host_arch

    workspace = open_workspace(obj)
    found = []
    for wanted, arch in of_project(workspace.project):
        one = box_of(wanted, arch or host_arch(), workspace.scope.root)
        if one is not None and (one, wanted.version) not in found:
            found.append((one, wanted.version))
    return found
