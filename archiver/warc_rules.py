"""The rules a WARC file is checked by: each with its code, what it means when broken, and what to do, in plain words.

The one table `RULES` is what people read; which bytes break which rule is decided in `archiver/warc_check.py` and
`archiver/warc_fields.py`. Sources: ISO 28500:2017 (WARC 1.1), RFC 1952 (gzip), RFC 9112 (chunked coding), and for our
own profile docs/format.md.
"""

from dataclasses import dataclass
from enum import Enum


class Profile(Enum):
    """Which rules count: those of every WARC, or also those of the files Ofrecord writes."""

    STANDARD = "standard"
    OFRECORD = "ofrecord"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What a broken rule means and what to do. A `note` is no damage: something a person may want to know."""

    means: str
    cure: str
    note: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One broken rule: its code, the byte of the file where the record (or member) begins, and what is there."""

    code: str
    offset: int
    detail: str = ""

    @property
    def rule(self) -> Rule:
        """What it means and what to do."""
        return RULES[self.code]

    @property
    def is_damage(self) -> bool:
        """Whether the file breaks a rule; False for a mere note."""
        return not self.rule.note


_RESTORE = "restore the file from a backup, or get it again from where it came; keep the damaged one beside it"
_MAKER = "tell whoever made the file; its bytes can be kept as they are, but other programs may read it differently"
_KEEP = "nothing has to be done; keep it with the file's papers"
_OWN = "restore the file from a backup; if the program was never that of this archive, check with --profile standard"


def _damage(means: str) -> Rule:
    return Rule(means=means, cure=_RESTORE)


def _form(means: str) -> Rule:
    return Rule(means=means, cure=_MAKER)


def _note(means: str, cure: str = _KEEP) -> Rule:
    return Rule(means=means, cure=cure, note=True)


def _own(means: str) -> Rule:
    return Rule(means=means, cure=_OWN)


