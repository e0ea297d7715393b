"""Records as they are kept: read from the vault by the place the catalog names, and checked as they are read."""

from collections.abc import Iterator, Sequence
from typing import Any

from archiver.catalog import destroyed_rows, queries
from archiver.catalog.catalog import Catalog
from archiver.catalog.keeping_queries import filings
from archiver.normalized import Envelope, envelope_of
from archiver.vault import Vault
from archiver.warc import read_member
from custody.errors import UnavailableError
from custody.ids import AccountId, RecordNumber, RunNumber, label_of
from custody.record import Record, Version


class Shelf:
    """Fetches records and their raw bytes."""

    def __init__(self, catalog: Catalog, vault: Vault) -> None:
        self.catalog = catalog
        self.vault = vault

    def record(self, number: int) -> Record:
        """One record with all its versions. Raises UnavailableError when there is none of that number."""
        for record in self.records([number]):
            return record
        raise self.absence(number)

    def absence(self, number: int) -> UnavailableError:
        """Why there is no record of a number: it was destroyed, or never was."""
        gone = destroyed_rows.destruction_of(self.catalog.connection, number)
        if gone is None:
            hint = "`ofrecord search` lists records with their numbers."
            return UnavailableError(f"There is no record {label_of(number)}.", hint)
        about = f"{gone.cause.moment[:10]} (certificate {gone.cause.certificate})"
        return UnavailableError(
            f"{label_of(number)} was destroyed on {about}.",
            f"Nothing of its content is left. `ofrecord log --record {label_of(number)}` tells its story.",
        )

    def records(self, numbers: Sequence[int]) -> Iterator[Record]:
        """Several records in the order asked for; numbers that are not there are passed over."""
        for start in range(0, len(numbers), 500):
            wanted = numbers[start : start + 500]
            facts = queries.record_rows(self.catalog.connection, wanted)
            places = queries.versions_of_many(self.catalog.connection, wanted)
            filed = filings(self.catalog.connection, wanted)
            for number in wanted:
                if number in facts:
                    yield self._record(facts[number], places[number], filed.get(number) or facts[number]["series"])

    def versions(self, number: int) -> tuple[Version, ...]:
        """The versions of one record, oldest capture first."""
        places = queries.versions_of(self.catalog.connection, number)
        return tuple(version_of(self.envelope_at(place), place["digest"]) for place in places)

    def envelopes(self, number: int) -> list[Envelope]:
        """Everything kept beside the raw bytes of each version."""
        return [self.envelope_at(place) for place in queries.versions_of(self.catalog.connection, number)]

    def raw(self, number: int, n: int) -> bytes:
        """The raw bytes of one version, as the source had them."""
        for place in queries.versions_of(self.catalog.connection, number):
            if place["n"] == n:
                return self.raw_at(place)
        raise UnavailableError(f"There is no version {n} of {label_of(number)}.")

    def raw_at(self, place: dict[str, Any]) -> bytes:
        """The raw bytes of the version that lies at a place (`archiver.catalog.queries.versions_of`)."""
        data = self.vault.read(place["name"], place["offset"], place["raw_length"])
        return read_member(data, f"{label_of(place['number'])} in vault/{place['name']}").block

    def envelope_at(self, place: dict[str, Any]) -> Envelope:
        """Everything kept beside the raw bytes of the version that lies at a place."""
        start, length = place["offset"] + place["raw_length"], place["length"] - place["raw_length"]
        data = self.vault.read(place["name"], start, length)
        return envelope_of(read_member(data, f"{label_of(place['number'])} in vault/{place['name']}").block)

    def _record(self, facts: dict[str, Any], places: list[dict[str, Any]], series: str) -> Record:
        return Record(
            number=RecordNumber(facts["number"]),
            account=AccountId(facts["account"]),
            platform=facts["platform"],
            series=series,
            versions=tuple(version_of(self.envelope_at(place), place["digest"]) for place in places),
            current_index=facts["current"] - 1,
        )


def version_of(envelope: Envelope, digest: bytes) -> Version:
    """A version as the rest of the house knows it, from what the vault keeps."""
    return Version(
        n=envelope.version,
        captured_at=envelope.captured_at,
        as_of=envelope.as_of,
        run=RunNumber(envelope.run),
        digest=digest.hex(),
        content=envelope.content,
    )
