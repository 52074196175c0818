"""What is kept of a container."""

from __future__ import annotations

from serai.providers.nspawn import record
from serai.providers.nspawn.record import Record
from serai.spec.network import Network


def test_a_record_is_kept_and_changed(tmp_path):
    record.save(tmp_path, Record(name="web", project="shop", project_id="t1", project_root="/"), sync=True)
    with record.editing(tmp_path) as kept:
        kept.stopped = False

    found = record.load(tmp_path)
    assert found is not None
    assert not found.stopped
    assert record.load(tmp_path / "none") is None


def test_bridges_with_a_stated_name_may_be_others_too():
    networks = {"back": Network(bridge="br-shop"), "front": Network()}
    kept = Record(name="web", project="shop", project_id="t1", project_root="/", networks=networks,
                  bridges=("br-shop", "serai-1"))  # fmt: skip

    assert kept.own_bridges() == ("serai-1",)
