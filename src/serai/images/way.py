"""How a server is asked: whose certificates count, who we are to it, and what a redirect may take along.

Source: curl(1), --insecure, --cacert, --capath, --cert, --location-trusted; RFC 6750, bearer tokens.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

if TYPE_CHECKING:
    import urllib3

REDIRECTS = 5


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Options of one download. The defaults are right for a public server."""

    insecure: bool = False
    """Take any certificate: whoever sits in between can give what he likes. A checksum still counts."""
    ca_cert: str | None = None
    """A file of certificates to trust instead of the system's."""
    ca_path: str | None = None
    """A directory of them, hashed as `openssl rehash` does."""
    client_cert: str | None = None
    """A file with our certificate and its key."""
    location_trusted: bool = False
    """A redirect to another host gets our login too."""
    token: str = ""
    token_host: str = ""
    """The only host (with its port, if there is one) that the token goes to."""
    plain_http: bool = False
    """Take http: without a checksum."""

    def headers(self, url: str) -> dict[str, str]:
        """Our login for that address: its own `user:password@`, else the token where it is the token's host."""
        parts = urlsplit(url)
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        if self.token and host_of(url) == self.token_host and (parts.scheme == "https" or is_loopback(url)):
            return {"Authorization": f"Bearer {self.token}"}
        return {}

    def pool_options(self) -> dict[str, Any]:
        """For urllib3's managers. Raises Code.INPUT for a file that is not there."""
        options: dict[str, Any] = {}
        for key, value in (
            ("ca_certs", self.ca_cert),
            ("ca_cert_dir", self.ca_path),
            ("cert_file", self.client_cert),
        ):
            if value:
                if not expanduser(value).exists():
                    raise SeraiError(Code.INPUT, f"the certificate {value} is not there", hint="mend its path")
                options[key] = str(expanduser(value))
        if self.insecure:
            options |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
        return options

    def retries(self) -> urllib3.Retry:
        """None of its redirects is followed from https: to http:; Code.NETWORK."""
        import urllib3

        class Guarded(urllib3.Retry):
            def increment(
                self,
                method: str | None = None,
                url: str | None = None,
                response: Any = None,
                *rest: Any,
                **more: Any,
            ) -> Guarded:
                if url and response is not None and (location := response.get_redirect_location()):
                    _guard(url, urljoin(url, location))
                return super().increment(method, url, response, *rest, **more)

        kept: dict[str, Any] = {"remove_headers_on_redirect": ()} if self.location_trusted else {}
        return Guarded(
            total=REDIRECTS, connect=2, read=0, redirect=REDIRECTS, status=0, backoff_factor=0.2, **kept
        )


PLAIN = Way()


def _guard(url: str, target: str) -> None:
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        raise SeraiError(
            Code.NETWORK, f"{shown(url)} leads to {shown(target)}: from https: to http: serai does not follow"
        )


def host_of(url: str) -> str:
    """`example.org`, `example.org:8443`: whom a login is for."""
    parts = urlsplit(url)
    standard = {"https": 443, "http": 80}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    return host if parts.port in (None, standard) else f"{host}:{parts.port}"


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def shown(url: str) -> str:
    """The address without a password in it, for people."""
    parts = urlsplit(url)
    if parts.username is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host).geturl()
