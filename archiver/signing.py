"""The archive's signing key, and the one door to the library that signs: Ed25519."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from archiver import durable
from custody.checkpoint import LOG_KEY, Signature, VerifierKey
from custody.errors import DamageError, UnavailableError


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


def new_key(path: Path, name: str) -> LogKey:
    """Make a key and keep it in a file that only its owner may read."""
    private = Ed25519PrivateKey.generate()
    encoded = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    durable.write_new(path, [encoded], secret=True)
    return LogKey(name=name, private=private)


def read_key(path: Path, name: str) -> LogKey:
    """The key in a file. Raises UnavailableError when it is gone, DamageError when it is none."""
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UnavailableError(
            f"The signing key {path} cannot be read: {error.strerror}.",
            "Restore it from a backup; nothing was changed.",
        ) from error
    except ValueError as error:
        raise DamageError(f"{path} is no signing key.", "Restore it from a backup.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise DamageError(f"{path} is no Ed25519 key.", "Restore it from a backup.")
    return LogKey(name=name, private=private)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of a public key (32 bytes) signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
