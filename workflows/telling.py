"""What was done and what was read, in plain words: one sentence for each kind, and one line for each sentence.

Words that people or strangers wrote are cut to one short line without control characters. What a redaction withholds
never stands in an act, so it cannot stand here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from workflows import (
    telling_destructions,
    telling_holds,
    telling_keeping,
    telling_people,
    telling_releases,
    telling_request_life,
    telling_requests,
    telling_review,
)
from workflows.wording import Deed, Names, import_of, line, quoted, who


def told(deed: Deed, names: Names) -> str:
    """An act in one sentence."""
    return SENTENCES[deed.kind](deed, names)


def read_told(row: Mapping[str, Any]) -> str:
    """A reading in one sentence."""
    said = READINGS[row["kind"]](row)
    tail = {"refused": " (refused: nothing was shown)"}.get(row["outcome"], "")
    return f"{line(row['by'], 60)} {said}{tail}"


def _archive_made(deed: Deed, _: Names) -> str:
    return f"{who(deed)} made the archive of {line(str(deed.data.get('city', '')))}"


def _settings_changed(deed: Deed, _: Names) -> str:
    return f"{' and '.join(deed.data['changed'])} had been changed by hand; noticed when {who(deed)} next wrote"


def _segment_sealed(deed: Deed, _: Names) -> str:
    return f"{line(deed.data['name'], 120)} was full ({deed.data['length']:,} bytes) and is written to no more"


def _account_added(deed: Deed, _: Names) -> str:
    data = deed.data
    more = [data["platform"], data.get("department", "")]
    more += [f"custodian {data['custodian']}"] if data.get("custodian") else []
    about = ", ".join(line(each) for each in more if each)
    return f"{who(deed)} registered the account {line(data['handle'])} ({about})"


def _run_started(deed: Deed, names: Names) -> str:
    personal = ", personal sections too" if deed.data.get("personal") else ""
    return f"{who(deed)} began run {deed.subject}, {import_of(deed.data, names)}{personal}"


_SAID = ("new", "changed", "flagged", "unchanged", "duplicate", "quarantined", "excluded")


def _run_ended(deed: Deed, names: Names) -> str:
    data = deed.data
    what = import_of(names.runs.get(deed.subject, {"account": 0}), names)
    counts = [f"{data[name]:,} {name}" for name in _SAID if data.get(name)]
    said = ", ".join(counts) or ("nothing in it" if "listed" in data else "how much was taken in was not counted")
    if "listed" in data:
        said += "; sums close" if data["listed"] == sum(data[name] for name in _SAID) else "; THE SUMS DO NOT CLOSE"
    state = "" if data["state"] == "complete" else f"; {data['state']}"
    return f"{what}: {said}{state} (run {deed.subject}, {who(deed)})"


def _feed_read(deed: Deed, names: Names) -> str:
    from archiver.fetch import without_secrets  # what fetches is slow to load, and few sentences need it

    answer = {200: "it was read", 304: "nothing had changed", 410: "it is gone for good"}
    status = deed.data.get("status", 0)
    said = answer.get(status, f"it answered {status}")
    url = line(without_secrets(deed.data["url"]))
    return f"{who(deed)} asked the feed {url} for {names.account(deed.subject)}: {said}"


def _searches_forgotten(deed: Deed, names: Names) -> str:
    count = deed.data["count"]
    words = "the words of 1 reading" if count == 1 else f"the words of {count:,} readings"
    return f"{who(deed)} had {words} from before {names.day(deed.data['before'])} forgotten"


def _reads_lost(deed: Deed, _: Names) -> str:
    first, last = deed.data["first"], deed.data["last"]
    return f"who read what (readings {first:,} to {last:,}) was lost with the catalog, made again by {who(deed)}"


def _witness_trusted(deed: Deed, _: Names) -> str:
    return f"{who(deed)} made {line(str(deed.data['key']).split('+')[0], 60)} a witness of the ledger"


def _witnessed(deed: Deed, _: Names) -> str:
    return f"{line(deed.data['witness'], 60)} signed the ledger's first {deed.data['size']:,} entries as a witness"


def _stamped(deed: Deed, names: Names) -> str:
    day = names.day(deed.data["at"] * 1000)
    return f"{who(deed)} took a time stamp of {day} for the ledger's first {deed.data['size']:,} entries"


def _bytes_checked(deed: Deed, _: Names) -> str:
    found = deed.data["findings"]
    said = "all as they were kept" if not found else "1 finding" if found == 1 else f"{found:,} findings"
    return f"{who(deed)} had {deed.data['bytes']:,} of {deed.data['of']:,} bytes read again: {said}"


def _archive_restored(deed: Deed, _: Names) -> str:
    missing = deed.data.get("missing") or 0
    lacks = f"; {missing:,} newer entries are known to be missing" if missing else ""
    return f"{who(deed)} restored the archive as of {line(deed.data['made_at'], 40)} from a backup{lacks}"


SENTENCES: Mapping[str, Callable[[Deed, Names], str]] = {
    "archive.made": _archive_made,
    "settings.changed": _settings_changed,
    "segment.sealed": _segment_sealed,
    "account.added": _account_added,
    "run.started": _run_started,
    "run.ended": _run_ended,
    **telling_requests.SENTENCES,
    **telling_request_life.SENTENCES,
    **telling_review.SENTENCES,
    **telling_holds.SENTENCES,
    **telling_keeping.SENTENCES,
    **telling_releases.SENTENCES,
    **telling_destructions.SENTENCES,
    "feed.read": _feed_read,
    "searches.forgotten": _searches_forgotten,
    "reads.lost": _reads_lost,
    "witness.trusted": _witness_trusted,
    "anchor.witnessed": _witnessed,
    "anchor.stamped": _stamped,
    "bytes.checked": _bytes_checked,
    "archive.restored": _archive_restored,
    **telling_people.SENTENCES,
}
"""Each kind of act and its sentence."""


def _sought(row: Mapping[str, Any]) -> str:
    return quoted(row["text"]) if row["text"] is not None else "(words forgotten)"


def _counted(row: Mapping[str, Any], one: str) -> str:
    return f"{row['count']:,} {one}" if row["count"] == 1 else f"{row['count']:,} {one}s"


def _log_read(row: Mapping[str, Any]) -> str:
    what = "all of it" if row["text"] == "" else _sought(row)
    return f"read the log, {what}: {_counted(row, 'line')}"


READINGS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "search": lambda row: f"searched {_sought(row)}: {_counted(row, 'record')}",
    "show": lambda row: f"looked at {row['subject']}, {_counted(row, 'version')}",
    "show.raw": lambda row: f"took the raw bytes of {row['subject']}",
    "request.list": lambda row: f"listed the requests: {_counted(row, 'request')}",
    "request.show": lambda row: f"looked at {row['subject']}, {_counted(row, 'record')}",
    "request.collect": lambda row: f"searched for {row['subject']} {_sought(row)}: {_counted(row, 'record')}",
    "request.paper": lambda row: f"took {_counted(row, 'record')} out on paper for {row['subject']}",
    "request.publish": lambda row: f"put {row['subject']} into a reading room, or out of it ({row['outcome']})",
    "request.respond": lambda row: f"took {_counted(row, 'record')} out as the response to {row['subject']}",
    "log.read": _log_read,
    "user.list": lambda row: f"listed the users: {_counted(row, 'user')}",
    "purge.list": lambda row: f"listed the purges: {_counted(row, 'purge')}",
    "purge.show": lambda row: f"looked at {row['subject']}, {_counted(row, 'record')}",
    "purge.certificate": lambda row: f"took the certificate of {row['subject']}: {_counted(row, 'record')}",
    "transfer.preview": lambda row: f"looked at what a transfer would hand over: {_counted(row, 'record')}",
    "transfer.show": lambda row: f"looked at {row['subject']}, {_counted(row, 'record')}",
    "hold.preview": lambda row: f"looked at what a hold on {_sought(row)} would reach: {_counted(row, 'record')}",
    "rule.try": lambda row: f"tried a filing rule {_sought(row)}: {_counted(row, 'record')}",
}
"""Each kind of reading and its sentence."""
