"""Includes, extended services, circles."""

from __future__ import annotations

from compose_cases import loaded, service

BASE = "services:\n  base:\n    image: x\n    volumes: ['./d:/d']\n    environment: {A: base}\n"


def test_an_extended_service_has_the_paths_of_its_own_directory(shop) -> None:
    shop.write(BASE, "common/base.yaml")

    machine = shop.machine("extends: {file: common/base.yaml, service: base}\nimage: y")

    assert machine.image == "y"
    assert machine.container.volumes[0].source == "./common/d"


def test_a_chain_over_files_is_followed(shop) -> None:
    shop.write("services:\n  top:\n    image: z\n    user: me\n", "a/b/top.yaml")
    shop.write(
        "services:\n  mid:\n    extends: {file: b/top.yaml, service: top}\n    build: ./app\n", "a/mid.yaml"
    )

    machine = shop.machine("extends: {file: a/mid.yaml, service: mid}\nimage: w")

    assert machine.container.user == "me"
    assert machine.container.build.context == "./a/app"


def test_a_service_may_extend_one_of_its_own_name_that_extends_another(shop) -> None:
    shop.write("services:\n  web: {extends: base, user: me}\n  base: {image: z, command: run}\n", "common.yaml")

    machine = shop.machine("extends: {file: common.yaml, service: web}")

    assert (machine.container.user, machine.container.cmd) == ("me", ["run"])


def test_a_circle_over_files_is_named(shop) -> None:
    shop.write("services:\n  web: {extends: {file: compose.yaml, service: web}}\n", "common.yaml")

    (line,) = shop.errors("services:\n  web: {image: x, extends: {file: common.yaml, service: web}}\n")
    assert "services extend each other in a circle: web → web" in line


def test_circles_are_named(shop) -> None:
    text = "services:\n  a: {extends: b, image: x}\n  b: {extends: {service: a}, image: x}\n"
    shop.write("include: [compose.yaml]\n", "other.yaml")

    assert any("services extend each other in a circle: a → b → a" in line for line in shop.errors(text))
    assert any("files include each other in a circle" in line for line in shop.errors("include: [other.yaml]\n"))


def test_what_is_not_there_is_named(shop) -> None:
    shop.write(BASE, "base.yaml")

    assert (
        "has no service 'bas', did you mean 'base'?"
        in shop.errors(service("extends: {file: base.yaml, service: bas}\nimage: x"))[0]
    )
    assert "there is no file './gone.yaml'" in shop.errors("include: [gone.yaml]\nservices: {a: {image: x}}\n")[0]
    assert "needs the name of a service" in shop.errors(service("extends: {file: base.yaml}\nimage: x"))[0]
    assert "unknown key" in shop.errors(service("extends: {fil: base.yaml, service: base}\nimage: x"))[0]


def test_nothing_is_fetched(shop) -> None:
    for url in ("https://example.org/c.yaml", "oci://example.org/c", "git@example.org:c"):
        found = shop.errors(f'include: ["{url}"]\nservices: {{a: {{image: x}}}}\n')

        assert f"'{url}' is not on this host" in found[0]


def test_an_error_in_another_file_has_its_place_there(shop) -> None:
    shop.write("services:\n  db:\n    image: x\n    prts: []\n", "db.yaml")

    found = shop.errors("include: [db.yaml]\nservices: {a: {image: x}}\n")

    assert found == ["db.yaml:4:5: services.db.prts: unknown key, did you mean 'ports'?"]


def test_the_same_name_in_two_files_must_mean_the_same(shop) -> None:
    shop.write("services: {a: {image: other}}\n", "a.yaml")
    shop.write("services: {a: {image: x}}\n", "same.yaml")

    assert (
        "services.a: the file states it too, and differently"
        in shop.errors("include: [a.yaml]\nservices: {a: {image: x}}\n")[0]
    )
    assert list(shop.project("include: [same.yaml]\nservices: {a: {image: x}}\n").machines) == ["a"]


def test_an_include_may_have_files_a_directory_and_variables_of_its_own(shop) -> None:
    shop.write("services: {db: {image: 'x:$TAG', env_file: [db.env]}}\n", "parts/db.yaml")
    shop.write("services: {db: {user: me}}\n", "parts/more.yaml")
    shop.write("TAG=7\n", "tags.env")
    shop.write("A=1\n", "db.env")
    text = "include:\n  - {path: [parts/db.yaml, parts/more.yaml], project_directory: ., env_file: tags.env}\n"

    machine = loaded(shop.write(text)).machines["db"]

    assert (machine.image, machine.container.user, machine.container.env) == ("x:7", "me", {"A": "1"})


def test_an_include_of_another_form_is_refused(shop) -> None:
    assert (
        "unknown key, did you mean 'path'?" in shop.errors("include: [{pth: a}]\nservices: {a: {image: x}}\n")[0]
    )
    assert "must be the path of a file" in shop.errors("include: [{path: {a: b}}]\nservices: {a: {image: x}}\n")[0]
