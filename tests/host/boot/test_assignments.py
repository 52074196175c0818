"""What a file of GRUB sets is read as bash reads it; what is not understood is left alone."""

from __future__ import annotations

import subprocess

import pytest

from serai.host.boot.assignments import ALL, NORMAL, check, valued
from serai.host.boot.form import FORMS
from serai.host.boot.words import Words, split
from serai.util.errors import Code, SeraiError

WORDS = Words(name="x", add=("iommu=pt",), remove=("amd_iommu=on",))
TUNED = "${GRUB_CMDLINE_LINUX_DEFAULT:+$GRUB_CMDLINE_LINUX_DEFAULT }\\$tuned_params"
READ = [
    'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="crashkernel=1G \\\n  amd_iommu=on rhgb"\nGRUB_DISABLE_RECOVERY=true\n',
    'GRUB_CMDLINE_LINUX="quiet amd_iommu=on"\nGRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX net.ifnames=0"\n',
    'GRUB_CMDLINE_LINUX="quiet"\nGRUB_CMDLINE_LINUX+=" amd_iommu=on"\n',
    'GRUB_CMDLINE_LINUX="quiet"\nGRUB_CMDLINE_LINUX+=" amd_iommu=on" # mine\nGRUB_CMDLINE_LINUX+=" ro"\n',
    f'GRUB_CMDLINE_LINUX_DEFAULT="a amd_iommu=on"\nGRUB_CMDLINE_LINUX=ro\nGRUB_CMDLINE_LINUX_DEFAULT="{TUNED}"\n',
    "GRUB_CMDLINE_LINUX='a $b amd_iommu=on'\n",
    'export GRUB_CMDLINE_LINUX="a";\n# GRUB_CMDLINE_LINUX="b" ; c\n',
    'GRUB_CMDLINE_LINUX="dyndbg=\\"file a.c +p\\" ro"\n',
    'GRUB_CMDLINE_LINUX="amd_iommu=on"\nGRUB_CMDLINE_LINUX="ro"\n',
    'GRUB_CMDLINE_LINUX_DEFAULT="amd_iommu=on"\nGRUB_CMDLINE_LINUX="${GRUB_CMDLINE_LINUX_DEFAULT} ro"\n',
    'GRUB_CMDLINE_LINUX="ro\n  amd_iommu=on"\n',
    "GRUB_CMDLINE_LINUX=\n",
]


def by_bash(text: str) -> dict[str, list[str]]:
    show = f'printf "%s\\0%s" "${ALL}" "${NORMAL}"'
    done = subprocess.run(["bash", "-c", f"{text}\n{show}"], env={}, capture_output=True, text=True, check=True)
    assert not done.stderr
    return {name: split(value) for name, value in zip((ALL, NORMAL), done.stdout.split("\0"), strict=True)}


@pytest.mark.parametrize("text", READ)
def test_a_file_is_read_and_edited_as_bash_reads_it(text):
    # What stands behind a backslash for the shell does so for us, too: a kernel's quotes, a variable of GRUB's.
    read = {name: split(value.replace("\\", "")) for name, value in valued(text).items()}
    edited = FORMS["variable"].edited(text, WORDS)
    set_, was = by_bash(edited), by_bash(text)

    assert read == was
    assert "amd_iommu=on" not in set_[ALL] + set_[NORMAL] and set_[ALL].count("iommu=pt") == 1
    kept = [word for word in was[ALL] if word not in ("amd_iommu=on", "iommu=pt")]
    assert [word for word in set_[ALL] if word != "iommu=pt"] == kept
    assert FORMS["variable"].edited(edited, WORDS) == edited


@pytest.mark.parametrize("text", READ)
def test_an_undo_after_a_foreign_edit_leaves_what_there_was(text):
    edited = FORMS["variable"].edited(text, WORDS) + "GRUB_TIMEOUT=3\n"
    undone, was = by_bash(FORMS["variable"].undone(edited, text, WORDS)), by_bash(text)

    assert {name: sorted(set(words)) for name, words in undone.items()} == {
        name: sorted(set(words)) for name, words in was.items()
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("GRUB_CMDLINE_LINUX='a '\"b\"\n", 1),
        ("\nGRUB_CMDLINE_LINUX=a\\ b\n", 2),
        ('GRUB_CMDLINE_LINUX_DEFAULT="a" ; GRUB_CMDLINE_LINUX="b"\n', 1),
        ('GRUB_CMDLINE_LINUX="ro"\nif true; then GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX a"; fi\n', 2),
        ('GRUB_CMDLINE_LINUX="$(cat "/a b")"\n', 1),
        ("GRUB_CMDLINE_LINUX=`a`\n", 1),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text, line):
    for act in (check, lambda each: FORMS["variable"].edited(each, WORDS)):
        with pytest.raises(SeraiError, match=f"/etc/default/grub:{line}: GRUB_CMDLINE_LINUX") as error:
            act(text)
        assert error.value.code is Code.REFUSED


def test_other_names_and_comments_set_nothing():
    text = '# GRUB_CMDLINE_LINUX="a" b\nGRUB_CMDLINE_LINUX_RECOVERY="a"\nX=1 # GRUB_CMDLINE_LINUX=`a`\n'

    check(text)
    assert valued(text) == {ALL: "", NORMAL: ""}
