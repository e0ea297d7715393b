"""The checker finds what is broken, by its name, and nothing in what is whole; flips and cuts without exception."""

import io
import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver import warc
from archiver.warc_check import Tally, check, check_stream
from archiver.warc_rules import RULES, Finding, Profile
from tests.archiver.warc_bad import Case, bad, good, own, record
from tests.conftest import Archive

SEED = 20261121


def found(name: str, data: bytes, profile: Profile = Profile.OFRECORD) -> list[Finding]:
    return list(check_stream(io.BytesIO(data), name, profile))


@pytest.mark.parametrize("case", [*good(), *bad()], ids=lambda case: case.id)
def test_each_file_breaks_exactly_the_rules_it_was_made_to_break(case: Case) -> None:
    findings = found(case.name, case.data, Profile(case.profile))
    assert sorted(finding.code for finding in findings) == sorted(case.codes)
    assert all(0 <= finding.offset <= len(case.data) for finding in findings)


def test_every_rule_has_a_bad_file_and_plain_words() -> None:
    cases = list(bad())
    shown = {code for case in cases for code in case.codes}
    assert shown == set(RULES)
    assert sum(bool(case.codes) for case in cases) >= 45
    for code, rule in RULES.items():
        assert rule.means and rule.cure and code.startswith("W-")
    print(f"{len(RULES)} rules, {len(cases)} bad files, {len(list(good()))} good ones")


def test_a_cut_between_two_records_is_beyond_any_reader_of_one_file() -> None:
    data = own(record(1)) + own(record(2), info=False)
    assert found("a.warc.gz", own(record(1))) == found("b.warc.gz", data) == []


def test_after_damage_the_search_goes_on_to_the_end(tmp_path: Path) -> None:
    pieces = [warc.packed(record(n)) for n in range(1, 9)]
    for broken in (1, 4, 6):
        pieces[broken] = pieces[broken][:30] + b"\xff" * 9 + pieces[broken][39:]
    pieces[7] = pieces[7][:-1] + b"\x77"
    tally = Tally()
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(pieces))
    findings = list(check(path, Profile.STANDARD, tally))
    starts = [sum(map(len, pieces[:n])) for n in range(8)]
    assert {finding.offset for finding in findings if finding.is_damage} == {starts[n] for n in (1, 4, 6, 7)}
    assert tally.bytes == len(b"".join(pieces)) and tally.records >= 5


@pytest.fixture
def segments(archive: Archive, jsonl: Callable[..., Path]) -> list[Path]:
    """What the product itself wrote: records with a picture, a quarantined line, acts."""
    repeats = "la la la la la la " * 9
    lines: list[dict[str, Any]] = [
        {"object_id": str(n), "text": f"Snow plow {n} on Main Street. {repeats}"} for n in range(4)
    ]
    lines.append({"object_id": "9", "text": "With a picture", "media": [{"uri": "a.png"}]})
    name = jsonl("taken", *lines, "{broken", media={"a.png": _picture()})
    archive.take_in(name)
    return sorted((archive.home / "vault").rglob("*.warc.gz"))


def _picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + random.Random(SEED).randbytes(700)


def test_what_the_product_writes_has_no_finding(segments: list[Path], archive: Archive) -> None:
    rooms = {path.relative_to(archive.home / "vault").parts[0] for path in segments}
    assert rooms == {"acts", "ledger", "media", "quarantine", "segments"}
    for path in segments:
        for profile in Profile:
            assert list(check(path, profile)) == []


