"""What happened around a records request, one sentence for each kind of act: clocks, letters, fees, notices, court."""

from collections.abc import Callable, Mapping

from workflows.wording import Deed, Names, line, quoted, who

Sentence = Callable[[Deed, Names], str]


def dollars(cents: int) -> str:
    """Cents as people write them: $1,204.50."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def clock_time(minutes: int) -> str:
    """Minutes as hours and minutes: 45m, 2h 05m."""
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def _simple(words: str, *, why: str = "reason", when: str = "day") -> Sentence:
    """A sentence of one pattern: who did what to which request, on which day, and why."""

    def said(deed: Deed, _: Names) -> str:
        day = f" as of {deed.data[when]}" if deed.data.get(when) else ""
        reason = f": {quoted(deed.data[why], 200)}" if deed.data.get(why) else ""
        return f"{who(deed)} {words.format(n=deed.subject)}{day}{reason}"

    return said


def _retargeted(deed: Deed, _: Names) -> str:
    old = deed.data["old"]["day"] if deed.data.get("old") else "no day"
    why = line(deed.data["reason"], 200)
    return f"the target of request {deed.subject} moved from {old} to {deed.data['new']['day']}: {why} ({who(deed)})"


def _extended(deed: Deed, _: Names) -> str:
    data = deed.data
    said = f"{who(deed)} extended request {deed.subject} from {data['old']['day']} to {data['new']['day']}"
    return f"{said}: {quoted(data['reason'], 200)}"


def _referred(deed: Deed, _: Names) -> str:
    to, why = line(deed.data["to"]), quoted(deed.data["reason"], 200)
    return f"{who(deed)} referred request {deed.subject} to {to} as of {deed.data['day']}: {why}"


def _decided(deed: Deed, _: Names) -> str:
    data = deed.data
    to = f" to {line(data['to'])}" if data.get("to") else ""
    given = f"given {data['day']} by {line(data['by_way'])}{to}"
    return f"request {deed.subject} determined: {data['determination']}; {given} ({who(deed)})"


def _letter(deed: Deed, _: Names) -> str:
    data = deed.data
    to = f" to {line(data['to'])}" if data.get("to") else ""
    said = (
        f"{who(deed)} sent the {data['letter']} letter {data['n']} of request {deed.subject} by {line(data['by_way'])}"
    )
    return f"{said}{to} on {data['day']}; its text sha256 {data['sha256']}"


def _time(deed: Deed, _: Names) -> str:
    data = deed.data
    rate = f" at {dollars(data['rate_cents'])} an hour" if data.get("rate_cents") else ""
    note = f": {quoted(data['note'])}" if data.get("note") else ""
    return f"{who(deed)} logged {clock_time(data['minutes'])} of {data['what']} for request {deed.subject}{rate}{note}"


def _cost(deed: Deed, _: Names) -> str:
    data = deed.data
    pages = f"{data['pages']:,} pages" if data.get("pages") else dollars(data["cents"])
    note = f": {quoted(data['note'])}" if data.get("note") else ""
    return f"{who(deed)} logged {pages} of {data['what']} for request {deed.subject}{note}"


def _struck(deed: Deed, _: Names) -> str:
    return f"{who(deed)} struck entry {deed.data['n']} of request {deed.subject}: {quoted(deed.data['reason'])}"


def _waived(deed: Deed, _: Names) -> str:
    much = "all fees" if deed.data.get("cents") is None else dollars(deed.data["cents"])
    return f"{who(deed)} waived {much} of request {deed.subject}: {quoted(deed.data['reason'])}"


def _paid(deed: Deed, _: Names) -> str:
    how = f" by {line(deed.data['how'])}" if deed.data.get("how") else ""
    return f"{dollars(deed.data['cents'])} paid for request {deed.subject} on {deed.data['day']}{how} ({who(deed)})"


def _named(deed: Deed, _: Names) -> str:
    data = deed.data
    said = f"{who(deed)} named {line(data['name'])} as record subject {data['n']} of request {deed.subject}"
    return f"{said} ({line(data['record'].replace('_', ' '))}): {quoted(data['about'])}"


def _subject(words: str) -> Sentence:
    def said(deed: Deed, _: Names) -> str:
        how = f" by {line(deed.data['by_way'].replace('_', ' '))}" if deed.data.get("by_way") else ""
        note = f": {quoted(deed.data['note'])}" if deed.data.get("note") else ""
        about = f"record subject {deed.data['n']} of request {deed.subject}"
        return f"{about} {words} {deed.data['day']}{how}{note} ({who(deed)})"

    return said


def _ordered(deed: Deed, _: Names) -> str:
    entry = ", notice of entry given" if deed.data["notice_of_entry"] else ""
    side = f"for the {deed.data['order_for']}{entry}"
    return f"the court's order on request {deed.subject} of {deed.data['day']} is {side} ({who(deed)})"


def _ordered_on_appeal(deed: Deed, _: Names) -> str:
    side = f" for the {deed.data['order_for']}," if deed.data.get("order_for") else ""
    note = f": {quoted(deed.data['note'])}" if deed.data.get("note") else ""
    return f"the appellate order on request {deed.subject} is{side} of {deed.data['day']}{note} ({who(deed)})"


def _court(words: str) -> Sentence:
    def said(deed: Deed, _: Names) -> str:
        note = f": {quoted(deed.data['note'])}" if deed.data.get("note") else ""
        return f"{words.format(n=deed.subject)} {deed.data['day']}{note} ({who(deed)})"

    return said


def _personal(deed: Deed, _: Names) -> str:
    day, note = deed.data["day"], quoted(deed.data["note"])
    if deed.data["step"] == "asked":
        return f"{who(deed)} wrote down that request {deed.subject} is about the requester themself as of {day}: {note}"
    found = f"barred ({deed.data['bar']})" if deed.data["bar"] else "open"
    return f"{who(deed)} found request {deed.subject}, about the requester themself, {found} as of {day}: {note}"


SENTENCES: Mapping[str, Sentence] = {
    "request.searched": lambda deed, _: (
        f"{who(deed)} searched for request {deed.subject} and found nothing: {quoted(deed.data['query'])}"
    ),
    "request.personal": _personal,
    "request.insufficient": _simple("found that request {n} does not describe enough"),
    "request.clarified": _simple("wrote down the clarification of request {n}", why="words"),
    "request.paused": _simple("paused request {n}"),
    "request.resumed": _simple("went on with request {n}"),
    "request.extended": _extended,
    "request.retargeted": _retargeted,
    "request.withdrawn": _simple("wrote down that request {n} was withdrawn"),
    "request.referred": _referred,
    "request.unpaid": _simple("closed request {n} because its fees were not paid"),
    "request.decided": _decided,
    "request.closed": _simple("closed the file of request {n}"),
    "request.reopened": _simple("opened request {n} again"),
    "letter.sent": _letter,
    "fee.time": _time,
    "fee.cost": _cost,
    "fee.struck": _struck,
    "fee.waived": _waived,
    "fee.paid": _paid,
    "subject.named": _named,
    "subject.noticed": _subject("was sent the notice of 19.356 on"),
    "subject.received": _subject("received the notice on"),
    "subject.returned": _subject("has not received the notice, which came back on"),
    "subject.intends": _subject("announced going to court on"),
    "subject.waived": _subject("waived the waiting time on"),
    "subject.augmented": _subject("added comments to the record on"),
    "subject.sued": _subject("began an action to keep the record closed on"),
    "subject.settled": _subject("no longer has an action pending since"),
    "court.noticed": _court("written notice of a court action about request {n} came on"),
    "court.ordered": _ordered,
    "court.appealed": _court("the order on request {n} was appealed on"),
    "court.appeal_ordered": _ordered_on_appeal,
    "court.produced": _court("access ordered by the court for request {n} was given on"),
}
"""Each kind of act and its sentence."""
