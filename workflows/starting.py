"""What each start looks at, also of a command that only reads: the pin, the signing key, the newest signature.

This is level V0 without the database's own check of its file, which takes as long as the file is large.
"""

from collections.abc import Iterator
from itertools import chain

from archiver import signing
from archiver.catalog import ledger_rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.catalog.ledger_check import check_newest, public_key
from archiver.catalog.unsigned_check import check_unsigned
from archiver.ledger import origin_of
from archiver.vault import Vault
from custody.errors import CustodyError, DamageError
from workflows.pins import check_pin
from workflows.settings import Settings

WRITTEN_OTHERWISE = "a value in it is of another kind than was written"
"""What is said of a catalog in which something stands that cannot be read as what it is."""


def objections(settings: Settings) -> tuple[str, ...]:
    """What speaks against relying on the archive, in plain words; empty when nothing does.

    An archive that cannot be opened is left to the command, which says so itself.
    """
    try:
        catalog = Catalog(settings.catalog)
    except CustodyError:
        return ()
    try:
        found = tuple(chain(
            check_pin(settings, catalog),
            check_key(settings, catalog),
            check_newest(catalog, signing.verify),
            check_unsigned(catalog, Vault(settings.vault, settings.archive)),
        ))  # fmt: skip
    except CustodyError as error:
        return (error.message.removesuffix("."),)
    except (KeyError, TypeError, ValueError):
        return (f"{settings.catalog.name}: {WRITTEN_OTHERWISE}",)
    finally:
        catalog.close()
    said = (f"{each.object}: {each.message}" for each in found if each.code != "checkpoint-unsigned")
    return tuple(dict.fromkeys(said))


def check_key(settings: Settings, catalog: Catalog) -> Iterator[Finding]:
    """Whether the key that signs is the one the ledger's first entry names. A copy of the archive may be without it."""
    if not settings.key.exists() or not ledger_rows.size(catalog.connection):
        return
    message = "it is not the key that the ledger names"
    try:
        if signing.read_key(settings.key, origin_of(settings.archive)).public == public_key(catalog):
            return
    except DamageError:
        message = "it is no signing key any more"
    yield Finding(code="signing-key-changed", object=settings.key.name, message=message)
