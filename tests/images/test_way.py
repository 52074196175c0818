"""How servers are asked: logins only where they belong, certificates as they are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.way import Way, host_of, is_loopback, shown
from serai.util.errors import SeraiError


def test_a_login_in_the_address_is_used_and_never_shown():
    url = "https://ann:p%40ss@a.example:8443/b.box"
    assert Way().headers(url) == {"Authorization": "Basic YW5uOnBAc3M="}
    assert shown(url) == "https://a.example:8443/b.box"
    assert shown("https://a.example/b") == "https://a.example/b"


def test_a_host_is_with_its_port_where_that_is_not_the_usual_one():
    assert host_of("https://A.example:443/x") == "a.example"
    assert host_of("http://a.example:8080") == "a.example:8080"
    assert is_loopback("http://127.0.0.1:3/") and not is_loopback("http://127.0.0.1.example/")


def test_certificates_are_handed_on_and_must_be_there(tmp_path: Path):
    file = tmp_path / "ca.pem"
    with pytest.raises(SeraiError, match="is not there"):
        Way(ca_cert=str(file)).pool_options()
    file.write_text("")
    assert Way(ca_cert=str(file), client_cert=str(file), ca_path=str(tmp_path)).pool_options() == {
        "ca_certs": str(file),
        "ca_cert_dir": str(tmp_path),
        "cert_file": str(file),
    }
    assert Way(insecure=True).pool_options()["cert_reqs"] == "CERT_NONE"


def test_a_redirect_takes_a_login_along_only_when_that_is_said():
    assert "authorization" in {name.lower() for name in Way().retries().remove_headers_on_redirect}
    assert not Way(location_trusted=True).retries().remove_headers_on_redirect
