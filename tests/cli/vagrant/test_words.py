"""A vagrant command line in serai's words."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from serai.cli.main import cli
from serai.cli.vagrant.words import VERBS, Verb, translate
from serai.util.errors import Code, SeraiError

CASES = [
    ("up", "up -y"),
    ("up web --provider libvirt --no-parallel", "up -y --provider libvirt --no-parallel web"),
    ("up --provision-with=shell,file", "up -y --provision-with shell,file"),
    ("destroy -f web db", "destroy -y web db"),
    ("destroy -fg", "destroy -y -g"),
    ("ssh web -c uptime -t", "ssh -c uptime -t web"),
    ("ssh -cuptime", "ssh -c uptime"),
    ("ssh web -- -L 8080:localhost:80", "ssh web -- -L 8080:localhost:80"),
    ("suspend -a", "suspend --to-disk --all-global"),
    ("snapshot restore web fresh --no-start", "snapshot restore --start --no-start fresh web"),
    ("snapshot save fresh", "snapshot save fresh"),
    ("snapshot save web fresh -f", "snapshot save -f fresh web"),
    ("snapshot pop --no-delete", "snapshot pop --start --no-delete"),
    ("box add --box-version 1.0 x/y --force", "box add --box-version 1.0 --force x/y"),
    ("port --guest 80 web", "port --guest 80 web"),
    ("halt -f /web-.*/", "halt -f /web-.*/"),
    ("rsync-auto --no-poll", "rsync-auto"),
]


@pytest.mark.parametrize(("given", "meant"), CASES, ids=[given for given, _ in CASES])
def test_the_same_act_in_serai_s_words(given: str, meant: str) -> None:
    assert " ".join(translate(given.split()).words) == meant


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("pu", Code.USAGE, "vagrant has no command 'pu'"),
        ("snapshot", Code.USAGE, "one of save, restore"),
        ("snapshot sav", Code.USAGE, "vagrant snapshot sav has no command 'sav'"),
        ("up --parallell", Code.USAGE, "vagrant up has no option --parallell"),
        ("ssh -c", Code.USAGE, "-c needs a value"),
        ("push", Code.UNSUPPORTED, "serai deploys nothing"),
        ("rdp", Code.UNSUPPORTED, "WinRM"),
        ("package --base win", Code.UNSUPPORTED, "adopt it first"),
    ],
)
def test_what_cannot_be_done_is_said(given: str, code: Code, said: str) -> None:
    with pytest.raises(SeraiError, match=re.escape(said)) as caught:
        translate(given.split())
    assert caught.value.code is code


def test_what_has_no_effect_is_said() -> None:
    assert translate(["destroy", "--parallel"]).notes[0].startswith("--parallel has no effect: machines are")


def every_verb(verbs: dict[str, Verb], before: str = "") -> Iterator[tuple[str, Verb]]:
    for name, verb in verbs.items():
        if verb.verbs:
            yield from every_verb(dict(verb.verbs), f"{before}{name} ")
        else:
            yield f"{before}{name}", verb


TRANSLATED = [(name, verb) for name, verb in every_verb(VERBS) if verb.words]


@pytest.mark.parametrize(("name", "verb"), TRANSLATED, ids=[name for name, _ in TRANSLATED])
def test_serai_has_every_word_that_is_put_in_a_flag_s_place(name: str, verb: Verb) -> None:
    command = cli
    words = list(verb.words)
    while words and not words[0].startswith("-"):
        command = command.get_command(None, words.pop(0))  # type: ignore[arg-type, attr-defined, assignment]
    known = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}
    used = {word for flag in verb.flags.values() for word in flag.words} | set(words)
    assert used <= known


@pytest.mark.engine
@pytest.mark.parametrize("name", [name for name, verb in TRANSLATED])
def test_every_flag_that_vagrant_itself_has_is_known(need: Callable[..., None], name: str) -> None:
    need("vagrant")
    done = subprocess.run(
        ["vagrant", *name.split(), "-h"], capture_output=True, text=True, check=False, timeout=60
    )
    shown = set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", done.stdout.partition("Options:")[2]))
    shown |= {
        word for base in re.findall(r"--\[no-\]([a-z-]+)", done.stdout) for word in (f"--{base}", f"--no-{base}")
    }
    verb = dict(every_verb(VERBS))[name]
    unknown = {"-h", "--help", "--no-color", "--color", "--machine-readable", "--debug", "--timestamp"}
    unknown |= {"--debug-timestamp", "--no-tty", "-v", "--version", "--no-"}
    assert shown - set(verb.flags) <= unknown
