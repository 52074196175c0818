"""Options of provisioners, a row each in tests/provisioners/options/KIND.toml, and what leaves serai for them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import join
from typing import Any

from serai.loaders import yaml
from serai.loaders.inputs import Inputs
from serai.loaders.mapped import Mapped
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.project import read, resolve
from serai.providers.contract import SshEndpoint
from serai.provisioners.job import Job, Peers
from serai.provisioners.leaving import KINDS as LEAVING
from serai.provisioners.registry import module_of
from serai.provisioners.reload import wanted
from serai.spec.machine import Machine
from serai.spec.provision import Provision
from serai.util.process import Result

DATA = Path(__file__).parent / "provisioners" / "options"
VAGRANTFILE = """
Vagrant.configure("2") do |config|
  config.vm.box = "a/b"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.define "web" do |web|
    web.vm.provision "{kind}" do |p|
{lines}
    end
  end
end
"""


class Kind:
    """The table of one provisioner: what each row adds to, the files and answers that it needs, and the rows."""

    def __init__(self, name: str) -> None:
        data = tomllib.loads((DATA / f"{name}.toml").read_text())
        self.name = name
        self.ruby: str = data["base"].get("ruby", "")
        self.yaml: dict[str, Any] = data["base"].get("yaml", {})
        self.files: dict[str, str] = data["base"].get("files", {})
        self.answers: list[dict[str, Any]] = data["base"].get("answers", [])
        self.rows: list[dict[str, Any]] = data["option"]

    def files_in(self, root: Path) -> None:
        for name, text in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)

    def of_vagrantfile(self, root: Path, row: Mapping[str, Any]) -> tuple[Provision, Mapped]:
        """The block that a Vagrantfile with the row's lines comes to, and what is said of it."""
        base = "" if row.get("alone") else self.ruby
        lines = "\n".join(f"      {line}" for line in f"{base}\n{row['ruby']}".strip().splitlines())
        (root / "Vagrantfile").write_text(VAGRANTFILE.format(kind=self.name, lines=lines))
        inputs = Inputs({"HOME": str(root)})
        mapped, _ = read(root / "Vagrantfile", inputs=inputs, host=Host())
        project = resolve(mapped, root / "Vagrantfile", inputs)
        return project.machines["web"].provision[0], mapped

    def of_yaml(self, root: Path, row: Mapping[str, Any] = {}) -> Provision:
        """The block of a serai.yaml."""
        block = row.get("yaml", {}) if row.get("alone") else self.yaml | row.get("yaml", {})
        entry = {self.name: block, **row.get("beside", {})}
        data = {"project": "p", "machines": {"web": {"image": "tiny", "provision": [entry]}}}
        project = yaml.load(root / "serai.yaml", text=json.dumps(data), environ={})
        return project.machines["web"].provision[0]

    def without(self, root: Path, row: Mapping[str, Any]) -> Provision:
        """The block that the row is compared with."""
        return self.of_yaml(root, {"yaml": row["without"], "alone": True} if "without" in row else {})

    def sent(self, block: Provision, root: Path, row: Mapping[str, Any]) -> str:
        """All that leaves serai while the block is done: scripts, files, programs of this host, what is shown."""
        record = Record([*row.get("answers", []), *self.answers])
        job = RecordedJob(record, block.name or self.name, root)
        module_of(block).run(block.inner, job)
        if block.kind in LEAVING:
            module_of(block).leave(block.inner, job)  # type: ignore[attr-defined]
        return "\n".join([*record.entries, *(["restart the guest"] if wanted(block) else [])])


class Record:
    """A way into a guest that notes all that goes in, and says what it is told to say."""

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        self.answers = answers
        self.entries: list[str] = []

    def run(self, command: str, *, input: bytes | None = None, on_line: Any = None, **how: Any) -> Result:
        text = f"{command}\n{(input or b'').decode()}"
        self.entries.append(text)
        answer = next((each for each in self.answers if each["to"] in text), {})
        said = answer.get("says", "")
        for line in said.splitlines() if on_line else ():
            on_line(line)
        return Result(["sh"], answer.get("code", 0), said, "")

    def put(self, source: Path, destination: str, *, mode: str | None = None, owner: str | None = None) -> None:
        self.entries.append(f"put {source.name} -> {destination} mode {mode} owner {owner}")
        self.entries += contents(source)

    def get(self, source: str, destination: Path) -> None:
        self.entries.append(f"get {source}")
        destination.write_text("")

    def open(self) -> None:
        return

    def argv(self, command: str | None = None, *, tty: bool = False) -> list[str]:
        return ["enter", "web", *([] if command is None else [command])]

    def close(self) -> None:
        self.entries.append("log in anew")


class RecordedJob(Job):
    """Does nothing on this host either; knows the machines web and db."""

    def __init__(self, record: Record, kind: str, root: Path) -> None:
        super().__init__(
            key=kind,
            machine=Machine(name="web"),
            transport=record,
            root=root,
            out=record.entries.append,
            peers=two,
        )
        self.record = record

    def local(self, argv: Sequence[str], env: Mapping[str, str] = {}, cwd: Path | None = None, **how: Any) -> None:
        self.record.entries.append(f"host: {join(argv)}\n{json.dumps(dict(env), sort_keys=True)}\nin {cwd}")
        for word in argv:
            path = Path(word.rpartition("=")[2].removeprefix("@"))
            if path.is_absolute() and path.exists() and not path.is_relative_to(self.root):
                self.record.entries += contents(path)

    def look(self, argv: Sequence[str]) -> Result:
        return self.record.run(join(argv))


def two() -> Peers:
    """A project of web, which is reached by SSH, and db, which does not run."""
    way = SshEndpoint(host="10.9.8.7", port=22, user="debian", key=Path("/keys/web"))
    return {"web": (Machine(name="web"), way), "db": (Machine(name="db"), None)}


def contents(path: Path) -> Iterator[str]:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    for each in files:
        yield f"{each.name}:\n{each.read_text(errors='replace')}"