RULES: dict[str, Rule] = {
    "W-01-empty-file": _damage("the file holds nothing at all"),
    "W-02-not-warc": _damage("the file does not begin as a WARC file does"),
    "W-03-cut-off": _damage("the file ends in the middle of a record: its end is missing"),
    "W-04-trailing-bytes": _damage("after the last record come bytes that are no record"),
    "W-05-lost-bytes": _damage("between two records stand bytes that belong to none: a record may be lost there"),
    "W-06-too-many-breaks": _damage("so many places are broken that the rest of the file was not judged"),
    "W-07-not-compressed": _own("Ofrecord writes compressed files only, and this one is not"),
    "W-10-gzip-broken": _damage("the compressed bytes cannot be unpacked"),
    "W-11-gzip-checksum": _damage("what was unpacked does not have the checksum that was stored with it"),
    "W-12-gzip-size": _damage("what was unpacked is not as long as was stored with it"),
    "W-13-gzip-flags": _damage("a gzip header sets bits that are reserved and must be zero"),
    "W-14-gzip-header": _own("a gzip header is not the only one that Ofrecord writes"),
    "W-15-gzip-method": _damage("a gzip header names a compression that does not exist"),
    "W-16-gzip-header-checksum": _damage("a gzip header does not have the checksum it names"),
    "W-17-gzip-many-records": _form("one gzip member holds more than one record, so that none can be read alone"),
    "W-18-gzip-empty": _form("a gzip member holds nothing"),
    "W-19-gzip-other-bytes": Rule(
        means="the content is whole, but its compressed bytes are not those that Ofrecord writes for it: a bit changed "
        "where it does no harm, or another version of the compressor wrote it",
        cure="if the program was not updated since, restore the file from a backup; the content can be trusted",
    ),
    "W-20-gzip-remainder": _damage("a gzip member goes on after its record has ended"),
    "W-21-gzip-other-packer": _note(
        "the compressed bytes are those of another version of the compressor, or of another kind of computer, so they "
        "cannot be compared; the content is whole"
    ),
    "W-30-version": _form("a record does not begin with WARC/1.0 or WARC/1.1"),
    "W-31-header-line": _damage("a line of a record's header is no named field, or holds characters it must not hold"),
    "W-32-header-too-large": _damage("a record's header is larger than 64 KiB or has no end"),
    "W-33-header-end": _damage("a record's header is not closed by an empty line"),
    "W-34-line-ends": _form("a record's header has line ends that are not CR LF"),
    "W-36-length-form": _damage("a record's Content-Length is no number"),
    "W-37-length-wrong": _damage("a record is not as long as its header says"),
    "W-38-record-end": _damage("a record is not closed by two empty lines (CR LF CR LF)"),
    "W-39-not-a-record": _damage("a gzip member does not hold a WARC record"),
    "W-40-field-missing": _damage("a record lacks a field that each record must have"),
    "W-41-field-required": _form("a record lacks a field that its type must have"),
    "W-42-field-forbidden": _form("a record has a field that its type must not have"),
    "W-43-field-twice": _form("a record has a field twice that may stand only once"),
    "W-44-type-unknown": _note("a record is of a type the standard does not know; readers pass over it"),
    "W-45-date": _form("a date is not written as the standard says (UTC, at most nine digits of a second)"),
    "W-46-record-id": _form("a record's identity is not an address in angle brackets"),
    "W-47-record-id-twice": _form("two records of the file have the same identity"),
    "W-48-target-uri": _form("a record's target address is no address, or stands in angle brackets"),
    "W-49-digest-form": _damage("a digest is not written as algorithm:value, or cannot be of that algorithm"),
    "W-50-block-digest": _damage("the block does not have the digest its header names: its bytes changed"),
    "W-51-payload-digest": _damage("the payload does not have the digest its header names, chunked or not"),
    "W-52-digest-unknown": _note("a digest is of an algorithm not known here, so it proves nothing"),
    "W-53-digest-padding": _note("a digest is written with padding (=), which the standard's grammar does not allow"),
    "W-54-content-type": _form("a Content-Type is no media type"),
    "W-55-no-content-type": _note("a record does not say of which type its block is, as it should"),
    "W-56-truncated-form": _form("a WARC-Truncated field gives no reason in one word"),
    "W-57-truncated": _note("the crawler itself kept only a part of this, and says so", "ask if the rest is needed"),
    "W-58-segment": _damage("the segments of one record do not fit together: number, address, origin or length"),
    "W-59-segment-elsewhere": _note("a record is continued in, or continues one of, another file", "keep both files"),
    "W-60-revisit-digest": _form("a revisit for an identical payload does not name that payload's digest"),
    "W-61-revisit-refers": _note("a revisit does not say which record it repeats", "keep the files of one crawl"),
    "W-62-revisit-profile": _note("a revisit is of a kind the standard does not know"),
    "W-63-ip-address": _form("a WARC-IP-Address is no numeric internet address"),
    "W-64-refers-elsewhere": _note("a record points to one that is not in this file", "keep the files of one crawl"),
    "W-65-concurrent-date": _form("records of one capture do not have the same date"),
    "W-66-payload-unread": _note("a payload digest could not be compared: where the payload begins is unclear"),
    "W-70-own-digest": _own("a record has no SHA-256 digest of its block, as Ofrecord always writes"),
    "W-71-own-warcinfo": _own("the file does not begin with a warcinfo record, as Ofrecord's always do"),
    "W-72-own-header": _own("a record's header is not written as Ofrecord writes it"),
    "W-73-own-media": _own("the file is named for one media object and does not hold just that"),
    "W-74-own-pair": _note(
        "raw bytes stand here without their normalized form, which Ofrecord writes right behind them: the file may be "
        "cut off between the two, or a crash left it so",
        "run `ofrecord verify` on the archive",
    ),
}
"""Every rule by its code. 0x the file, 1x gzip, 3x the record's frame, 4x-6x its fields, 7x our own profile."""
