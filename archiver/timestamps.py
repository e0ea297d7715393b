"""Time stamps by an authority (RFC 3161): somebody outside says that a checkpoint was there by a certain time.

Nothing is sent from here: a request is a file, so is the reply, and a reply is checked against a certificate that the
person gives. The one door to the library that reads them.
"""

from datetime import datetime

from cryptography.x509 import load_pem_x509_certificate
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from custody.errors import DamageError, InputError


def request(message: bytes) -> bytes:
    """The question to an authority, for its SHA-256 of the message; the message itself is not in it."""
    asked: bytes = TimestampRequestBuilder().data(message).cert_request(cert_request=True).build().as_bytes()
    return asked


def stamped_at(reply: bytes, message: bytes, certificate: bytes) -> datetime:
    """When the authority says it saw the message. `certificate` is the PEM text of the authority's root.

    Raises InputError when the certificate or the reply is none, DamageError when the reply is not about this message
    or not by this authority.
    """
    try:
        root = load_pem_x509_certificate(certificate)
    except ValueError as error:
        raise InputError("This is no certificate.", "Give the authority's root certificate as PEM text.") from error
    try:
        response = decode_timestamp_response(reply)
        moment: datetime = response.tst_info.gen_time
    except ValueError as error:
        raise InputError(f"This is no time stamp: {error}", "Give the authority's reply as it came.") from error
    try:
        VerifierBuilder().add_root_certificate(root).build().verify_message(response, message)
    except VerificationError as error:
        raise DamageError(f"The time stamp does not fit: {error}.", "Ask the authority again.") from error
    return moment
