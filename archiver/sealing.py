"""What a backup is encrypted with, and a second door to the library for it: AES-256-GCM, and scrypt for passphrases.

A sealed text is a random nonce of 96 bits, then the ciphertext with its tag. Each is bound to what it is `about` (its
backup, its file, its place in it), so a sealed text that was moved elsewhere does not open there.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from archiver import durable
from custody.errors import DamageError, UsageError
from custody.ids import new_secret

SECRET = 32
NONCE = 12
OVERHEAD = NONCE + 16
"""Bytes by which a sealed text is longer."""

COST = 1 << 17
"""scrypt's N for new backups (r=8, p=1): 128 MiB and about half a second (OWASP Password Storage Cheat Sheet, 2025)."""

MOST_COST = 1 << 20
SHORTEST = 12
"""Characters a passphrase must have."""

_FIRST = "ofrecord-backup-key-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """A secret key of 32 bytes, able to close and to open."""

    secret: bytes = field(repr=False)

    def close(self, data: bytes, about: bytes) -> bytes:
        """Encrypt. Nobody reads it, or changes it unseen, without the same key."""
        nonce = new_secret(NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, data, about)

    def open(self, sealed: bytes, about: bytes) -> bytes | None:
        """Decrypt; None when another key closed it, or it is not what it was, or it is about something else."""
        if len(sealed) < OVERHEAD:
            return None
        try:
            return AESGCM(self.secret).decrypt(sealed[:NONCE], sealed[NONCE:], about)
        except InvalidTag:
            return None


def new_seal() -> Seal:
    """A new key, from the operating system's generator."""
    return Seal(secret=new_secret(SECRET))


def seal_from(passphrase: str, salt: bytes, cost: int) -> Seal:
    """The key that a passphrase stands for; slow on purpose."""
    if not 1 < cost <= MOST_COST or cost & (cost - 1):
        raise DamageError(f"this is no cost of a passphrase: {cost}")
    return Seal(secret=Scrypt(salt=salt, length=SECRET, n=cost, r=8, p=1).derive(passphrase.encode()))


def new_key_file(path: Path) -> None:
    """Make a key and keep it in a new file that only its owner may read."""
    if path.exists():
        raise UsageError(f"{path} is there already.", "Choose another name: a key is never written over.")
    secret = new_secret(SECRET)
    text = f"{_FIRST} {secret.hex()} {_check_of(secret)}\n"
    durable.write_new(path, [text.encode()], secret=True)


def read_key_file(path: Path) -> Seal:
    """The key in a file. Raises UsageError when it cannot be read or is none."""
    try:
        words = path.read_text(encoding="ascii").split()
        secret = bytes.fromhex(words[1])
        right = len(words) == 3 and words[0] == _FIRST and len(secret) == SECRET and words[2] == _check_of(secret)
    except OSError as error:
        raise UsageError(f"The key file {path} cannot be read: {error.strerror}.", "Name the right file.") from error
    except (ValueError, IndexError):
        right = False
    if not right:
        raise UsageError(
            f"{path} is no backup key, or a character of it was changed.",
            "Use another copy of the key; `ofrecord backup --new-key FILE` makes a new one, for new backups only.",
        )
    return Seal(secret=secret)


def read_passphrase(path: Path) -> str:
    """The first line of a file. Raises UsageError when it cannot be read."""
    try:
        return (path.read_text(encoding="utf-8").splitlines() or [""])[0]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The passphrase file {path} cannot be read.", "Name the right file.") from error


def _check_of(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()[:8]
