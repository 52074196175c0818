"""Rendering domain XML of libvirt's: machines a second, beside ElementTree alone with as many elements."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from harness import Report, here, interleave, main

from serai.loaders.yaml import load
from serai.providers.libvirt.render.domain import domain, tree
from serai.providers.libvirt.site import Able, DiskSource, Link, LinkKind, Site, SourceKind
from serai.spec.machine import Machine

COUNT = 500
LIMIT = 0.5
"""Seconds of CPU for 1,000 machines: 2,000 a second."""

FILE = """\
project: many
networks: {backend: {subnet: 10.40.0.0/16}}
machines:
  web:
    provider: libvirt
    image: debian:12
    cpus: 2
    memory: 512M
    disks: {data: 10GiB}
    networks:
      - private: backend
      - forwarded_port: {guest: 80, host: 8080, auto_correct: true}
"""
"""What a machine of a real project says."""


def load_one() -> tuple[Machine, Site]:
    """The machine, and a Site as it is gathered."""
    machine = load(Path("/srv/many/serai.yaml"), text=FILE, environ={}).machines["web"]
    pool = "/var/lib/libvirt/images"
    files = [("root", "qcow2"), ("data", "qcow2"), ("seed", "raw")]
    disks = [
        DiskSource(name=name, kind=SourceKind.FILE, format=form, path=f"{pool}/{name}") for name, form in files
    ]
    links = [
        Link(kind=LinkKind.NETWORK, mac="52:54:00:00:00:00", source="default"),
        Link(kind=LinkKind.NETWORK, mac="52:54:00:00:00:01", source="serai-3f2a-backend", index=0),
    ]
    site = Site(
        able=Able(),
        kind="qemu",
        arch="x86_64",
        name="many_web",
        uuid="00000000-0000-8000-8000-000000000001",
        metadata="{}" * 500,
        disks=tuple(disks),
        links=tuple(links),
        console_log="/var/log/libvirt/qemu/many_web.serial",
    )
    return machine, site


def render(machine: Machine, site: Site) -> None:
    for _ in range(COUNT):
        domain(machine, site)


def bare(model: ElementTree.Element) -> None:
    """What cannot be done in less: as many elements made, indented and written."""
    shape = [(each.tag, dict(each.attrib), each.text) for each in model.iter()]
    for _ in range(COUNT):
        root = ElementTree.Element("domain")
        for tag, attributes, text in shape:
            ElementTree.SubElement(root, tag, attributes).text = text
        ElementTree.indent(root)
        ElementTree.tostring(root, encoding="unicode")


def bench(rounds: int) -> Report:
    machine, site = load_one()
    model = tree(machine, site)
    report = Report(f"the domain XML of {COUNT} machines, {sum(1 for _ in model.iter())} elements each")
    cases = {"ElementTree alone": partial(bare, model), "render": partial(render, machine, site)}
    found = interleave({name: partial(here, case) for name, case in cases.items()}, rounds)
    report.add(found)
    floor, cost = (1000 * found[name].median("cpu") / COUNT for name in ("ElementTree alone", "render"))
    report.notes.append(f"{1000 / cost:,.0f} machines a second; ElementTree alone {1000 / floor:,.0f}")
    report.at_most("domain XML of 1,000 machines", cost, LIMIT, floor=floor, unit="ms CPU")
    return report


if __name__ == "__main__":
    main(bench, rounds=9)
