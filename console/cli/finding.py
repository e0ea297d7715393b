"""`ofrecord search` and `ofrecord show`: find records, and look at one with its versions, thread and evidence."""

import sys
from typing import Any

import click

from console.cli.output import counted, note, say, settings_of, with_json, without_date
from custody.clock import in_zone
from custody.errors import UsageError
from custody.ids import label_of, number_of
from custody.record import Content, Record, Version
from workflows import finding
from workflows.finding import Order, content_data
from workflows.house import House, open_house

_ASSERTED = ("created_at", "edited_at", "removed_at")
"""Moments in a content that its source asserts; nobody here has proved them."""


@click.command()
@click.argument("query")
@click.option("--count", "only_count", is_flag=True, help="Print only how many records match.")
@click.option("--ids", "only_ids", is_flag=True, help="Print only the record numbers, one a line.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many to show.")
@click.option("--all", "everything", is_flag=True, help="Show every match.")
@click.option("--sort", type=click.Choice([order.value for order in Order]), default="newest", show_default=True)
@click.option("--facets", "with_facets", is_flag=True, help="Also count by account, platform, month and state.")
@with_json
@click.pass_context
def search(
    context: click.Context,
    query: str,
    only_count: bool,
    only_ids: bool,
    limit: int,
    everything: bool,
    sort: str,
    with_facets: bool,
    as_json: bool,
) -> None:
    """Find records. The query is said back in plain words with the exact count before anything is shown.

    Several words mean all of them; "quotes" mean these words together; OR, NOT and (brackets) work; snow* finds
    snowplow; fields: account: platform: author: kind: state: tag: series: has:media, and date: since: until:

    \b
    Example:
      ofrecord search '"oak street" OR flood'
      ofrecord search 'author:"maya torres" date:2025-03..2025-05' --all --ids
      ofrecord search 'state:hidden OR state:deleted' --facets
    """
    with open_house(settings_of(context)) as house:
        answer = finding.search(house, query)
        said, total, left_out = answer.question.said_as, answer.count, answer.undated
        data: dict[str, Any] = {"query": query, "said_as": said, "count": total, "undated": left_out}
        if not (only_count and as_json):
            note(f"{said}: {counted(total, 'record')}")
        without_date(left_out)
        if otherwise := finding.hint(query):
            note(f"{otherwise}.")
        if only_count:
            say(as_json, data, [str(total)])
            return
        order, most = Order(sort), None if everything else limit
        if only_ids:
            _ids(house, answer, order, most, data, as_json)
            return
        if with_facets:
            data["facets"] = _facets(house, answer)
        if as_json:
            hits = [_hit(found) for found in finding.page(house, answer, order, most)]
            say(True, {**data, "hits": hits}, [])
            return
        for found in finding.page(house, answer, order, most):
            _print_hit(found, house.city.time_zone)
        for name, counts in data.get("facets", {}).items():
            click.echo(f"by {name}: " + ", ".join(f"{key} {number}" for key, number in counts.items()))
        if most is not None and total > most:
            note(f"The first {most} of {total:,}. Use --all to see every one.")


def _ids(
    house: House, answer: finding.Answer, order: Order, most: int | None, data: dict[str, Any], as_json: bool
) -> None:
    if as_json:
        ids = [label_of(number) for number in finding.numbers(house, answer, order, most)]
        say(True, {**data, "ids": ids}, [])
        return
    for number in finding.numbers(house, answer, order, most):
        click.echo(label_of(number))


def _facets(house: House, answer: finding.Answer) -> dict[str, dict[str, int]]:
    found = finding.facets(house, answer)
    return {name: dict(getattr(found, name)) for name in ("account", "platform", "month", "state")}


def _hit(found: finding.Found) -> dict[str, Any]:
    content = found.record.current
    return {
        "id": label_of(found.record.number),
        "account": found.account,
        "platform": found.record.platform,
        "kind": content.kind.value,
        "state": content.state.value,
        "author": content.author.name or content.author.handle,
        "created_at": content.created_at.isoformat() if content.created_at else None,
        "versions": len(found.record.versions),
        "snippet": "".join(piece for piece, _ in found.pieces),
    }


