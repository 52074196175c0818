"""The environment of a container."""

from __future__ import annotations

from compose_cases import service


def test_stated_values_count_more_than_files_and_later_files_more_than_earlier(shop) -> None:
    shop.write("A=1\nB=1\nC=1\n", "one.env")
    shop.write("B=2\nC=2\n", "two.env")

    assert shop.machine("env_file: [one.env, two.env]\nenvironment: {C: 3}").container.env == {
        "A": "1",
        "B": "2",
        "C": "3",
    }


def test_a_name_alone_has_the_environments_value(shop) -> None:
    text = "environment: [GIVEN, LOST]"

    assert shop.machine(text, GIVEN="x").container.env == {"GIVEN": "x"}
    assert shop.notes(service(text)) == [
        "environment.GIVEN: it has no value, and serai's environment has none",
        "environment.LOST: it has no value, and serai's environment has none",
    ]


def test_a_file_that_is_not_required_may_be_missing(shop) -> None:
    assert shop.machine("env_file: {path: gone.env, required: false}").container is None
    assert "there is no file 'gone.env'" in shop.errors(service("env_file: {path: gone.env}"))[0]


def test_labels_come_from_files_below_those_that_are_stated(shop) -> None:
    shop.write("a=file\nb=file\n", "labels")

    assert shop.machine("label_file: labels\nlabels: {b: own}").container.labels == {"a": "file", "b": "own"}


def test_what_is_of_no_form_is_refused(shop) -> None:
    assert "must be the path of a file" in shop.errors(service("env_file: [[a]]"))[0]
    assert "must be the path of a file" in shop.errors(service("label_file: [[a]]"))[0]
    assert "'' cannot be the name of a variable" in shop.errors(service("environment: ['=x']"))[0]
    assert "must be a list" in shop.errors(service("environment: text"))[0]
    assert "is not one of raw" in shop.errors(service("env_file: {path: a, format: other}"))[0]
