"""The archive's signing key, and the one door to the library that signs: Ed25519."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from archiver import durable
from custody.checkpoint import LOG_KEY, WITNESS_KEY, Signature, VerifierKey
from custody.errors import DamageError, UnavailableError

_NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm, InternalError)
"""What the library says of a file with one changed bit: no key, one with a password, one of a kind it does not know."""


@dataclass(frozen=True, kw_only=True)
class LogKey:
    """The key with which an archive signs its checkpoints. `name` is the log's."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> VerifierKey:
        """The half that everybody may have."""
        raw = self.private.public_key().public_bytes_raw()
        return VerifierKey(name=self.name, kind=LOG_KEY, public=raw)

    def signed(self, text: str) -> Signature:
        """The signature under a text."""
        return Signature(name=self.name, key=self.public.id, value=self.private.sign(text.encode()))


@dataclass(frozen=True, kw_only=True)
class WitnessKey:
    """The key with which a witness signs what it has seen, and when."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> VerifierKey:
        """The half that everybody may have."""
        raw = self.private.public_key().public_bytes_raw()
        return VerifierKey(name=self.name, kind=WITNESS_KEY, public=raw)

    def signed(self, message: bytes, at: int) -> Signature:
        """The signature to a message seen at a second since 1970."""
        value = at.to_bytes(8, "big") + self.private.sign(message)
        return Signature(name=self.name, key=self.public.id, value=value)


def new_witness_key(path: Path, name: str) -> WitnessKey:
    """Make a witness's key; its name stands in the file's first line."""
    return WitnessKey(name=name, private=_new(path, f"{name}\n".encode()))


def read_witness_key(path: Path) -> WitnessKey:
    """A witness's key from its file. Raises UnavailableError when there is none, DamageError when it is no key."""
    name, private = _read(path)
    return WitnessKey(name=name, private=private)


def new_key(path: Path, name: str) -> LogKey:
    """Make a key and keep it in a file that only its owner may read."""
    return LogKey(name=name, private=_new(path))


def _new(path: Path, head: bytes = b"") -> Ed25519PrivateKey:
    private = Ed25519PrivateKey.generate()
    encoded = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    durable.write_new(path, [head + encoded], secret=True)
    return private


def read_key(path: Path, name: str) -> LogKey:
    """The key in a file. Raises UnavailableError when it is gone, DamageError when it is none."""
    return LogKey(name=name, private=_read(path)[1])


def _read(path: Path) -> tuple[str, Ed25519PrivateKey]:
    try:
        head, begin, rest = path.read_bytes().partition(b"-----BEGIN")
        private = serialization.load_pem_private_key(begin + rest, password=None)
    except OSError as error:
        raise UnavailableError(
            f"The signing key {path} cannot be read: {error.strerror}.",
            "Restore it from a backup; nothing was changed.",
        ) from error
    except _NO_KEY as error:
        raise DamageError(f"{path} is no signing key.", "Restore it from a backup.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise DamageError(f"{path} is no Ed25519 key.", "Restore it from a backup.")
    return head.decode("utf-8", "replace").strip(), private


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of a public key (32 bytes) signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
