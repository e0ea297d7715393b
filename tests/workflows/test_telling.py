"""The log: each kind of act and of reading has its sentence, filters choose, files are safe, a record has its story."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from archiver.catalog import acts
from custody.errors import UnavailableError, UsageError
from custody.ids import RecordNumber
from custody.request import Mark
from tests.conftest import Archive
from workflows import access, answering, finding, log_book, requesting, telling
from workflows.log_book import Wanted
from workflows.wording import Deed, Names

Jsonl = Callable[..., Path]
NAMES = Names(zone="America/Chicago", accounts={1: "parks"}, runs={2: {"account": 1, "sources": ["a.zip"]}}, holds={})
COUNTS = dict.fromkeys(("new", "changed", "flagged", "unchanged", "duplicate", "quarantined", "excluded"), 0)
REDACTION = {"record": 13, "version": 1, "field": "text", "start": 4, "end": 16, "code": "WI-BAL", "note": "private"}
_DAY = {"day": "2026-01-06"}
LIFE = {
    "request.searched": (1, {"query": "zebra"}, "Dana Ruiz searched for request 1 and found nothing: “zebra”"),
    "request.personal": (
        1,
        {**_DAY, "step": "tested", "bar": "safety", "note": "a threat"},
        "Dana Ruiz found request 1, about the requester themself, barred (safety) as of 2026-01-06: “a threat”",
    ),
    "request.insufficient": (
        1,
        {**_DAY, "reason": "no limit of subject or time"},
        "Dana Ruiz found that request 1 does not describe enough as of 2026-01-06: “no limit of subject or time”",
    ),
    "request.clarified": (
        1,
        {**_DAY, "words": "only May"},
        "Dana Ruiz wrote down the clarification of request 1 as of 2026-01-06: “only May”",
    ),
    "request.paused": (1, {**_DAY, "reason": "asked"}, "Dana Ruiz paused request 1 as of 2026-01-06: “asked”"),
    "request.resumed": (1, {**_DAY, "reason": ""}, "Dana Ruiz went on with request 1 as of 2026-01-06"),
    "request.extended": (
        1,
        {**_DAY, "old": {"day": "2026-01-06"}, "new": {"day": "2026-01-20"}, "reason": "unusual circumstances"},
        "Dana Ruiz extended request 1 from 2026-01-06 to 2026-01-20: “unusual circumstances”",
    ),
    "request.retargeted": (
        1,
        {"old": {"day": "2026-01-06"}, "new": {"day": "2026-01-08"}, "reason": "December 24 does not count"},
        "the target of request 1 moved from 2026-01-06 to 2026-01-08: December 24 does not count (Dana Ruiz)",
    ),
    "request.withdrawn": (
        1,
        {**_DAY, "reason": "by phone"},
        "Dana Ruiz wrote down that request 1 was withdrawn as of 2026-01-06: “by phone”",
    ),
    "request.referred": (
        1,
        {**_DAY, "to": "Police Department", "reason": "its records"},
        "Dana Ruiz referred request 1 to Police Department as of 2026-01-06: “its records”",
    ),
    "request.unpaid": (
        1,
        {**_DAY, "reason": "30 days"},
        "Dana Ruiz closed request 1 because its fees were not paid as of 2026-01-06: “30 days”",
    ),
    "request.decided": (
        1,
        {**_DAY, "determination": "granted in part", "by_way": "email", "to": "jane@example.org"},
        "request 1 determined: granted in part; given 2026-01-06 by email to jane@example.org (Dana Ruiz)",
    ),
    "request.closed": (1, {**_DAY, "reason": ""}, "Dana Ruiz closed the file of request 1 as of 2026-01-06"),
    "request.reopened": (1, {**_DAY, "reason": "court"}, "Dana Ruiz opened request 1 again as of 2026-01-06: “court”"),
    "letter.sent": (
        1,
        {**_DAY, "letter": "denial", "n": 2, "by_way": "mail", "to": "", "sha256": "ab"},
        "Dana Ruiz sent the denial letter 2 of request 1 by mail on 2026-01-06; its text sha256 ab",
    ),
    "fee.time": (
        1,
        {"what": "locating", "minutes": 125, "rate_cents": 2200, "note": "two sites"},
        "Dana Ruiz logged 2h 05m of locating for request 1 at $22.00 an hour: “two sites”",
    ),
    "fee.cost": (
        1,
        {"what": "shipping", "pages": 0, "cents": 420, "note": ""},
        "Dana Ruiz logged $4.20 of shipping for request 1",
    ),
    "fee.struck": (1, {"n": 2, "reason": "twice"}, "Dana Ruiz struck entry 2 of request 1: “twice”"),
    "fee.waived": (1, {"cents": None, "reason": "press"}, "Dana Ruiz waived all fees of request 1: “press”"),
    "fee.paid": (
        1,
        {**_DAY, "cents": 1250, "how": "check 7"},
        "$12.50 paid for request 1 on 2026-01-06 by check 7 (Dana Ruiz)",
    ),
    "subject.named": (
        1,
        {**_DAY, "n": 1, "name": "Alex Poe", "record": "office_holder", "about": "posts on the alder"},
        "Dana Ruiz named Alex Poe as record subject 1 of request 1 (office holder): “posts on the alder”",
    ),
    "subject.noticed": (
        1,
        {**_DAY, "n": 1, "by_way": "certified_mail"},
        "record subject 1 of request 1 was sent the notice of 19.356 on 2026-01-06 by certified mail (Dana Ruiz)",
    ),
    "subject.received": (
        1,
        {**_DAY, "n": 1},
        "record subject 1 of request 1 received the notice on 2026-01-06 (Dana Ruiz)",
    ),
    "subject.returned": (
        1,
        {**_DAY, "n": 1},
        "record subject 1 of request 1 has not received the notice, which came back on 2026-01-06 (Dana Ruiz)",
    ),
    "subject.intends": (
        1,
        {**_DAY, "n": 1},
        "record subject 1 of request 1 announced going to court on 2026-01-06 (Dana Ruiz)",
    ),
    "subject.waived": (
        1,
        {**_DAY, "n": 1, "in_writing": True},
        "record subject 1 of request 1 waived the waiting time on 2026-01-06 (Dana Ruiz)",
    ),
    "subject.augmented": (
        1,
        {**_DAY, "n": 1, "file": "a.txt", "content": "", "sha256": "ab"},
        "record subject 1 of request 1 added comments to the record on 2026-01-06 (Dana Ruiz)",
    ),
    "subject.sued": (
        1,
        {**_DAY, "n": 1, "note": "26-CV-1"},
        "record subject 1 of request 1 began an action to keep the record closed on 2026-01-06: “26-CV-1” (Dana Ruiz)",
    ),
    "subject.settled": (
        1,
        {**_DAY, "n": 1, "forbids": False},
        "record subject 1 of request 1 no longer has an action pending since 2026-01-06 (Dana Ruiz)",
    ),
    "court.noticed": (
        1,
        {**_DAY, "note": "26-CV-1"},
        "written notice of a court action about request 1 came on 2026-01-06: “26-CV-1” (Dana Ruiz)",
    ),
    "court.ordered": (
        1,
        {**_DAY, "order_for": "city", "notice_of_entry": True},
        "the court's order on request 1 of 2026-01-06 is for the city, notice of entry given (Dana Ruiz)",
    ),
    "court.appealed": (1, _DAY, "the order on request 1 was appealed on 2026-01-06 (Dana Ruiz)"),
    "court.appeal_ordered": (1, _DAY, "the appellate order on request 1 is of 2026-01-06 (Dana Ruiz)"),
    "court.produced": (1, _DAY, "access ordered by the court for request 1 was given on 2026-01-06 (Dana Ruiz)"),
}
DIRECTOR = {"user": 1, "name": "Max Director", "role": "director", "at": 0, "signature": ""}
TOLD = {
    "archive.made": (0, {"city": "wausau", "engine": "fts"}, "Dana Ruiz made the archive of wausau"),
    "account.added": (
        1,
        {"handle": "parks", "platform": "facebook", "department": "", "custodian": "Dana Ruiz"},
        "Dana Ruiz registered the account parks (facebook, custodian Dana Ruiz)",
    ),
    "run.started": (
        2,
        {"account": 1, "sources": ["a.zip"], "personal": True},
        "Dana Ruiz began run 2, import of a.zip into parks, personal sections too",
    ),
    "run.ended": (
        2,
        {**COUNTS, "listed": 1205, "new": 1203, "changed": 1, "quarantined": 1, "state": "complete"},
        "import of a.zip into parks: 1,203 new, 1 changed, 1 quarantined; sums close (run 2, Dana Ruiz)",
    ),
    "request.opened": (
        1,
        {"words": "All posts\nabout \x1b[31mthe flood", "received_at": 1763445600000, "channel": "email"},
        "Dana Ruiz opened request 1: “All posts about [31mthe flood” (received 2025-11-18 by e-mail)",
    ),
    "request.collected": (
        1,
        {"numbers": [13], "query": '"oak street"'},
        'Dana Ruiz collected R13 for request 1: “"oak street"”',
    ),
    "request.marked": (
        1,
        {"numbers": [1, 2, 3, 4], "mark": "withhold", "code": "WI-BAL", "note": "medical"},
        "Dana Ruiz marked 4 records in request 1: withhold (WI-BAL, “medical”)",
    ),
    "request.redacted": (
        1,
        {"redaction": REDACTION},
        "Dana Ruiz withheld 12 characters of the text of R13, version 1, in request 1 (WI-BAL)",
    ),
    "redaction.lifted": (1, {"record": 13, "n": 2}, "Dana Ruiz took back redaction 2 of R13 in request 1"),
    "request.sent": (
        1,
        {"to": "requester", "by_way": "in-person", "note": "on a stick", "zip_sha256": ["ab", "cd"], "answer": 9},
        "Dana Ruiz sent the response to request 1 to requester by in person (“on a stick”); ZIP sha256 ab, cd",
    ),
    "request.published": (
        1,
        {"to": "/srv/room", "title": "Oak Street", "files": 18, "answer": 9},
        "Dana Ruiz published the response to request 1 in /srv/room as “Oak Street”, 18 files",
    ),
    "request.unpublished": (
        1,
        {"to": "/srv/room"},
        "Dana Ruiz took the response to request 1 back from /srv/room",
    ),
    "request.responded": (
        1,
        {"released": 5, "redacted": 2, "withheld": 1, "zip_sha256": "ab"},
        "response to request 1 released: 5 in full, 2 in part, 1 withheld; ZIP sha256 ab (Dana Ruiz)",
    ),
    **LIFE,
    "answer.added": (
        1,
        {"files": {"certification.pdf": "ab", "paper.pdf": "cd"}},
        "Dana Ruiz wrote certification.pdf and paper.pdf beside the answer to request 1",
    ),
    "request.context-added": (1, {"numbers": [7]}, "Dana Ruiz added R7 to request 1 as context"),
    "request.assigned": (
        1,
        {"numbers": [7, 8], "department": "Parks", "due": "2025-12-12"},
        "Dana Ruiz gave R7, R8 of request 1 to Parks, due 2025-12-12",
    ),
    "redaction.made-together": (
        1,
        {"numbers": [13, 15], "redactions": [REDACTION, REDACTION], "origin": "person 1", "code": "WI-BAL"},
        "Dana Ruiz withheld 2 places in R13, R15, in request 1, as person 1 (WI-BAL)",
    ),
    "redaction.lifted-together": (
        1,
        {"numbers": [13, 15], "origin": "person 1"},
        "Dana Ruiz took back what was withheld as person 1: R13, R15 in request 1",
    ),
    "redaction.drafted": (
        1,
        {"numbers": [13], "drafts": [{"n": 1, "record": 13, "kind": "phone", "field": "text", "places": [[1, 0, 9]]}]},
        "Dana Ruiz had 1 redaction in R13 of request 1 proposed (phone)",
    ),
    "redaction.drafts-decided": (
        1,
        {"numbers": [13], "drafts": [1, 2], "state": "dismissed"},
        "Dana Ruiz dismissed 2 proposed redactions of request 1",
    ),
    "hold.placed": (1, {"request": 1}, "hold 1 placed by request 1 on all that it may reach (Dana Ruiz)"),
    "hold.released": (1, {}, "hold 1 released (Dana Ruiz)"),
    "schedule.rule_saved": (
        2,
        {"said_as": "comments by the public", "series": "WI-SM-PUB", "position": 2},
        "Dana Ruiz saved filing rule 2: comments by the public to WI-SM-PUB",
    ),
    "schedule.rule_removed": (2, {"reason": "wrong"}, "Dana Ruiz removed filing rule 2 (“wrong”)"),
    "record.filed": (
        0,
        {"numbers": [13], "series": "WI-SM-CONV", "reason": "answered by staff"},
        "Dana Ruiz filed R13 under WI-SM-CONV (“answered by staff”)",
    ),
    "retention.event": (
        0,
        {"record": 13, "what": "hidden", "on": "2019-01-16", "ground": "W12"},
        "Dana Ruiz recorded for R13: hidden on 2019-01-16, ground W12",
    ),
    "retention.event_withdrawn": (
        0,
        {"act": 12, "reason": "wrong day"},
        "Dana Ruiz withdrew the event recorded by act 12 (“wrong day”)",
    ),
    "schedule.proposed": (
        1,
        {"said_as": "adopt SHORT-3Y, 3 years"},
        "Dana Ruiz proposed change 1 of the schedules: adopt SHORT-3Y, 3 years",
    ),
    "schedule.changed": (1, {}, "Dana Ruiz confirmed change 1 of the schedules"),
    "schedule.dropped": (1, {"reason": "not adopted"}, "Dana Ruiz dropped change 1 of the schedules (“not adopted”)"),
    "notice.drafted": (
        1,
        {"body": "the Historical Society", "rows": [{"series": "WI-SM-POST", "records": 1204}]},
        "Dana Ruiz drafted notice 1 to the Historical Society: 1,204 records of WI-SM-POST",
    ),
    "notice.sent": (1, {"mailed": "2026-02-02"}, "notice 1 was mailed on 2026-02-02 (Dana Ruiz)"),
    "notice.replied": (
        1,
        {"replied": "2026-02-20", "reply": "declined"},
        "the reply to notice 1 of 2026-02-20: declined (Dana Ruiz)",
    ),
    "transfer.made": (
        1,
        {"transfer_id": "20261201_maple-falls_1", "count": 1204},
        "Dana Ruiz made transfer 1 (20261201_maple-falls_1): 1,204 records",
    ),
    "transfer.received": (
        1,
        {"received": "2026-12-08", "received_by": "Wisconsin Historical Society", "reference": "2026/311"},
        "transfer 1 was received on 2026-12-08 by Wisconsin Historical Society (2026/311) (Dana Ruiz)",
    ),
    "transfer.dropped": (1, {"reason": "wrong disk"}, "Dana Ruiz dropped transfer 1 (“wrong disk”)"),
    "notice.dropped": (1, {"reason": "not mailed"}, "Dana Ruiz dropped notice 1 (“not mailed”)"),
    "disposition.executed": (
        1,
        {"count": 118, "versions": 120, "authority": {"certificate": "DC-2026-0001"}},
        "Dana Ruiz destroyed 118 records in 120 versions for good, certificate DC-2026-0001",
    ),
    "disposition.verified": (
        1,
        {"files": 12, "bytes": 1000, "accounted": 234, "needles": 20, "hits": 0},
        "nothing of destruction 1 was found in 12 files, 1,234 bytes (Dana Ruiz)",
    ),
    "feed.read": (
        1,
        {"url": "https://city.example/feed?token=abc", "status": 304},
        "Dana Ruiz asked the feed https://city.example/feed?token=xxx for parks: nothing had changed",
    ),
    "searches.forgotten": (
        0,
        {"before": 1763445600000, "count": 1},
        "Dana Ruiz had the words of 1 reading from before 2025-11-18 forgotten",
    ),
    "reads.lost": (
        0,
        {"first": 1, "last": 1204},
        "who read what (readings 1 to 1,204) was lost with the catalog, made again by Dana Ruiz",
    ),
    "witness.trusted": (1, {"key": "clerk-pc+0a1b2c3d+AAAA"}, "Dana Ruiz made clerk-pc a witness of the ledger"),
    "anchor.witnessed": (
        1,
        {"witness": "clerk-pc", "size": 1204, "seen": 1763445600, "note": "..."},
        "clerk-pc signed the ledger's first 1,204 entries as a witness",
    ),
    "archive.restored": (
        0,
        {"made_at": "2026-11-20T18:00:00Z", "missing": 12},
        "Dana Ruiz restored the archive as of 2026-11-20T18:00:00Z from a backup; "
        "12 newer entries are known to be missing",
    ),
    "anchor.stamped": (
        0,
        {"size": 1204, "at": 1763445600, "note": "", "token": "", "certificate": ""},
        "Dana Ruiz took a time stamp of 2025-11-18 for the ledger's first 1,204 entries",
    ),
    "segment.sealed": (
        3,
        {"name": "acts/a.warc.gz", "length": 1000000001, "sha256": "00"},
        "acts/a.warc.gz was full (1,000,000,001 bytes) and is written to no more",
    ),
    "settings.changed": (
        0,
        {"changed": ["city.toml"], "settings": {}},
        "city.toml had been changed by hand; noticed when Dana Ruiz next wrote",
    ),
    "user.enrolled": (
        2,
        {"name": "Dana Ruiz", "role": "custodian", "key": "", "signed": DIRECTOR},
        "Max Director enrolled Dana Ruiz as custodian",
    ),
    "user.retired": (
        2,
        {"name": "Dana Ruiz", "reason": "left", "signed": DIRECTOR},
        "Max Director retired the user Dana Ruiz: “left”",
    ),
    "user.password_changed": (1, {"name": "Max Director", "signed": DIRECTOR}, "Max Director changed their password"),
    "user.refused": (2, {"name": "Dana Ruiz"}, "a wrong password was given for Dana Ruiz"),
    "purge.waits_set": (
        0,
        {"waits": {"approval_hours": 24, "enrolled_days": 7, "grace_days": 3}, "reason": "small", "signed": DIRECTOR},
        "Max Director decided how long purges wait (grace: 3 days instead of 14): “small”",
    ),
    "purge.proposed": (1, {"count": 118, "signed": DIRECTOR}, "Max Director proposed purge 1: 118 records"),
    "purge.approved": (1, {"count": 118, "signed": DIRECTOR}, "Max Director approved purge 1: 118 records"),
    "purge.begun": (1, {"count": 1, "signed": DIRECTOR}, "Max Director ordered purge 1 to be carried out: 1 record"),
    "purge.returned": (
        1,
        {"reasons": {"open request": 3, "hold": 1}, "numbers": []},
        "purge 1 was thrown back before it destroyed anything: hold (1), open request (3)",
    ),
    "purge.replayed": (
        1,
        {"certificate": "DC-2026-0001", "destruction": 1, "executed_at": 1763445600000, "count": 5},
        "purge 1, carried out on 2025-11-18 (DC-2026-0001), was done again after the restore: 5 records",
    ),
    "purge.cancelled": (1, {"reason": "wait", "signed": DIRECTOR}, "Max Director cancelled purge 1: “wait”"),
    "certificate.issued": (
        1,
        {"certificate": "DC-2026-0001", "document": {"count": 118}},
        "certificate DC-2026-0001 was issued: 118 records destroyed by purge 1",
    ),
    "bytes.checked": (
        0,
        {"bytes": 1200, "of": 36000, "findings": 0, "oldest": None},
        "Dana Ruiz had 1,200 of 36,000 bytes read again: all as they were kept",
    ),
}


@pytest.fixture
def answered(archive: Archive, jsonl: Jsonl) -> Archive:
    posts = [{"object_id": str(n), "text": f"snow on route {n}, call 715-555-014{n}"} for n in range(1, 4)]
    archive.take_in(jsonl("first", *posts, "{broken"))
    archive.take_in(jsonl("second", {"object_id": "2", "text": "snow on route 2, cleared"}))
    archive.add_account("police", "x")
    with archive.writing() as house:
        requesting.open_request(house, "=All about snow", archive.clock(), "email")
        requesting.collect(house, 1, "snow")
        requesting.mark(house, 1, None, Mark.RELEASE, "", "")
        requesting.redact(house, 1, RecordNumber(1), "text", "715-555-0141", "WI-BAL", "a private matter")
        requesting.mark(house, 1, [RecordNumber(2)], Mark.WITHHOLD, "WI-BAL", "medical detail")
        answering.respond(house, 1, None, lambda done: None)
    return archive


def said(archive: Archive, **wanted: object) -> list[str]:
    with archive.reading() as house:
        return [each.said for each in log_book.deeds(house, Wanted(**wanted)).lines]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", acts.kinds())
def test_every_kind_of_act_has_its_sentence(kind: str) -> None:
    subject, data, sentence = TOLD[kind]
    deed = Deed(number=1, at=0, by="Dana Ruiz", kind=kind, subject=subject, leaf=1, data=data)
    assert telling.told(deed, NAMES) == sentence


def test_no_sentence_is_of_no_kind() -> None:
    assert set(telling.SENTENCES) == set(acts.kinds()) == set(TOLD)
    assert set(telling.READINGS) == set(access.KINDS)


def test_a_run_that_was_stopped_or_does_not_close_says_so() -> None:
    stopped = Deed(number=1, at=0, by="x", kind="run.ended", subject=2, leaf=1, data={"state": "interrupted"})
    assert "not counted; interrupted" in telling.told(stopped, NAMES)
    open_sums = Deed(
        number=1, at=0, by="x", kind="run.ended", subject=2, leaf=1, data={**COUNTS, "listed": 2, "state": "complete"}
    )
    assert "THE SUMS DO NOT CLOSE" in telling.told(open_sums, NAMES)


def test_the_log_tells_what_was_done_in_either_order(answered: Archive) -> None:
    oldest = said(answered, newest_first=False)
    assert oldest[0] == "tester made the archive of maple-falls"
    assert "import of first into parks: 3 new, 1 quarantined; sums close (run 1, tester)" in oldest
    assert "import of second into parks: 1 changed; sums close (run 2, tester)" in oldest
    assert "tester opened request 1: “=All about snow” (received 2026-11-20 by e-mail)" in oldest
    assert "hold 2 placed by request 1 on R1, R2, R3 (tester)" in oldest
    assert oldest[-1].startswith("response to request 1 released: 1 in full, 1 in part, 1 withheld; ZIP sha256 ")
    assert said(answered, newest_first=True) == oldest[::-1]
    assert not any("715-555" in each for each in oldest)


def test_each_line_names_its_entry_in_the_ledger(answered: Archive) -> None:
    with answered.reading() as house:
        lines = log_book.deeds(house, Wanted()).lines
        entries = dict(house.catalog.connection.exec_driver_sql("SELECT seq, entry FROM ledger_entry").all())
    for each in lines:
        assert json.loads(entries[each.entry])["t"] == each.kind and each.local == "2026-11-20 12:00"


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"request": 1}, 9),
        ({"request": 2}, 0),
        ({"kind": "hold"}, 2),
        ({"kind": "hold.placed", "request": 1}, 2),
        ({"account": "police"}, 1),
        ({"account": "parks"}, 5),
        ({"account": "parks", "kind": "run.ended"}, 2),
        ({"by": "TESTER", "kind": "account"}, 2),
        ({"by": "somebody else"}, 0),
        ({"since": date(2026, 11, 20), "until": date(2026, 11, 20), "kind": "archive"}, 1),
        ({"since": date(2026, 11, 21)}, 0),
        ({"until": date(2026, 11, 19)}, 0),
        ({"limit": 3}, 3),
    ],
)
def test_filters_choose(answered: Archive, wanted: dict[str, object], count: int) -> None:
    assert len(said(answered, **wanted)) == count


def test_what_nobody_can_mean_is_refused(answered: Archive) -> None:
    with pytest.raises(UsageError, match="no kind"):
        said(answered, kind="req")
    with pytest.raises(UsageError, match="no account"):
        said(answered, account="nobody")
    with pytest.raises(UnavailableError, match="no record R99"):
        said(answered, record=RecordNumber(99))


def test_one_record_has_its_whole_story(answered: Archive) -> None:
    story = said(answered, record=RecordNumber(2), newest_first=False)
    assert story[:2] == [
        "R2 taken in, import of first into parks (run 1, tester)",
        "R2 changed: version 2 was kept, import of second into parks (run 2, tester)",
    ]
    assert "tester collected R2 for request 1: “snow”" in story
    assert "tester marked R2 in request 1: withhold (WI-BAL, “medical detail”)" in story
    assert story[-1].startswith("response to request 1 released, R2 not at all: it was withheld; ZIP sha256 ")
    assert not any("R1" in each or "R3" in each for each in story)
    first = said(answered, record=RecordNumber(1))
    assert first[0].startswith("response to request 1 released, R1 in part") and len(first) == 9
    assert said(answered, record=RecordNumber(1), kind="record") == [
        "R1 taken in, import of first into parks (run 1, tester)"
    ]


def test_files_hold_the_same_lines_and_no_formula(answered: Archive, tmp_path: Path) -> None:
    with answered.reading() as house:
        lines = log_book.deeds(house, Wanted()).lines
    changed = [log_book.Line(**{**_data(each), "by": '=cmd|"/c calc"!A1'}) for each in lines]
    log_book.save_csv(changed, tmp_path / "log.csv")
    log_book.save_json_lines(lines, tmp_path / "log.jsonl")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "log.csv").read_bytes().decode("utf-8-sig"))))
    assert [row["said"] for row in rows] == [each.said for each in lines]
    assert {row["by"] for row in rows} == {'\'=cmd|"/c calc"!A1'}
    objects = [json.loads(text) for text in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert objects == [each.as_data() for each in lines] and len(objects) > 10
    with pytest.raises(UsageError, match="is there already"):
        log_book.save_csv(lines, tmp_path / "log.csv")


def _data(each: log_book.Line) -> dict[str, object]:
    return {name: getattr(each, name) for name in ("entry", "at", "local", "by", "kind", "subject", "said")}


def test_the_readings_are_told_too(answered: Archive) -> None:
    with answered.reading() as house:
        finding.search(house, "snow OR rain")
        finding.view(house, RecordNumber(2))
        finding.raw(house, RecordNumber(1))
        with pytest.raises(UsageError):
            finding.search(house, '"snow')
        requesting.requests(house)
        requesting.story(house, 1)
        log_book.deeds(house, Wanted())
        told = [each.said for each in log_book.reads(house, Wanted(newest_first=False)).lines]
        assert told == [
            "tester searched for request 1 “snow”: 3 records",
            "tester took 3 records out as the response to request 1",
            "tester searched “snow OR rain”: 3 records",
            "tester looked at R2, 2 versions",
            "tester took the raw bytes of R1",
            'tester searched “"snow”: 0 records (refused: nothing was shown)',
            "tester listed the requests: 1 request",
            "tester looked at request 1, 3 records",
            "tester read the log, all of it: 16 lines",
        ]

        def count(**wanted: object) -> int:
            return len(log_book.reads(house, Wanted(**wanted)).lines)  # type: ignore[arg-type]

        assert (count(record=RecordNumber(2)), count(request=1), count(kind="search")) == (1, 3, 2)
        assert (count(account="parks"), count(account="police"), count(kind="show")) == (3, 0, 2)
        assert (count(by="tester", limit=4), count(by="nobody"), count(since=date(2026, 11, 21))) == (4, 0, 0)
        with pytest.raises(UsageError, match="of a record or of a request"):
            count(record=RecordNumber(2), request=1)
