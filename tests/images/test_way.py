"""How servers are asked: logins only where they belong, certificates as they are said."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from box_files import serving
from serai.images.download import document
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


@pytest.fixture
def certificate(tmp_path: Path, need) -> Path:
    """A certificate with its key that nobody has signed, for 127.0.0.1."""
    need("openssl")
    file = tmp_path / "server.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*words, "-keyout", str(file), "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


def test_a_server_whose_certificate_nobody_knows_is_believed_only_when_that_is_said(certificate: Path):
    with serving() as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.files["/x"] = b"content"
        url = server.url.replace("http:", "https:") + "/x"
        with pytest.raises(SeraiError, match="certificate is not trusted"):
            document(url, limit=100)
        assert document(url, limit=100, way=Way(insecure=True)).data == b"content"
        assert document(url, limit=100, way=Way(ca_cert=f"{certificate}.crt")).data == b"content"


@pytest.mark.parametrize("back", ["/x", "https"])
def test_no_redirect_leads_from_https_to_http_not_even_for_a_while(certificate: Path, back: str):
    with serving() as plain, serving() as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http:", "https:")
        plain.files["/x"] = server.files["/x"] = b"content"
        server.moved["/to"] = plain.url.replace("http:", "HTTP:") + "/on"
        plain.moved["/on"] = f"{url}/x" if back == "https" else back
        with pytest.raises(SeraiError, match="from https: to http: serai does not follow"):
            document(f"{url}/to", limit=100, way=Way(insecure=True))
        assert not plain.asked


def test_a_redirect_to_what_is_no_address_is_named():
    with serving() as server:
        server.moved["/to"] = "http://[x/"
        with pytest.raises(SeraiError, match="no address"):
            document(f"{server.url}/to", limit=100)


def test_a_redirect_takes_a_login_along_only_when_that_is_said():
    assert "authorization" in {name.lower() for name in Way().retries().remove_headers_on_redirect}
    assert not Way(location_trusted=True).retries().remove_headers_on_redirect
