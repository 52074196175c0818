"""How an image is built."""

from __future__ import annotations

from compose_cases import service


def test_a_directory_or_a_repository(shop) -> None:
    assert shop.machine("build: ./app").container.build.context == "./app"
    assert (
        shop.machine("build: {context: 'https://example.org/a.git'}").container.build.git
        == "https://example.org/a.git"
    )
    assert shop.machine("build: {target: x}").container.build.context == "."


def test_arguments_without_a_value_are_the_environments(shop) -> None:
    text = "build: {context: ., args: [A=1, B, C]}"

    assert shop.machine(text, B="2").container.build.args == {"A": "1", "B": "2"}
    assert "build.args.C: it has no value, and serai's environment has none" in shop.notes(service(text))


def test_what_is_wrong_is_refused(shop) -> None:
    assert "cannot both be stated" in shop.errors(service("build: {dockerfile: a, dockerfile_inline: b}"))[0]
    assert "did you mean 'context'?" in shop.errors(service("build: {contxt: a}"))[0]
    assert "must be a directory, or a map" in shop.errors(service("build: [a]"))[0]


def test_what_the_builder_has_not_is_noted(shop) -> None:
    assert [
        line.partition(":")[0] for line in shop.notes(service("build: {context: ., ssh: [a], tags: [b]}"))
    ] == [
        "build.ssh",
        "build.tags",
    ]


def test_neither_image_nor_build_is_an_error(shop) -> None:
    assert "services.web: needs `image` or `build`" in shop.errors("services: {web: {user: a}}\n")[0]
