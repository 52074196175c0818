"""What an agent answers is believed in its form alone: all else is one error of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from far import explain
from serai.host.reach.by_python import PythonRemote
from serai.host.reach.wire import Wire
from serai.util.errors import SeraiError

CALLS = (
    lambda reach: reach.read("/x"),
    lambda reach: reach.names("/x"),
    lambda reach: reach.entry("/x"),
    lambda reach: reach.target("/x"),
    lambda reach: reach.run(["cat"]),
    lambda reach: reach.gather([], [], [], []),
    lambda reach: reach.write("/x", b""),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.sampled_from(["ok", "errno", "why"]), each),
    max_leaves=6,
)


def answered(tmp_path, data: bytes) -> PythonRemote:
    (tmp_path / "answer").write_bytes(data)
    return PythonRemote("there", Wire(["sh", "-c", f"cat {tmp_path}/answer; exec >&-; cat >/dev/null"]), explain)


def frame(value: object, raw: bytes = b"") -> bytes:
    head = json.dumps(value).encode()
    return b"%08x%08x" % (len(head), len(raw)) + head + raw


def only_our_errors(reach: PythonRemote, call) -> None:
    try:
        call(reach)
    except (SeraiError, OSError):
        pass
    finally:
        reach.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from(CALLS))
def test_garbage_is_an_error_of_ours(tmp_path, data, call):
    only_our_errors(answered(tmp_path, data), call)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["ok", "errno", "why", "busy", "unknown"]), JSON), st.sampled_from(CALLS))
def test_an_answer_of_the_wrong_kind_is_an_error_of_ours(tmp_path, value, call):
    only_our_errors(answered(tmp_path, frame(value, b"raw")), call)


def test_a_size_beyond_all_bounds_is_not_waited_for(tmp_path):
    with pytest.raises(SeraiError, match="its answer makes no sense"):
        answered(tmp_path, b"7fffffffffffffff").read("/x")


@pytest.mark.parametrize("size", [0, 5, 16, 20])
def test_half_an_answer_is_a_lost_connection(tmp_path, size):
    with pytest.raises(SeraiError, match="the connection was lost"):
        answered(tmp_path, frame({"ok": True})[:size]).has("/x")
