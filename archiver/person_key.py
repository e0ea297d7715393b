"""One person's signing key, kept encrypted under their password: Argon2id for the password, AES-256-GCM for the key.

Whoever has the file and not the password cannot sign in the person's name. The program cannot either: it asks for the
password each time. The file says with which parameters it was made, so that they can grow with the years.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from archiver import durable
from archiver.sealing import Seal
from custody.errors import DamageError, UnavailableError, UsageError
from custody.ids import new_secret

FORMAT = "ofrecord-person-key/1"
ITERATIONS, LANES, MEMORY_KIB = 3, 4, 65_536
"""64 MiB, three passes, four lanes: above the least of OWASP's Password Storage Cheat Sheet (19 MiB, two, one)."""

MOST_ITERATIONS, MOST_LANES, MOST_MEMORY_KIB = 64, 64, 4_194_304
"""What a key file may ask for; more would only be a way to stop the program."""

_GONE = "Restore it from a backup; or have the director retire the person and enrol them anew."


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonKey:
    """A person's key, open for the moment in which it signs."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        """The half that everybody may have: 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature to some bytes."""
        return self.private.sign(message)


def new_person_key() -> PersonKey:
    """A new key, in memory."""
    return PersonKey(private=Ed25519PrivateKey.generate())


def save_person_key(path: Path, key: PersonKey, password: str, about: str) -> None:
    """Keep a key under a password, in a file that only its owner may read. `about` binds it to its archive and user."""
    salt = new_secret(16)
    kdf = {
        "name": "argon2id", "salt": _b64(salt), "iterations": ITERATIONS, "lanes": LANES, "memory_kib": MEMORY_KIB,
    }  # fmt: skip
    sealed = _seal(password, kdf).close(key.private.private_bytes_raw(), _about(about, key.public))
    data = {"format": FORMAT, "about": about, "public": _b64(key.public), "kdf": kdf, "sealed": _b64(sealed)}
    durable.write_new(path, [json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"], secret=True)


def open_person_key(path: Path, password: str, about: str) -> PersonKey | None:
    """The key in a file; None when the password is another one.

    Raises UnavailableError when the file is gone, DamageError when it is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnavailableError(f"The key file {path} cannot be read: {error.strerror}.", _GONE) from error
    except ValueError as error:
        raise DamageError(f"{path} is no key file.", _GONE) from error
    try:
        if data["format"] != FORMAT or data["about"] != about:
            raise ValueError
        public, sealed, kdf = _unb64(data["public"]), _unb64(data["sealed"]), dict(data["kdf"])
        plain = _seal(password, kdf).open(sealed, _about(about, public))
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise DamageError(f"{path} is no key file of this archive and person.", _GONE) from error
    if plain is None:
        return None
    key = PersonKey(private=Ed25519PrivateKey.from_private_bytes(plain))
    if key.public != public:
        raise DamageError(f"{path} was changed: its two halves do not fit together.", _GONE)
    return key


def public_half(path: Path) -> bytes:
    """The half of a key file that everybody may have, without a password; empty when it is no key file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        is_whole = data["format"] == FORMAT and {"about", "kdf", "sealed"} <= data.keys()
        return _unb64(data["public"]) if is_whole else b""
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return b""


def _seal(password: str, kdf: dict[str, Any]) -> Seal:
    iterations, lanes, memory = (int(kdf[name]) for name in ("iterations", "lanes", "memory_kib"))
    salt = _unb64(kdf["salt"])
    fits = 0 < iterations <= MOST_ITERATIONS and 0 < lanes <= MOST_LANES and 8 * lanes <= memory <= MOST_MEMORY_KIB
    if kdf["name"] != "argon2id" or not fits or len(salt) < 16:
        raise ValueError("no parameters of a password")
    try:
        made = Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory)
        return Seal(secret=made.derive(password.encode("utf-8", "surrogatepass")))
    except MemoryError as error:
        raise UsageError("There is not enough memory to open the key file.", "Close other programs.") from error


def _about(about: str, public: bytes) -> bytes:
    return f"{FORMAT}\0{about}\0".encode() + public


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
