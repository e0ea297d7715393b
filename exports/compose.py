"""Composing an answer: decisions and redactions are applied to the data here, once, before any format runs."""

import mimetypes
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from custody.clock import in_zone
from custody.errors import UsageError
from custody.evidence import Proof, Seal
from custody.ids import RecordNumber, label_of
from custody.record import Content, Media, Record, Version
from custody.request import Decision, Mark, RecordsRequest, Redaction
from exports.disclosure import shown_of
from exports.pictures import PLAIN, picture_of
from exports.reason_codes import ReasonCode
from exports.redaction import Hidden, hidden_of, mark, passage, whole_or_nothing
from exports.response import (
    CollectedBy,
    Coverage,
    EarlierVersion,
    Entry,
    MediaFile,
    Passage,
    Piece,
    Response,
    WithheldEntry,
)

PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where a record stands in the answer: its depth in its thread, and what it answers there ("" for nothing)."""

    number: RecordNumber
    depth: int
    answers: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the answer says about the city and the archive."""

    city: str
    letterhead: tuple[str, ...]
    zone: str
    made_at: datetime
    collections: tuple[CollectedBy, ...]
    coverage: tuple[Coverage, ...]
    handles: Mapping[int, str]
    codes: tuple[ReasonCode, ...]
    seal: Seal
    custodian: str = ""
    jurisdiction: str = ""
    software: str = "Ofrecord"


ProofOf = Callable[[RecordNumber, int], Proof]
"""The evidence for one version of a record."""

RecordsOf = Callable[[Sequence[RecordNumber]], Iterator[Record]]
MediaOf = Callable[[str], Iterator[bytes]]


def compose(
    request: RecordsRequest,
    decisions: Mapping[RecordNumber, Decision],
    redactions: Mapping[RecordNumber, Sequence[Redaction]],
    order: Sequence[Placed],
    facts: Facts,
    records_of: RecordsOf,
    media_of: MediaOf,
    proof_of: ProofOf,
) -> Response:
    """The answer to a request. Raises UsageError as long as anything is undecided or lacks its reason."""
    _refuse_unready(request, decisions, redactions, facts)
    marks = Counter(_counted_as(decision.mark, redactions.get(number)) for number, decision in decisions.items())
    used = {decision.code for decision in decisions.values()} | {r.code for part in redactions.values() for r in part}

    def entries(start: int = 0, stop: int | None = None) -> Iterator[Entry | WithheldEntry]:
        last = len(order) if stop is None else min(stop, len(order))
        for first in range(start, last, PAGE):
            placed = order[first : min(first + PAGE, last)]
            shown = [each.number for each in placed if decisions[each.number].mark is not Mark.WITHHOLD]
            found = {record.number: record for record in records_of(shown)}
            for position, each in enumerate(placed, first + 1):
                decision = decisions[each.number]
                if decision.mark is Mark.WITHHOLD:
                    yield _withheld(position, each, decision, proof_of)
                else:
                    hidden = hidden_of(found[each.number], redactions.get(each.number, ()))
                    record = found[each.number]
                    entry = _entry(position, each, record, hidden, facts, media_of)
                    entry = replace(entry, context=decision.mark is Mark.CONTEXT)
                    reasons = _reasons(redactions.get(each.number, ()))
                    yield replace(entry, reasons=reasons, proofs=partial(shown_of, entry, record, proof_of))

    return Response(
        city=facts.city,
        letterhead=facts.letterhead,
        zone=facts.zone,
        request=request.number,
        words=request.words,
        received=_received(request.received_at, facts.zone),
        channel=request.channel,
        made=_city_time(facts.made_at, facts.zone),
        collections=facts.collections,
        coverage=facts.coverage,
        released=marks[Mark.RELEASE],
        redacted=marks[Mark.REDACT],
        withheld=marks[Mark.WITHHOLD],
        context=sum(decision.mark is Mark.CONTEXT for decision in decisions.values()),
        reasons=tuple(code for code in facts.codes if code.code in used),
        seal=facts.seal,
        entries=entries,
        custodian=facts.custodian,
        jurisdiction=facts.jurisdiction,
        software=facts.software,
    )


