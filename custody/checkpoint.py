"""Signed statements about the ledger, in the C2SP text formats, so that tools that know nothing of us can check ours.

A note is text with signatures under it (c2sp.org/signed-note). A checkpoint is a note that says: this log, so many
entries, this root (c2sp.org/tlog-checkpoint). A proof joins an entry's place to a checkpoint (c2sp.org/tlog-proof).
Who makes and checks the signatures is handed in; this module only knows what is signed and how it is written.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from custody.errors import DamageError

LOG_KEY = 0x01
"""Signature type: Ed25519 by a log."""

WITNESS_KEY = 0x04
"""Signature type: Ed25519 with a time, by a witness (c2sp.org/tlog-cosignature)."""

MOST_SIGNATURES = 16
_DASH = "\u2014"
_PROOF = "c2sp.org/tlog-proof@v1"

Verify = Callable[[bytes, bytes, bytes], bool]
"""Whether (public key of 32 bytes, signature, message) fit together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """A public key with its owner's name, written `name+8 hex digits+base64`."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name this key in a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One line under a note: whose, by which key, and the bytes."""

    name: str
    key: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A text, ending in a newline, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        lines = [f"{_DASH} {each.name} {_b64(each.key + each.value)}\n" for each in self.signatures]
        return self.text + "\n" + "".join(lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"


def key_of(text: str) -> VerifierKey:
    """The key written in `text`. Raises DamageError when it is none, or its id is not its own."""
    parts = text.strip().split("+", 2)
    data = _unb64(parts[2]) if len(parts) == 3 else b""
    if len(data) != 33 or not _is_name(parts[0]):
        raise DamageError(f"this is no public key: {text[:60]!r}", "it looks like name+1a2b3c4d+base64")
    key = VerifierKey(name=parts[0], kind=data[0], public=data[1:])
    if key.id.hex() != parts[1]:
        raise DamageError(f"the public key of {parts[0]} does not have the id it is written with")
    return key


def note_of(data: str) -> Note:
    """A note from its text. Raises DamageError when it is not written as a signed note is."""
    text, blank, tail = data.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines.pop() or not 0 < len(lines) <= MOST_SIGNATURES or _has_controls(data):
        raise DamageError("this is no signed note: a text, an empty line and 1 to 16 signature lines are wanted")
    return Note(text=text + "\n", signatures=tuple(_signature(line) for line in lines))


def checkpoint_of(text: str) -> Checkpoint:
    """What a note's text says. Raises DamageError when it is no checkpoint."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1] or not lines[1].isascii() or not lines[1].isdigit():
        raise DamageError("this is no checkpoint: origin, size and root are wanted, a line each")
    root = _unb64(lines[2])
    if len(root) != 32 or str(int(lines[1])) != lines[1]:
        raise DamageError("this is no checkpoint: its size or root is not written as it should be")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def is_signed(note: Note, key: VerifierKey, verify: Verify) -> bool:
    """Whether the key's owner signed the note. A bad signature under its name and id counts as none at all.

    Signatures by others say nothing here, good or bad.
    """
    ours = [each for each in note.signatures if each.name == key.name and each.key == key.id]
    return bool(ours) and all(_fits(note.text, each.value, key, verify) for each in ours)


def witnessed_at(note: Note, key: VerifierKey, verify: Verify) -> int | None:
    """The second since 1970 at which a witness says it saw the note; None when it did not sign it."""
    times = [
        int.from_bytes(each.value[:8], "big")
        for each in note.signatures
        if each.name == key.name and each.key == key.id and _fits(note.text, each.value, key, verify)
    ]
    return max(times, default=None)


def cosigned_message(text: str, at: int) -> bytes:
    """What a witness signs: the note's text and the second at which it saw it."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def proof_text(index: int, hashes: Sequence[bytes], note: str) -> str:
    """The proof that entry `index` is in the log of a checkpoint, as a file."""
    lines = "".join(f"{_b64(each)}\n" for each in hashes)
    return f"{_PROOF}\nindex {index}\n{lines}\n{note}"


def proof_of(data: str) -> tuple[int, list[bytes], str]:
    """The entry's index, its hashes and the checkpoint's note in a proof. Raises DamageError when it is none."""
    head, _, note = data.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != _PROOF or len(lines) < 2 or not lines[1].startswith("index ") or not lines[1][6:].isdigit():
        raise DamageError("this is no proof: it does not begin as one")
    hashes = [_unb64(line) for line in lines[2:]]
    if any(len(each) != 32 for each in hashes):
        raise DamageError("this is no proof: a line of it is no hash")
    return int(lines[1][6:]), hashes, note


def _fits(text: str, value: bytes, key: VerifierKey, verify: Verify) -> bool:
    if key.kind == WITNESS_KEY:
        message = cosigned_message(text, int.from_bytes(value[:8], "big"))
        return len(value) == 72 and verify(key.public, value[8:], message)
    return key.kind == LOG_KEY and verify(key.public, value, text.encode())


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, coded = rest.partition(" ")
    data = _unb64(coded)
    if dash != _DASH or not _is_name(name) or len(data) < 5:
        raise DamageError("this is no signed note: a signature line is not written as it should be")
    return Signature(name=name, key=data[:4], value=data[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def _has_controls(text: str) -> bool:
    return any(c < " " and c != "\n" for c in text)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
