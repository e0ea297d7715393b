"""The network: the one place that speaks HTTP, and the one place where secrets could leak.

Live feeds: only http and https, only public addresses (unless the city allows its own network), at most five
redirects, a limit in bytes and in time. The address that is checked is the address that is connected to, at every hop.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import httpx
from httpcore import ConnectError, NetworkBackend, NetworkStream, SyncBackend

from custody.errors import InputError, UnavailableError

LARGEST = 64 * 1024 * 1024
SECONDS = 30.0
REDIRECTS = 5
_SHORT = 1 << 16
_SECRET = re.compile(
    r"((?:access_token|token|api_?key|key|sig|appsecret_proof|client_secret|refresh_token|password)=)[^&#\s]+", re.I
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer. `status` 200, 304 (not changed) or 410 (gone); `moved_to` when the address has changed for good."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: str = ""


class Fetcher(Protocol):
    """The way to the network."""

    def fetch(self, url: str, etag: str, last_modified: str) -> Fetched:
        """Ask for an address; the two validators, when not "", let the site answer "not changed"."""


class HttpFetcher:
    """Fetches for real."""

    def __init__(self, allow_private: bool = False) -> None:
        self.allow_private = allow_private

    def fetch(self, url: str, etag: str, last_modified: str) -> Fetched:
        """Ask for an address. Raises InputError on what is no public web address, UnavailableError when it fails."""
        headers = {"User-Agent": "Ofrecord (municipal public records archive)", "Accept-Encoding": "gzip"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        moved_to, current = "", url
        transport = httpx.HTTPTransport(trust_env=False)
        transport._pool._network_backend = _GuardedBackend(self.allow_private)
        try:
            with httpx.Client(transport=transport, timeout=SECONDS, trust_env=False) as client:
                for _ in range(REDIRECTS + 1):
                    _refuse_odd(current)
                    answer = self._once(client, current, headers)
                    if answer.status not in (301, 302, 303, 307, 308):
                        return _judged(answer, url, moved_to)
                    if answer.status in (301, 308) and (moved_to or current == url):
                        moved_to = urljoin(current, answer.headers.get("location", ""))
                    current = urljoin(current, answer.headers.get("location", ""))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise UnavailableError(
                f"{without_secrets(url)} could not be read: {without_secrets(str(error))}.",
                "Check the address and the connection, then try again. Nothing was changed.",
            ) from None
        raise UnavailableError(f"{without_secrets(url)} redirects more than {REDIRECTS} times.", "Check the address.")

    def _once(self, client: httpx.Client, url: str, headers: dict[str, str]) -> Fetched:
        with client.stream("GET", url, headers=headers) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise InputError(f"{without_secrets(url)} sends more than {LARGEST // 1024 // 1024} MiB.")
            return Fetched(status=answer.status_code, headers=dict(answer.headers), body=body)


class FakeFetcher:
    """Answers from a table: for tests and demos. Remembers what it was asked for."""

    def __init__(self, answers: Mapping[str, Fetched]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, str]] = []

    def fetch(self, url: str, etag: str, last_modified: str) -> Fetched:
        """The prepared answer for an address."""
        self.asked.append((url, etag, last_modified))
        if url not in self.answers:
            raise UnavailableError(f"{url} does not answer.", "Check the address.")
        return self.answers[url]


def post_text(url: str, text: str, seconds: float) -> tuple[int, str]:
    """Send a short text to an address a person has named, and read the short answer: its status and its words.

    Raises UnavailableError when nobody answers. No redirect is followed and no proxy asked.
    """
    try:
        with (
            httpx.Client(timeout=seconds, trust_env=False) as client,
            client.stream("POST", url, content=text.encode()) as answer,
        ):
            said = b""
            for piece in answer.iter_bytes():
                said += piece
                if len(said) > _SHORT:
                    raise UnavailableError(
                        f"{without_secrets(url)} answers at too great a length.", "Check the address."
                    )
            return answer.status_code, said.decode("utf-8", "replace")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise UnavailableError(
            f"{without_secrets(url)} does not answer ({without_secrets(str(error))}).", "Try again later."
        ) from None


def without_secrets(text: str) -> str:
    """A text with every secret in an address blotted out, at its own length."""
    return _SECRET.sub(lambda found: found.group(1) + "x" * (len(found.group(0)) - len(found.group(1))), text)


def _judged(answer: Fetched, url: str, moved_to: str) -> Fetched:
    if answer.status in (200, 304, 410):
        return Fetched(status=answer.status, headers=answer.headers, body=answer.body, moved_to=moved_to)
    wait = answer.headers.get("retry-after", "")
    later = f" It asks to wait {wait} seconds." if wait.isdigit() else ""
    raise UnavailableError(
        f"{without_secrets(url)} answered {answer.status}.{later}",
        "Check the address in a browser; if the site is down, try again later. Nothing was changed.",
    )


def _refuse_odd(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{without_secrets(url)} is no web address.", "It must begin with http:// or https://.")
    if parts.username or parts.password:
        raise InputError("The address carries a user name or password.", "Give an address without them.")


class _GuardedBackend(NetworkBackend):
    """Resolves once, refuses what is not public, and connects to the very address it has judged."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._plain = SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        address = self._public(host, port)
        return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(self, *_: Any, **__: Any) -> NetworkStream:
        raise ConnectError("no sockets of this machine")

    def _public(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise ConnectError(f"there is no such site ({host})") from error
        address = str(found[0][4][0])
        if self._allow_private or is_public(address):
            return address
        raise ConnectError(f"{host} is inside a private network; allow it with --allow-private-network")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, seen through every way of wrapping another address."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not inner.is_global:
            return False
    return ip.is_global and not ip.is_multicast