def _counted_as(mark: Mark, redactions: Sequence[Redaction] | None) -> Mark:
    """How a record is counted: what is shown as context goes out in full or in part like any other."""
    if mark is not Mark.CONTEXT:
        return mark
    return Mark.REDACT if redactions else Mark.RELEASE


def _withheld(position: int, placed: Placed, decision: Decision, proof_of: ProofOf) -> WithheldEntry:
    return WithheldEntry(
        position=position,
        label=label_of(placed.number),
        code=decision.code,
        note=decision.note,
        depth=placed.depth,
        proofs=partial(_only_that_it_is, proof_of, placed.number),
    )


def _only_that_it_is(proof_of: ProofOf, number: RecordNumber) -> tuple[Proof, ...]:
    return (proof_of(number, 1).closed(),)


def _refuse_unready(
    request: RecordsRequest,
    decisions: Mapping[RecordNumber, Decision],
    redactions: Mapping[RecordNumber, Sequence[Redaction]],
    facts: Facts,
) -> None:
    if not decisions:
        raise UsageError(
            f"Request {request.number} has no records that could go out.",
            f"Collect them: ofrecord request collect {request.number} 'QUERY'. When there are none, there is no"
            f" package, the letter is the answer: ofrecord request searched {request.number} 'QUERY', then "
            f"ofrecord request decide {request.number} --dry-run.",
        )
    undecided = [number for number, decision in decisions.items() if decision.mark is Mark.UNDECIDED]
    if undecided:
        names = ", ".join(label_of(number) for number in undecided[:5])
        raise UsageError(
            f"{len(undecided):,} of {len(decisions):,} records are undecided, {names} among them.",
            "Mark each of them release or withhold, or redact it.",
        )
    known = {code.code for code in facts.codes}
    for number, decision in decisions.items():
        if decision.mark is Mark.WITHHOLD and decision.code not in known:
            raise UsageError(f"{label_of(number)} is withheld without a known reason.", "Mark it again with --reason.")
        if decision.mark is Mark.REDACT and not redactions.get(number):
            raise UsageError(
                f"{label_of(number)} is marked redact but nothing is redacted.", "Redact it or release it."
            )
        if decision.mark is Mark.RELEASE and redactions.get(number):
            raise UsageError(
                f"{label_of(number)} is marked release, but redactions of it stand.",
                "Take them back with `request redact ... --lift`, or redact again.",
            )


def _reasons(redactions: Sequence[Redaction]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((redaction.code, redaction.note) for redaction in redactions))


def _entry(position: int, placed: Placed, record: Record, hidden: Hidden, facts: Facts, media_of: MediaOf) -> Entry:
    version = record.versions[record.current_index]
    content = version.content
    author = content.author.name or content.author.handle
    media, withheld = _media(version, record, hidden, media_of)
    return Entry(
        position=position,
        label=label_of(record.number),
        account=facts.handles.get(record.account, ""),
        platform=content.platform,
        kind=content.kind.value,
        state=content.state.value,
        author=passage(author, hidden.spans.get((version.n, "author"), ()), hidden.phrases),
        when_city=_posted(content, facts.zone),
        when_utc=_utc(content.created_at) if content.created_at else "no date",
        captured=_utc(version.captured_at),
        title=_passage(version, "title", content.title, hidden),
        text=_passage(version, "text", content.text, hidden),
        earlier=tuple(
            EarlierVersion(
                captured=_utc(each.captured_at), text=_passage(each, "text", each.content.text, hidden), version=each.n
            )
            for each in record.versions
            if each.n != version.n and each.content.text != content.text
        ),
        media=media,
        media_withheld=withheld,
        media_missing=sum(1 for each in content.media if not each.sha256),
        links=tuple(_address(version, f"link:{n}", link, hidden) for n, link in enumerate(content.links)),
        permalink=_address(version, "permalink", content.permalink, hidden),
        sha256="" if hidden.codes else version.digest,
        depth=placed.depth,
        answers=placed.answers,
        codes=hidden.codes,
    )


def _passage(version: Version, field: str, text: str, hidden: Hidden) -> Passage:
    return passage(text, hidden.spans.get((version.n, field), ()), hidden.phrases)


def _address(version: Version, field: str, text: str, hidden: Hidden) -> Passage:
    own = hidden.spans.get((version.n, field), ())
    return (mark(own[0][2]),) if own else whole_or_nothing(text, hidden.phrases)


