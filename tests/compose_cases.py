"""Cases of Compose files: a directory each, `cases/NAME/compose.yaml` and what lies beside it. `expected.yaml` is
the project that it comes to, and in comments below what the reading had to say. SERAI_REGENERATE=1 writes it anew.

`no-oracle` says why docker-compose 1.29 does not know the feature.
"""

from __future__ import annotations

from pathlib import Path

from serai.loaders.access import NONE, Access
from serai.loaders.compose.project import read, resolve
from serai.loaders.inputs import Inputs
from serai.loaders.mapped import Mapped
from serai.loaders.write import to_yaml
from serai.spec.machine import Machine, Project
from serai.util.errors import SeraiError, SeraiErrors

CASES = Path(__file__).parent / "loaders/compose/cases"
NAMES = sorted(path.parent.name for path in CASES.glob("*/compose.yaml"))
ENVIRON = {"GREETING": "hello", "EMPTY": ""}


def mapped(path: Path, environ: dict[str, str] = ENVIRON, access: Access = NONE) -> tuple[Mapped, list[str]]:
    return read(path, inputs=Inputs(environ), access=access)


def loaded(path: Path, environ: dict[str, str] = ENVIRON, access: Access = NONE) -> Project:
    inputs = Inputs(environ)
    result, _ = read(path, inputs=inputs, access=access)
    return resolve(result, path, inputs)


def outcome(path: Path) -> str:
    """What `expected.yaml` holds."""
    result, said = mapped(path)
    lines = [*said, *(note.line() for note in result.notes if not note.to)]
    return to_yaml(loaded(path)) + "".join(f"# {line}\n" for line in lines)


class Folder:
    """A Compose project in a directory of the test's own."""

    def __init__(self, root: Path) -> None:
        self.root = root / "shop"
        self.root.mkdir(exist_ok=True)

    def write(self, text: str, name: str = "compose.yaml") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def project(self, text: str, access: Access = NONE, **environ: str) -> Project:
        return loaded(self.write(text), environ, access)

    def machine(self, text: str, **environ: str) -> Machine:
        """The one machine of a service's keys, which are written without their indentation."""
        machines = self.project(service(text), **environ).machines
        assert len(machines) == 1
        return next(iter(machines.values()))

    def errors(self, text: str, access: Access = NONE, **environ: str) -> list[str]:
        """`3:5: message (hint)`, in their order."""
        path = self.write(text)
        try:
            loaded(path, environ, access)
        except SeraiError as error:
            found = error.errors if isinstance(error, SeraiErrors) else (error,)
            return [str(each).replace(f"{path}:", "").replace(f"{self.root}/", "") for each in found]
        return []

    def notes(self, text: str, **environ: str) -> list[str]:
        """What has no effect: `KEY: REASON`; and what the reading had to say."""
        result, said = mapped(self.write(text), environ)
        lines = [line.replace(f"{self.root}/", "") for line in said]
        return [*lines, *(f"{note.key}: {note.because}" for note in result.notes if not note.to)]


def service(text: str, top: str = "") -> str:
    """A file of one service, `web`, with an image."""
    image = "" if "image:" in text or "build" in text else "    image: busybox\n"
    body = "".join(f"    {line}\n" for line in text.strip("\n").splitlines())
    return f"services:\n  web:\n{image}{body}{top}"