def _print_hit(found: finding.Found, zone: str) -> None:
    content = found.record.current
    state = "" if content.state.value == "live" else f" [{content.state.value}]"
    head = f"{label_of(found.record.number):8} {_when(content, zone):17} {found.account} {content.kind.value}{state}"
    author = content.author.name or content.author.handle
    click.echo(f"{head} by {author}" if author else head)
    text = "".join(click.style(piece, bold=True, underline=True) if hit else piece for piece, hit in found.pieces)
    click.echo("         " + " ".join(text.split()))


def _when(content: Content, zone: str) -> str:
    if content.created_at is None:
        return "no date"
    return in_zone(content.created_at, zone).isoformat(" ")[:16]


@click.command()
@click.argument("record")
@click.option("--raw", is_flag=True, help="Print the raw bytes of the newest version, as the source had them.")
@with_json
@click.pass_context
def show(context: click.Context, record: str, raw: bool, as_json: bool) -> None:
    """Show one record: its text, versions, media, thread, and where its evidence lies.

    \b
    Example:
      ofrecord show R13
      ofrecord show R13 --raw
    """
    number = number_of(record)
    if number is None:
        raise UsageError(f"{record!r} is no record number.", "They look like R13; `ofrecord search` shows them.")
    with open_house(settings_of(context)) as house:
        if raw:
            sys.stdout.buffer.write(finding.raw(house, number))
            return
        seen = finding.view(house, number)
        data = _record(seen.record, seen.account)
        data["thread"] = [{"id": label_of(entry.number), "depth": entry.depth} for entry in seen.thread]
        say(as_json, data, _lines(seen.record, data, house, seen.thread))


def _kept(version: Version) -> str:
    """What the ledger can say of a version's time, and what its source asserts of it."""
    kept = f"since {version.captured_at:%Y-%m-%d %H:%M} UTC in the ledger: it existed no later"
    dated = f"; its source dates it {version.as_of:%Y-%m-%d %H:%M} UTC (asserted)"
    return kept + (dated if version.as_of != version.captured_at else "")


def _record(record: Record, handle: str) -> dict[str, Any]:
    versions = [
        {
            "version": version.n,
            "captured_at": version.captured_at.isoformat(),
            "as_of": version.as_of.isoformat(),
            "run": version.run,
            "sha256": version.digest,
            "content": content_data(version.content),
        }
        for version in record.versions
    ]
    current = record.versions[record.current_index].n
    base = {"id": label_of(record.number), "account": handle, "platform": record.platform, "series": record.series}
    return {**base, "current_version": current, "versions": versions, "asserted_by_source": ["as_of", *_ASSERTED]}


def _lines(record: Record, data: dict[str, Any], house: House, thread: tuple[finding.ThreadEntry, ...]) -> list[str]:
    content, zone = record.current, house.city.time_zone
    raw = [content.created_at_raw] if content.created_at_raw else []
    said = "; ".join([*raw, "asserted by the source"] if content.created_at else raw)
    posted = f"{_when(content, zone)} {zone}" if content.created_at else "no date given"
    lines = [f"{data['id']}  {content.kind.value} on {data['account']} ({record.platform}), {content.state.value}"]
    lines += [f"  posted   {posted}" + (f" ({said})" if said else "")]
    lines += [f"  kept     {_kept(record.versions[record.current_index])}"]
    lines += [f"  by       {content.author.name or content.author.handle or 'not said'}"]
    lines += [f"  link     {content.permalink}"] if content.permalink else []
    lines += [f"  series   {record.series}", ""]
    lines += [f"  {content.title}", ""] if content.title else []
    lines += [f"  {line}" for line in content.text.splitlines()]
    for media in content.media:
        kept = f"sha256 {media.sha256[:16]}..., {media.size:,} bytes" if media.sha256 else f"MISSING: {media.gap}"
        lines.append(f"  [{media.kind}] {media.uri}: {kept}" + (f" - {media.alt}" if media.alt else ""))
    if len(record.versions) > 1:
        lines += ["", f"  {len(record.versions)} versions:"]
        for version in record.versions:
            captured = f"{version.captured_at:%Y-%m-%d %H:%M} UTC"
            lines.append(f"    {version.n}: captured {captured}, sha256 {version.digest[:16]}...")
    if len(thread) > 1:
        lines += ["", "  thread:"]
        for entry in thread:
            here = " <- this record" if entry.number == record.number else ""
            lines.append(f"    {'  ' * entry.depth}{label_of(entry.number)}{here}")
    return lines
