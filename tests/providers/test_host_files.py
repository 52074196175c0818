"""Files of a host are read below a directory; what is not there says nothing."""

from __future__ import annotations

from serai.providers.host_files import Below, last


def test_what_is_there_is_read_and_what_is_not_is_empty(tmp_path):
    (tmp_path / "sys").mkdir()
    (tmp_path / "sys/b").write_text("7\n")
    (tmp_path / "sys/a").symlink_to("../x/driver")
    files = Below(tmp_path)

    assert (files.text("/sys/b"), files.text("/sys/c")) == ("7", "")
    assert (files.names("/sys"), files.names("/proc")) == (["a", "b"], [])
    assert (files.target("/sys/a"), files.target("/sys/b"), last(files.target("/sys/a"))) == (
        "../x/driver",
        "",
        "driver",
    )
    assert (files.has("/sys/a"), files.has("/sys/c")) == (True, False)
