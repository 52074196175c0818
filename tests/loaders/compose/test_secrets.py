"""Small files."""

from __future__ import annotations

import pytest

from compose_cases import service

TOP = (
    "secrets: {a: {file: a.txt}, b: {environment: B}, c: {external: true}, d: {}}\nconfigs: {e: {content: text}}\n"
)


def files(shop, text: str, **environ: str):
    return shop.project(service(text, TOP), **environ).machines["web"].container.files


def test_they_have_places_of_their_own(shop) -> None:
    assert [(each.target, each.source) for each in files(shop, "secrets: [a]")] == [("/run/secrets/a", "a.txt")]
    assert [(each.target, each.content) for each in files(shop, "configs: [e]")] == [("/e", "text")]


def test_a_target_without_a_slash_is_beside_the_others(shop) -> None:
    file = files(shop, "secrets: [{source: a, target: x, mode: 0440, uid: '5', gid: 6}]")[0]

    assert (file.target, file.mode, file.uid, file.gid) == ("/run/secrets/x", "0440", 5, 6)


def test_a_variable_is_a_files_content(shop) -> None:
    assert files(shop, "secrets: [b]", B="hidden")[0].content == "hidden"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("secrets: [b]", "the variable B is not set"),
        ("secrets: [c]", "there is no swarm that would keep it"),
        ("secrets: [d]", "needs one of file, environment and content"),
        ("secrets: [x]", "'x' is not in the file's secrets"),
        ("secrets: [{target: x}]", "needs `source`"),
        ("secrets: [{source: a, mode: rw}]", "'rw' is not permissions in octal"),
    ],
)
def test_what_is_wrong_is_refused(shop, text: str, said: str) -> None:
    found = shop.errors(service(text, TOP))

    assert len(found) == 1
    assert said in found[0]
