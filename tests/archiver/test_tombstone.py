"""A tombstone has exactly the length of what it replaces, everybody reads it, and it says nothing of what was there."""

import gzip
import io
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver import warc
from archiver.tombstone import Cause, destroyed_in, tombstone
from archiver.warc_check import Tally, check
from archiver.warc_rules import Profile
from custody.errors import DamageError
from custody.ids import ArchiveId

ARCHIVE = ArchiveId("0123456789ab")
CAUSE = Cause(number=1, certificate="DC-2026-0001", moment="2026-11-20T18:00:00.000Z")
LENGTHS = [*range(700, 760), 993, 65_535, 65_536, 70_001, 1_000_003, 20_000_000]


@pytest.mark.parametrize("length", LENGTHS)
def test_it_has_exactly_the_length_asked_for_and_is_a_sound_member(length: int) -> None:
    made = tombstone(ARCHIVE, 12, 3, CAUSE, length)
    assert len(made) == length
    assert made == tombstone(ARCHIVE, 12, 3, CAUSE, length), "the same bytes every time"
    exchange = warc.read_member(made, "here")
    assert destroyed_in(exchange) == (12, 3)
    assert b"DC-2026-0001" in exchange.block and b"R12 version 3" in exchange.block
    assert gzip.decompress(made).startswith(b"WARC/1.1\r\n"), "as gzip reads it"
    [(offset, member, _)] = list(warc.walk(io.BytesIO(made), length, "here"))
    assert (offset, member) == (0, made)


def test_the_smallest_pair_ever_written_has_room_for_it() -> None:
    """A pair holds two headers with random digests and a random opening: 900 bytes and more."""
    longest = Cause(number=10**6, certificate="DC-2026-999999", moment=CAUSE.moment)
    assert len(tombstone(ARCHIVE, 10**12, 65_000, longest, 720)) == 720
    with pytest.raises(DamageError, match="R12 version 3: 300 bytes have no room"):
        tombstone(ARCHIVE, 12, 3, CAUSE, 300)


def test_other_programs_and_our_strict_checker_read_it(tmp_path: Path) -> None:
    info = warc.warcinfo_bytes("01234567-89ab-8fff-8000-000000030000", CAUSE.moment, "a.warc.gz", "a segment")
    path = tmp_path / "a.warc.gz"
    path.write_bytes(info + tombstone(ARCHIVE, 1, 1, CAUSE, 993) + tombstone(ARCHIVE, 2, 1, CAUSE, 90_000))
    with path.open("rb") as file:
        kinds = [
            found.rec_type for found in ArchiveIterator(file, check_digests="raise") if found.content_stream().read()
        ]
    assert kinds == ["warcinfo", "metadata", "metadata"]
    assert list(check(path, Profile.OFRECORD, Tally())) == []


def test_what_is_no_tombstone_is_taken_for_none() -> None:
    other = warc.exchange(b"metadata", "x", CAUSE.moment, "urn:ofrecord:0123456789ab:act12", "application/json", b"{}")
    assert destroyed_in(warc.parse(other, "here")) is None
