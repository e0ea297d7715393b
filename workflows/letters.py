"""The letters of a request: drafted as often as wanted, then sent once, with the exact text kept in the vault.

A draft is two files in the archive's `letters` folder, a PDF and the same as plain text. Sending is the custodian's
own act: the program writes down that it was sent, how and to whom, and locks the text. It never signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from archiver import durable
from custody.clock import local_day
from custody.digest import sha256
from custody.errors import UsageError
from custody.request import RequestState
from exports.determination import Outcome, missing_in
from exports.jurisdictions import jurisdiction
from exports.letters import FOR_DETERMINATION, Own, Sender, body_of, data_of, flat, paper_from, paper_of
from exports.letters import KINDS as KINDS
from exports.paper import Paper, as_text
from workflows.charging import reckoned
from workflows.house import House
from workflows.letter_facts import facts_of, long_day, tables_of
from workflows.reasons import withheld
from workflows.request_life import Life, day_for, life_of

SERVED_BY = ("certified_mail", "personal_service", "other")
"""How a notice to a record subject may be served; only the first two count (Wis. Stat. 19.356(2)(a))."""

SENT_BY = (
    "email",
    "mail",
    "certified_mail",
    "personal_service",
    "in-person",
    "phone",
    "fax",
    "platform-message",
    "other",
)
"""How something may be given to a requester or a record subject."""

OUTCOME_OF = {
    "grant": Outcome.GRANTED,
    "part": Outcome.IN_PART,
    "denial": Outcome.DENIED,
    "no-record": Outcome.NO_RECORD,
}
"""The letters that tell what follows from the marks, and for which determination each is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a letter is to be: its kind; the custodian's own words in it (`note`), or all of its words (`body`); why;
    the authority referred to; the record subject's number."""

    kind: str
    note: str = ""
    body: str = ""
    why: str = ""
    to: str = ""
    subject: int = 0
    by_way: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A letter as written: its page, its text, its files, what it still lacks before it may be sent, whether what was
    locked is not what the draft in its folder said, and once it is locked its PDF."""

    kind: str
    paper: Paper
    body: str
    text: str
    files: tuple[Path, ...] = ()
    lacks: tuple[str, ...] = ()
    other_than_draft: bool = False
    pdf: bytes = b""


def draft(house: House, number: int, wish: Wish, ready: bool = True) -> Written:
    """Write a letter as a draft: PDF and text. What it still lacks is said; nothing is recorded.

    A letter that lacks nothing is written as it will be locked, word for word, so that it can be signed and sent.
    While it lacks something, or is not `ready` for other reasons, it says on its page that it is a draft.
    """
    written = compose(house, life_of(house, number), wish)
    paper = written.paper
    if written.lacks or not ready:
        paper = replace(paper, about=f"DRAFT, not to be sent. {paper.about}")
    return replace(written, files=_write(_folder(house, number), f"draft-{wish.kind}", paper))


def words_of(house: House, number: int, wish: Wish) -> str:
    """The words of a letter in the form in which a person can change them and give them back."""
    life = life_of(house, number)
    return body_of(wish.kind, house.city.jurisdiction, _facts(house, life, wish))


def compose(house: House, life: Life, wish: Wish, on: date | None = None) -> Written:
    """The letter as it would go out now, dated `on`. Raises UsageError when there is no occasion for it."""
    _refuse_without_occasion(house, life, wish)
    body = wish.body or body_of(wish.kind, house.city.jurisdiction, _facts(house, life, wish))
    sender = Sender(
        letterhead=house.city.letterhead,
        custodian=house.city.legal_custodian,
        date=long_day(day_for(house, life.request, on)),
    )
    received = long_day(day_of_receipt(house, life))
    about = f"Public records request {life.request.number}, received {received}"
    paper = paper_of(body, sender, _addressee(house, life, wish), about, tables_of(house, life))
    text = as_text(paper)
    return Written(kind=wish.kind, paper=paper, body=body, text=text, lacks=_lacks(house, life, wish.kind, text))


def sending(
    house: House, life: Life, wish: Wish, by_way: str, to: str, on: date | None
) -> tuple[Written, tuple[str, int, Mapping[str, Any]]]:
    """A letter ready to be sent, and the act that locks it. Raises UsageError while it lacks anything."""
    ways = SERVED_BY if wish.kind == "notice-to-subject" else SENT_BY
    if by_way not in ways:
        said = f"There is no way {by_way!r} to send this letter." if by_way else "Say how you sent the letter."
        raise UsageError(said, f"Write --by-way and one of: {', '.join(ways)}.")
    written = compose(house, life, wish, on)
    if written.lacks:
        raise UsageError(
            f"The {wish.kind} letter of request {life.request.number} may not be sent: {'; '.join(written.lacks)}.",
            "Mark or redact those records again with a fuller --note (ofrecord request records "
            f"{life.request.number} --mark withhold shows them), or change the letter with --body; then try again.",
        )
    n = len(life.letters()) + 1
    written = replace(written, pdf=_pdf(written.paper))
    data: dict[str, Any] = {
        "n": n,
        "letter": wish.kind,
        "title": written.paper.title,
        "text": written.text,
        "sha256": sha256(written.text.encode()),
        "pdf_sha256": sha256(written.pdf),
        "paper": data_of(written.paper),
        "by_way": by_way,
        "to": to,
        "day": day_for(house, life.request, on).isoformat(),
    }
    return written, ("letter.sent", life.request.number, data)


def send(house: House, number: int, wish: Wish, by_way: str, to: str, on: date | None) -> Written:
    """Record that a letter was sent: its exact text goes into the vault and cannot be changed any more."""
    if wish.kind in OUTCOME_OF:
        raise UsageError(
            f"The {wish.kind} letter tells the determination, and is sent together with it.",
            f"When you have signed and sent it: ofrecord request decide {number} --by-way {by_way or 'WAY'}",
        )
    life = life_of(house, number)
    written, act = sending(house, life, wish, by_way, to, on)
    house.journal.write(act, *_with_it(life, wish, by_way, act[2]["day"]))
    other = differs_from_draft(house, number, written)
    return replace(written, files=keep(house, number, act[2], written.pdf), other_than_draft=other)


def differs_from_draft(house: House, number: int, written: Written) -> bool:
    """Whether a draft of this letter lies in its folder and says something else: perhaps the draft is what was sent."""
    path = _folder(house, number) / f"draft-{written.kind}.txt"
    return path.is_file() and path.read_bytes() != written.text.encode()


def keep(house: House, number: int, sent: Mapping[str, Any], pdf: bytes = b"") -> tuple[Path, ...]:
    """Write the files of a letter that was sent: the same bytes every time, from what the vault keeps."""
    folder = _folder(house, number)
    files = _write(folder, f"{sent['n']:02d}-{sent['letter']}", paper_from(sent["paper"]), pdf)
    for ending in ("pdf", "txt"):  # so that nobody takes the draft for what was sent
        durable.remove(folder / f"draft-{sent['letter']}.{ending}")
    return files


def again(house: House, number: int) -> list[Path]:
    """Write the files of all letters of a request that were sent, once more."""
    return [path for sent in life_of(house, number).letters() for path in keep(house, number, sent)]


def pdf_again(sent: Mapping[str, Any]) -> bytes:
    """The PDF of a letter that was sent, as it is written now."""
    return _pdf(paper_from(sent["paper"]))


def sent(house: House, number: int) -> list[dict[str, Any]]:
    """The letters of a request that were sent, as data: number, kind, day, way, title, digest and text."""
    names = ("n", "letter", "day", "by_way", "to", "title", "sha256", "text")
    return [{name: deed[name] for name in names} for deed in life_of(house, number).letters()]


def is_unverified(house: House) -> bool:
    """Whether no named person has compared the law that letters and clocks go by with the statutes yet."""
    return not jurisdiction(house.city.jurisdiction).verified_by


def day_of_receipt(house: House, life: Life) -> date:
    """The day a request was received, in the city."""
    return local_day(life.request.received_at, house.city.time_zone)


def _with_it(life: Life, wish: Wish, by_way: str, day: str) -> list[tuple[str, int, Mapping[str, Any]]]:
    """What a letter brings with it: a notice starts its clocks, an explanation makes the request wait."""
    number = life.request.number
    if wish.kind == "notice-to-subject":
        return [("subject.noticed", number, {"n": wish.subject, "day": day, "by_way": by_way})]
    if wish.kind == "clarification" and life.request.state is RequestState.OPEN:
        return [("request.paused", number, {"reason": wish.why, "day": day})]
    return []


def _facts(house: House, life: Life, wish: Wish) -> dict[str, Any]:
    facts = facts_of(house, life)
    why = wish.why or (str(facts["why"]) if "why" in facts else "")
    return {
        **facts,
        "note": Own(wish.note.strip()),
        "why": Own(why),
        **_about_subject(house, life, wish),
        **_to(life, wish),
    }


def _about_subject(house: House, life: Life, wish: Wish) -> dict[str, Any]:
    if wish.kind != "notice-to-subject":
        return {}
    from exports.notices import Notice
    from workflows.subjects import subject_named

    told = subject_named(house, life.request.number, wish.subject)
    way = (wish.by_way or "certified_mail").replace("_", " ")
    return {
        "about": told.about,
        "augment_only": told.duty.notice is Notice.MAY_AUGMENT,
        "may_augment": told.duty.may_augment,
        "office": told.subject.office or "local",
        "by_way": way,
    }


def _to(life: Life, wish: Wish) -> dict[str, Any]:
    referred = life.last("request.referred")
    return {"refer_to": wish.to or (referred["to"] if referred else "")}


def _addressee(house: House, life: Life, wish: Wish) -> tuple[str, ...]:
    if wish.kind == "notice-to-subject":
        from workflows.subjects import subject_named

        return (flat(subject_named(house, life.request.number, wish.subject).subject.name),)
    lines = (life.request.requester or "To the requester", *life.request.contact.split("\n"))
    return tuple(flat(line) for line in lines if line.strip())


def _lacks(house: House, life: Life, kind: str, text: str) -> tuple[str, ...]:
    outcome = OUTCOME_OF.get(kind)
    if outcome not in (Outcome.IN_PART, Outcome.DENIED):
        return ()
    rules = jurisdiction(house.city.jurisdiction).denial_rules()
    return missing_in(text, outcome, [each.reason for each in withheld(house, life.request.number)], rules)


def _refuse_without_occasion(house: House, life: Life, wish: Wish) -> None:
    number, kind = life.request.number, wish.kind
    if kind not in KINDS:
        raise UsageError(f"There is no letter {kind!r}.", f"Choose one of: {', '.join(KINDS)}.")
    sent = life.letters(kind)
    if kind in FOR_DETERMINATION and sent and not life.request.state.is_live:
        raise UsageError(
            f"The {kind} letter of request {number} was sent on {sent[-1]['day']}; what it says is fixed.",
            f"Add to it: ofrecord request letter {number} supplement --note 'WHAT IS ADDED'",
        )
    if kind == "supplement" and not (life.letters(*FOR_DETERMINATION) and wish.note.strip() or wish.body):
        raise UsageError(
            "A supplement adds words to a letter that was sent.",
            "Send that letter first, and give the words with --note.",
        )
    if kind in ("clarification", "extension", "referral") and not (wish.why.strip() or wish.body):
        if kind == "clarification" and life.request.state is RequestState.NOT_SUFFICIENT:
            return
        if kind == "referral" and life.last("request.referred"):
            return
        raise UsageError(f"The {kind} letter must say why.", "Give the reason with --why 'REASON'.")
    if kind == "extension" and not life.last("request.extended"):
        raise UsageError(
            f"The limit of request {number} was not extended, so there is nothing to tell.",
            f"Where the law allows it: ofrecord request extend {number} --reason 'THE GROUND THAT THE LAW NAMES'",
        )
    if kind == "prepayment":
        _refuse_unlawful_prepayment(house, life)
    if kind == "closing" and life.ending is None:
        raise UsageError(f"Request {number} has not ended.", "A request is never closed silently: decide it first.")


def _refuse_unlawful_prepayment(house: House, life: Life) -> None:
    advance = reckoned(house, life).bill.prepayment
    if not advance.allowed:
        basis = f" ({advance.citation})" if advance.citation else ""
        raise UsageError(
            f"Payment in advance may not be asked here: {advance.why}{basis}.",
            f"`ofrecord request fees {life.request.number}` shows each line. Answer without waiting for payment.",
        )


def _folder(house: House, number: int) -> Path:
    return house.settings.home / "letters" / f"request-{number}"


def _pdf(paper: Paper) -> bytes:
    from exports.pdf_paper import paper_bytes  # the typesetter is slow to load, and only letters need it

    return paper_bytes(paper)


def _write(folder: Path, name: str, paper: Paper, made: bytes = b"") -> tuple[Path, ...]:
    for left in folder.glob(".*.part"):  # a try that was killed left a hidden piece of a letter
        durable.remove(left)
    pdf, text = folder / f"{name}.pdf", folder / f"{name}.txt"
    durable.write_new(pdf, [made or _pdf(paper)])
    durable.write_new(text, [as_text(paper).encode()])
    return pdf, text