def _flipped(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def _media(tmp_path: Path) -> Path:
    """A media file: small compressed warcinfo, then stored blocks (several of them)."""
    block = random.Random(SEED).randbytes(800)
    name = "ab" * 32
    uri: dict[str, str | None] = {"WARC-Target-URI": f"urn:ofrecord:0123456789ab:media:{name}"}
    head, body = record(1, block=block, fields=uri).split(b"\r\n\r\n", 1)
    pieces = iter([body[:300], body[300:-4]])
    path = tmp_path / f"{name}.warc.gz"
    path.write_bytes(own() + b"".join(warc.stored_chunks(head + b"\r\n\r\n", pieces)))
    assert list(check(path, Profile.OFRECORD)) == []
    return path


def test_two_thousand_flipped_bits_are_all_found(segments: list[Path], tmp_path: Path) -> None:
    chance, missed, total, notes, codes = random.Random(SEED), [], 0, 0, Counter[str]()
    paths = [*(path for path in segments if path.stat().st_size < 20_000), _media(tmp_path)]
    share = -(-2000 // len(paths))
    for path in paths:
        data = path.read_bytes()
        for bit in (chance.randrange(len(data) * 8) for _ in range(share)):
            findings = found(path.name, _flipped(data, bit))
            codes.update({finding.code for finding in findings})
            total += 1
            missed += [] if findings else [(path.name, bit)]
            notes += bool(findings) and not any(finding.is_damage for finding in findings)
    print(f"seed {SEED}: {total} flips in {len(paths)} files, {len(missed)} missed, {notes} found as a note; {codes}")
    assert total >= 2000 and missed == []


def test_the_bits_no_checksum_covers_are_found_too(tmp_path: Path) -> None:
    """Every bit of a small file: headers, trailers, padding, repetitions that read the same either way."""
    data = own(record(1, block=b"ab" * 40))
    missed = [bit for bit in range(len(data) * 8) if not found("a.warc.gz", _flipped(data, bit))]
    media = _media(tmp_path).read_bytes()
    size = len(own())
    stored = [*range(8 * size, 8 * size + 15 * 8), *range(8 * len(media) - 400, 8 * len(media))]
    missed += [bit for bit in stored if not found(f"{'ab' * 32}.warc.gz", _flipped(media, bit))]
    print(f"{len(data) * 8} + {len(stored)} bits, {len(missed)} missed")
    assert missed == []


def test_a_thousand_cuts_are_all_found(segments: list[Path], tmp_path: Path) -> None:
    chance, missed, total, whole = random.Random(SEED), [], 0, 0
    for path in (*segments, _media(tmp_path)):
        data = path.read_bytes()
        with path.open("rb") as stream:
            starts = [offset for offset, _, _ in warc.walk(stream, len(data), path.name)]
        last = range(starts[-1] + 1, len(data))
        cuts = [*last, *(chance.randrange(1, len(data)) for _ in range(1000 // len(segments) + 1))]
        for cut in cuts:
            findings = found(path.name, data[:cut])
            if cut in starts:
                whole += 1
            elif not any(finding.is_damage for finding in findings):
                missed.append((path.name, cut))
            total += cut not in starts
    print(f"seed {SEED}: {total} cuts, {len(missed)} missed; {whole} more fell exactly between two records")
    assert total >= 1000 and missed == []


def test_flips_and_cuts_never_end_in_an_exception_in_files_of_others() -> None:
    chance = random.Random(SEED)
    plain = b"".join(case.data for case in good() if case.name.endswith(".warc")) + record(7, block=b"x" * 500)
    compressed = own(record(1), record(2))
    for name, data in (("a.warc", plain), ("a.warc.gz", compressed)):
        unseen = 0
        for _ in range(300):
            unseen += not found(name, _flipped(data, chance.randrange(len(data) * 8)), Profile.STANDARD)
            found(name, chance.randbytes(3) + data[chance.randrange(len(data)) :], Profile.STANDARD)
        print(f"{name}: {unseen} of 300 flips change nothing that a rule could see")


def test_memory_stays_flat_and_time_linear(tmp_path: Path) -> None:
    path = tmp_path / f"{'0' * 64}.warc.gz"
    size = 24 * 1024 * 1024
    uri: dict[str, str | None] = {"Content-Length": str(size), "WARC-Block-Digest": None}
    head = record(1, block=b"", fields=uri, end=b"")
    with path.open("wb") as file:
        file.writelines(warc.stored_chunks(head, (bytes(1 << 20) for _ in range(size >> 20))))
    tracemalloc.start()
    started = time.monotonic()
    assert [finding.code for finding in check(path, Profile.STANDARD)] == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"24 MiB: {time.monotonic() - started:.2f} s, {peak / 1e6:.1f} MB at most")
    assert peak < 4_000_000


def test_the_files_of_others_are_read_to_their_end(shared: Path) -> None:
    paths = [path for path in sorted((shared / "warc").rglob("*")) if path.name.endswith((".warc", ".warc.gz"))]
    if not paths:
        pytest.skip("no WARC files of others in ../shared/data/warc")
    total = Tally()
    for path in paths:
        tally = Tally()
        codes = Counter(finding.code for finding in check(path, Profile.STANDARD, tally))
        assert tally.records and tally.bytes == path.stat().st_size
        total.records += tally.records
        print(f"{path.name[-40:]}: {tally.records} records, {dict(codes)}")
    assert total.records > 500
