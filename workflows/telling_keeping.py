"""What was done about keeping: filing, schedules, recorded events and notices, one sentence for each act."""

from collections.abc import Callable, Mapping

from custody.ids import label_of
from workflows.wording import Deed, Names, line, quoted, records, who


def _rule_saved(deed: Deed, _: Names) -> str:
    return f"{who(deed)} saved filing rule {deed.subject}: {line(deed.data['said_as'])} to {line(deed.data['series'])}"


def _rule_removed(deed: Deed, _: Names) -> str:
    return f"{who(deed)} removed filing rule {deed.subject} ({quoted(deed.data['reason'])})"


def _record_filed(deed: Deed, _: Names) -> str:
    what, to = records(deed.data["numbers"]), line(deed.data["series"], 40)
    return f"{who(deed)} filed {what} under {to} ({quoted(deed.data['reason'])})"


def _event(deed: Deed, names: Names) -> str:
    data = deed.data
    of = f"the series {line(data['series'], 40)}" if data.get("series") else ""
    of = names.account(data["account"]) if data.get("account") else of
    of = label_of(data["record"]) if data.get("record") else of
    ground = f", ground {line(data['ground'], 20)}" if data.get("ground") else ""
    return f"{who(deed)} recorded for {of}: {line(data['what'], 40)} on {data['on']}{ground}"


def _event_withdrawn(deed: Deed, _: Names) -> str:
    return f"{who(deed)} withdrew the event recorded by act {deed.data['act']} ({quoted(deed.data['reason'])})"


def _proposed(deed: Deed, _: Names) -> str:
    return f"{who(deed)} proposed change {deed.subject} of the schedules: {line(deed.data['said_as'], 200)}"


def _changed(deed: Deed, _: Names) -> str:
    said = deed.data.get("said_as")
    if said is None:
        return f"{who(deed)} confirmed change {deed.subject} of the schedules"
    return f"{who(deed)} changed the schedules ({deed.subject}): {line(said, 200)}"


def _dropped(deed: Deed, _: Names) -> str:
    return f"{who(deed)} dropped change {deed.subject} of the schedules ({quoted(deed.data['reason'])})"


def _notice_drafted(deed: Deed, _: Names) -> str:
    rows = deed.data["rows"]
    series = ", ".join(line(row["series"], 40) for row in rows[:3]) + (", ..." if len(rows) > 3 else "")
    count = sum(row["records"] for row in rows)
    return f"{who(deed)} drafted notice {deed.subject} to {line(deed.data['body'])}: {count:,} records of {series}"


def _notice_sent(deed: Deed, _: Names) -> str:
    return f"notice {deed.subject} was mailed on {deed.data['mailed']} ({who(deed)})"


def _notice_replied(deed: Deed, _: Names) -> str:
    return f"the reply to notice {deed.subject} of {deed.data['replied']}: {line(deed.data['reply'], 20)} ({who(deed)})"


def _notice_dropped(deed: Deed, _: Names) -> str:
    return f"{who(deed)} dropped notice {deed.subject} ({quoted(deed.data['reason'])})"


def _transfer_made(deed: Deed, _: Names) -> str:
    data = deed.data
    return f"{who(deed)} made transfer {deed.subject} ({line(data['transfer_id'])}): {data['count']:,} records"


def _transfer_received(deed: Deed, _: Names) -> str:
    data = deed.data
    of = f" ({line(data['reference'], 60)})" if data["reference"] else ""
    by = f"by {line(data['received_by'])}{of}"
    return f"transfer {deed.subject} was received on {data['received']} {by} ({who(deed)})"


def _transfer_dropped(deed: Deed, _: Names) -> str:
    return f"{who(deed)} dropped transfer {deed.subject} ({quoted(deed.data['reason'])})"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "schedule.rule_saved": _rule_saved,
    "schedule.rule_removed": _rule_removed,
    "record.filed": _record_filed,
    "retention.event": _event,
    "retention.event_withdrawn": _event_withdrawn,
    "schedule.proposed": _proposed,
    "schedule.changed": _changed,
    "schedule.dropped": _dropped,
    "notice.drafted": _notice_drafted,
    "notice.sent": _notice_sent,
    "notice.replied": _notice_replied,
    "notice.dropped": _notice_dropped,
    "transfer.made": _transfer_made,
    "transfer.received": _transfer_received,
    "transfer.dropped": _transfer_dropped,
}
"""Each kind of act and its sentence."""