def _media(
    version: Version, record: Record, hidden: Hidden, media_of: MediaOf
) -> tuple[tuple[MediaFile, ...], tuple[str, ...]]:
    shown: list[MediaFile] = []
    withheld: list[str] = []
    withheld_bytes, blackened = _withheld_media(record, hidden), _blackened(record, hidden)
    for n, media in enumerate(version.content.media):
        spans = hidden.spans.get((version.n, f"media:{n}"), ())
        if spans or (media.sha256 and media.sha256 in withheld_bytes):
            withheld.append(spans[0][2] if spans else withheld_bytes[media.sha256])
        elif media.sha256:
            alt = _passage(version, f"alt:{n}", _alt(media, version.content), hidden)
            made = MediaFile(
                name=_file_name(record, n, media.media_type),
                place=n,
                media_type=media.media_type,
                alt=alt,
                size=media.size,
                sha256=media.sha256,
                chunks=_opener(media_of, media.sha256),
            )
            parts = blackened.get(media.sha256)
            shown.append(_in_part(made, record, parts, media_of) if parts else made)
    return tuple(shown), tuple(withheld)


def _withheld_media(record: Record, hidden: Hidden) -> dict[str, str]:
    found = {}
    for version in record.versions:
        for n, media in enumerate(version.content.media):
            spans = hidden.spans.get((version.n, f"media:{n}"), ())
            if spans and media.sha256:
                found[media.sha256] = spans[0][2]
    return found


def _blackened(record: Record, hidden: Hidden) -> dict[str, tuple[tuple[str, str], ...]]:
    """The regions to blacken by the picture they are of: the same picture in another version has them too."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for version in record.versions:
        for n, media in enumerate(version.content.media):
            parts = hidden.regions.get((version.n, f"media:{n}"), ())
            if parts and media.sha256:
                found.setdefault(media.sha256, {}).update(dict.fromkeys(parts))
    return {sha256: tuple(parts) for sha256, parts in found.items()}


def _in_part(whole: MediaFile, record: Record, parts: Sequence[tuple[str, str]], media_of: MediaOf) -> MediaFile:
    """A picture with its regions blackened: other bytes, another digest, and a mark in what describes it."""
    regions = tuple(region for region, _ in parts)
    made = picture_of(whole.sha256, regions, media_of)
    where = " (a part of the picture)" if any(region != PLAIN for region in regions) else " (data inside the file)"
    alt = (*whole.alt, Piece(text=" "), mark(parts[0][1]), Piece(text=where))
    return replace(
        whole,
        name=_file_name(record, whole.place, made.media_type),
        media_type=made.media_type,
        alt=alt,
        size=len(made.data),
        sha256=made.sha256,
        chunks=lambda: iter([picture_of(whole.sha256, regions, media_of).data]),
        changed=True,
    )


def _opener(media_of: MediaOf, sha256: str) -> Callable[[], Iterator[bytes]]:
    return lambda: media_of(sha256)


def _alt(media: Media, content: Content) -> str:
    return media.alt or f"{media.kind} posted with this {content.kind.value}; the source gives no description"


def _file_name(record: Record, n: int, media_type: str) -> str:
    """A name made by us, so that nothing in the source's own name can leak: `media/R12-1.jpg`."""
    ending = mimetypes.guess_extension(media_type) or ".bin"
    return f"media/{label_of(record.number)}-{n + 1}{re.sub(r'[^.a-z0-9]', '', ending)}"


def _city_time(moment: datetime, zone: str) -> str:
    local = in_zone(moment, zone)
    hour = local.hour % 12 or 12
    return f"{local:%B} {local.day}, {local.year}, {hour}:{local:%M} {'a.m.' if local.hour < 12 else 'p.m.'} {local:%Z}"


def _received(moment: datetime, zone: str) -> str:
    """The day alone where no hour was written down: midnight stands for that."""
    said = _city_time(moment, zone)
    return said.split(", 12:00 a.m.")[0]


def _posted(content: Content, zone: str) -> str:
    if content.created_at is None:
        return "no date"
    if "date-implausible" in content.flags:
        return "date not usable as given"
    return _city_time(content.created_at, zone)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
