"""Keys, signed notes, signatures and the ledger's tree: what stands between a package and the city's public key.

Signatures are checked by the few lines of RFC 8032 here and by no library, installed or not: so that the answer is the
same on every computer. Nothing secret is computed, hence nothing can leak by its timing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

_NOTE = re.compile("((?:[^\n]+\n)+)\n((?:\u2014 [^ \n]+ [^ \n]+\n){1,16})")
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def sha256(data: bytes) -> bytes:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).digest()


def unb64(text: str) -> bytes:
    """The bytes in base64. Raises ValueError unless it is written in the one way there is."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not base64 as it should be")
    return data


def key_in(text: str) -> tuple[str, bytes, bytes]:
    """A public key's name, its id (4 bytes) and the key (32 bytes). Raises ValueError when it is none."""
    found = _KEY.fullmatch(text)
    data = unb64(found[3]) if found else b""
    if not found or len(data) != 33 or data[0] != 1 or sha256(f"{found[1]}\n".encode() + data)[:4].hex() != found[2]:
        raise ValueError("this is no public key")
    return found[1], bytes.fromhex(found[2]), data[1:]


def note_in(text: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """A signed note's text, and of each signature its name, key id and bytes. Raises ValueError when it is none."""
    found = _NOTE.fullmatch(text)
    if not found or any(letter < " " and letter != "\n" for letter in text):
        raise ValueError("this is no signed note")
    signatures = []
    for line in found[2][:-1].split("\n"):
        _, name, value = line.split(" ")
        data = unb64(value)
        if len(data) < 5:
            raise ValueError("this is no signature")
        signatures.append((name, data[:4], data[4:]))
    return found[1], signatures


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of a public key signed the message: Ed25519, RFC 8032, every encoding the one there is."""
    key, s = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or s >= _L:
        return False
    x, y, z, t = key
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    x, y, z, t = _sum(_times(s, _BASE), _times(h, (_P - x, y, z, _P - t)))
    inverse = pow(z, _P - 2, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def root_of(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of `size` entries to which a path leads from entry `index` (RFC 9162, 2.1.3.2); empty when to none."""
    if index >= size:
        return b""
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return b""
        if index & 1 or index == last:
            node = sha256(b"\x01" + sibling + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling)
        index, last = index >> 1, last >> 1
    return node if last == 0 else b""


def _point(data: bytes) -> _Point | None:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(data) != 32 or y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _sum(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _sum(total, point)
        point, number = _sum(point, point), number >> 1
    return total


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)
