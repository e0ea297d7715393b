"""`ofrecord request records`: the collected records to be read, with what was decided and what is proposed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from console.cli.output import Progress, counted, note, say, settings_of, with_json
from console.cli.request_words import record_named
from custody.clock import in_zone
from custody.ids import RecordNumber, label_of
from custody.record import Content
from custody.request import Mark
from workflows import going_through
from workflows.going_through import Page, Picture
from workflows.house import House, open_house


@click.command("records")
@click.argument("number", type=int)
@click.argument("records", nargs=-1)
@click.option("--mark", type=click.Choice([each.value for each in Mark]), help="Only those marked so.")
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write their pictures and files into this folder, to be looked at. Delete them when you are done.",
)
@with_json
@click.pass_context
def records_(
    context: click.Context,
    number: int,
    records: tuple[str, ...],
    mark: str | None,
    pictures: Path | None,
    as_json: bool,
) -> None:
    """Read what a request collected: each record whole, with its mark, what is withheld of it and what is proposed.

    Nothing is blacked out here: it is for you. For a black region in a picture, look at the picture with --pictures;
    it has the width and height in which the region is given.

    \b
    Example:
      ofrecord request records 1
      ofrecord request records 1 --mark undecided
      ofrecord request records 1 R3 --pictures pictures
    """
    only, wanted = [record_named(each) for each in records], Mark(mark) if mark else None
    with open_house(settings_of(context)) as house:
        written = _pictures(house, number, pictures, only, wanted) if pictures else []
        data = shown(house, number, only, wanted, as_json)
    if as_json:
        files = [_picture_data(each) for each in written]
        say(True, {"number": number, "records": data, "pictures": files}, [])
        return
    for each in written:
        size = f"{each.width} x {each.height} pixels" if each.width else "no picture that can be opened here"
        click.echo(f"{each.path}  {label_of(each.record)} {each.field}, {size}")


def shown(
    house: House, number: int, only: Sequence[RecordNumber], mark: Mark | None, as_json: bool
) -> list[dict[str, Any]]:
    """Print records to be read, one after another; with `as_json` nothing is printed and they are given as data."""
    count, pages = going_through.pages(house, number, only, mark)
    zone = house.city.time_zone
    if as_json:
        return [_data(page, zone) for page in pages]
    for page in pages:
        for line in _lines(page, zone):
            click.echo(line)
    click.echo(f"{counted(count, 'record')} of request {number}.")
    return []


def _pictures(house: House, number: int, into: Path, only: Sequence[RecordNumber], mark: Mark | None) -> list[Picture]:
    progress = Progress("files")
    written = going_through.write_pictures(house, number, into, only, mark, progress.at)
    progress.end()
    note(f"Nothing is withheld in {into}: it is for you, not for the requester. Delete it when you are done.")
    return written


def _lines(page: Page, zone: str) -> Iterator[str]:
    content, decision = page.record.current, page.decision
    state = "" if content.state.value == "live" else f" [{content.state.value}]"
    by = content.author.name or content.author.handle
    head = f"{label_of(page.record.number):7} {decision.mark.value:10} {_when(content, zone)}  {page.account}"
    yield f"{head} {content.kind.value}{state}{f' by {_flat(by)}' if by else ''}"
    reason = ", ".join(each for each in (decision.code, decision.note) if each)
    if reason:
        yield f"        because: {_flat(reason)}"
    for line in [content.title, *content.text.splitlines()] if content.title else content.text.splitlines():
        yield f"        {_flat(line)}"
    for n, media in enumerate(content.media):
        kept = "" if media.sha256 else ", not contained in the download"
        yield f"        [media:{n} {media.kind}{kept}] {_flat(media.alt) or 'no description'}"
    if len(page.record.versions) > 1:
        yield f"        {len(page.record.versions)} versions: ofrecord show {label_of(page.record.number)}"
    yield from (f"        withheld: {_flat(each)}" for each in page.withheld)
    for each in page.proposals:
        yield f"        proposed D{each.draft.n} ({each.draft.kind}): {_flat(each.words)}"
    yield ""


def _data(page: Page, zone: str) -> dict[str, Any]:
    content, decision = page.record.current, page.decision
    return {
        "record": label_of(page.record.number),
        "mark": decision.mark.value,
        "code": decision.code,
        "note": decision.note,
        "account": page.account,
        "kind": content.kind.value,
        "state": content.state.value,
        "author": content.author.name or content.author.handle,
        "posted": _when(content, zone),
        "title": content.title,
        "text": content.text,
        "media": [{"field": f"media:{n}", "alt": each.alt, "kept": bool(each.sha256)} for n, each in
                  enumerate(content.media)],
        "versions": len(page.record.versions),
        "withheld": list(page.withheld),
        "proposals": [{"draft": f"D{each.draft.n}", "kind": each.draft.kind, "words": each.words} for each in
                      page.proposals],
    }  # fmt: skip


def _picture_data(each: Picture) -> dict[str, Any]:
    size = {"width": each.width, "height": each.height}
    return {"record": label_of(each.record), "field": each.field, "file": str(each.path), **size}


def _when(content: Content, zone: str) -> str:
    return in_zone(content.created_at, zone).isoformat(" ")[:16] if content.created_at else "no date         "


def _flat(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
