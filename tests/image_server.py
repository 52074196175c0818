"""A server of LXC's images, as images.linuxcontainers.org is one, with a certificate that nobody has signed."""

from __future__ import annotations

import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

PATH = "/images/small/1/amd64/default/20260101_00:00"
CONFIG = "lxc.include = LXC_TEMPLATE_CONFIG/common.conf\nlxc.arch = linux64\n"


def pack(root: Path, place: Path, arch: str) -> None:
    """The server's tree: an index, and two archives of an image. Source: LXC, templates/lxc-download.in."""
    image = place / PATH.lstrip("/")
    image.mkdir(parents=True)
    meta = place / "meta-files"
    meta.mkdir()
    (meta / "config").write_text(CONFIG)
    (meta / "config-user").write_text(CONFIG)
    (meta / "create-message").write_text("You just made a small container.\n")
    for name, tree in (("rootfs", root), ("meta", meta)):
        subprocess.run(["tar", "-C", tree, "-cJf", image / f"{name}.tar.xz", "."], check=True)
    index = place / "meta" / "1.0"
    index.mkdir(parents=True)
    for kind in ("system", "user"):
        (index / f"index-{kind}").write_text(f"small;1;{arch};default;20260101_00:00;{PATH}\n")


@contextmanager
def serving(place: Path, certificate: Path) -> Iterator[str]:
    """`127.0.0.1:PORT`, by https; `certificate` has the key, too."""
    handler = partial(Quiet, directory=str(place))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nothing."""


def signed_by_nobody(place: Path) -> Path:
    """A certificate for 127.0.0.1 and its key in one file; the certificate alone beside it, as `.crt`."""
    file = place / "server.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*words, "-keyout", str(file), "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file
