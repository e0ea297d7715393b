"""Evidence for single records: what of the ledger leaves the house with a response, made from the vault."""

from collections.abc import Sequence
from functools import lru_cache

from archiver.catalog import ledger_rows, queries, rows
from archiver.catalog.catalog import Catalog
from archiver.ledger import Ledger
from archiver.normalized import Envelope, content_bytes
from archiver.press import disclosable, kept_part
from archiver.shelf import Shelf
from archiver.vault import Vault
from custody.commitment import fields_of, part_commitment, part_keys
from custody.errors import DamageError
from custody.evidence import Part, Proof, Seal
from custody.ids import RecordNumber, label_of
from custody.ledger import inclusion_proof, leaf_hash
from custody.record import searchable_parts
from custody.words import joined


class Evidence:
    """Proofs against one signed state of the ledger, the first that holds everything of a response.

    `leaves` are the entries that it must hold.
    """

    def __init__(self, catalog: Catalog, vault: Vault, ledger: Ledger, leaves: Sequence[int]) -> None:
        self._catalog = catalog
        self._shelf = Shelf(catalog, vault)
        self._size, note = ledger.signed_beyond(max(leaves, default=0))
        read = ledger_rows.reader(catalog.connection)
        self._read = lru_cache(maxsize=4096)(lambda level, first, count: tuple(read(level, first, count)))
        self.seal = Seal(key=ledger.public_key(), checkpoint=note)

    def of(self, number: RecordNumber, n: int) -> Proof:
        """The evidence for one version, all its parts open. Raises DamageError when the ledger does not bear it out."""
        connection = self._catalog.connection
        places = queries.versions_of(connection, number)[:n]
        place, envelopes = places[-1], [self._shelf.envelope_at(each) for each in places]
        content, opening = content_bytes(envelopes[-1].content), place["opening"]
        parts = disclosable(content, self._shelf.raw_at(place))
        made = fields_of(opening, parts)
        kept = part_commitment(part_keys(opening, 1)[0], "kept", _kept(place["sha256"], envelopes))
        entry = ledger_rows.entry(connection, place["leaf"])
        if entry is None:
            raise DamageError(f"The ledger has no entry for {label_of(number)}.", "Run `ofrecord verify`.")
        return Proof(
            label=label_of(number),
            version=n,
            index=place["leaf"],
            leaf=leaf_hash(entry),
            path=tuple(inclusion_proof(place["leaf"], self._size, self._read)),
            entry=entry,
            kept=kept,
            parts=tuple(Part(name=name, commitment=c, key=key, value=parts[name]) for name, key, c in made),
        )


def _kept(sha256: bytes, envelopes: Sequence[Envelope]) -> bytes:
    row = rows.row_of_version(envelopes[-1])
    texts: dict[str, None] = {}
    for envelope in envelopes:
        texts.update(dict.fromkeys(searchable_parts(envelope.content)))
    return kept_part(sha256, joined(texts), rows.fact_bytes(rows.proved_of(row), row["digest"]))
