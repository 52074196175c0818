"""How long a container that was started is looked at: from its start on, by a clock that is ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from serai.providers.docker.ready import GRACE, LEAST, _age, _grace


@pytest.mark.parametrize(
    ("age", "here", "left"),
    [
        (0.0, True, GRACE),
        (0.1, True, 0.15),
        (0.24, True, LEAST),
        (0.1, False, GRACE),
        (1.0, True, 0),
        (9, False, 0),
    ],
)
def test_the_grace_begins_with_the_start(age: float, here: bool, left: float) -> None:
    assert _grace(age, here) == pytest.approx(left)


def test_the_start_is_read_as_docker_and_podman_write_it() -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    words = [
        began.strftime("%Y-%m-%dT%H:%M:%S.%f123Z"),  # docker: nanoseconds, UTC
        began.astimezone(timezone(timedelta(hours=2))).strftime("%Y-%m-%dT%H:%M:%S.%f123+02:00"),
    ]
    ages = [_age({"State": {"StartedAt": text}}) for text in words]

    assert all(4.5 < age < 60 for age in ages)
    assert _age({"State": {"StartedAt": "0001-01-01T00:00:00Z"}}) > 60
    assert _age({"State": {}}) == 0
