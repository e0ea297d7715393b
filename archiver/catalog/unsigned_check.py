"""What is not signed yet must stand in the vault as it stands in the catalog, before anybody signs it.

The program signs at the end of each writing, so only what a stopped program left is ever unsigned. Without this check
somebody who can write the database alone could change its ledger, take the signatures away, and have the next start
sign the change (docs/threat-model.md).
"""

from collections.abc import Iterator

from archiver import warc
from archiver.catalog import ledger_rows
from archiver.catalog.catalog import Catalog
from archiver.catalog.finding import Finding
from archiver.vault import Vault
from custody.errors import DamageError


def check_unsigned(catalog: Catalog, vault: Vault) -> Iterator[Finding]:
    """Compare every commit after the newest signed one with its block in the vault."""
    for row in ledger_rows.unsigned_end(catalog.connection):
        place = f"entries {row['first']} to {row['size'] - 1}"
        entries = ledger_rows.entries_between(catalog.connection, row["first"], row["size"])
        try:
            member = vault.read(row["name"], row["offset"], row["length"])
            block = warc.read_member(member, place).block
        except DamageError as error:
            yield Finding(code="exchange-damaged", object=place, message=error.message)
            continue
        if block != b"".join(entry + b"\n" for entry in entries):
            message = "the ledger in the catalog is not the one in the vault"
            yield Finding(code="ledger-changed", object=place, message=message)
