"""`ofrecord init`, `verify` and `rebuild`: make an archive, check it against itself, make its catalog again."""

from pathlib import Path

import click

from console.cli.output import DAMAGED, Progress, counted, home_of, say, settings_of, who, with_json
from workflows import citing
from workflows.auditing import Level, Verdict, checkpoint_in, hint_for, rebuild_catalog, set_right
from workflows.auditing import verify as verify_archive
from workflows.enrolling import make_archive
from workflows.house import open_for_writing, open_house
from workflows.rolling import roll
from workflows.settings import Settings


@click.command()
@click.option("--city", required=True, help="wausau, stoughton, or the path of a city's profile (.toml).")
@click.option("--engine", default="fts", show_default=True, help="The search engine: fts or whoosh.")
@with_json
@click.pass_context
def init(context: click.Context, city: str, engine: str, as_json: bool) -> None:
    """Make an empty archive for a city, in a new folder.

    \b
    Example:
      ofrecord --home maple-falls init --city wausau
    """
    settings = make_archive(home_of(context), city, who(), engine)
    data = {"home": str(settings.home), "archive": settings.archive, "city": city, "engine": engine}
    with open_house(settings) as house:
        title, lacks = house.city.title, not house.city.destruction_ordinance
        cited = citing.in_brackets(citing.keeping_law(house).destruction.authority)
    lines = [f"Made an archive for {title} in {settings.home}."]
    if lacks:
        lines.append("No ordinance for destruction is entered yet, so nothing will ever count as free to go:")
        lines.append(f"  complete {settings.city} when the city attorney has confirmed one{cited}.")
    lines.append(f"Next: ofrecord --home {settings.home} account add HANDLE --platform NAME")
    say(as_json, data, lines)


@click.command()
@click.option("--level", type=click.Choice([level.name for level in Level]), default="V4", show_default=True,
              help="V0 start, V1 ledger, V2 catalog and index, V3 every byte, V4 what others remember.")  # fmt: skip
@click.option("--against", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A response ZIP or a checkpoint somebody kept, to compare the ledger with.")  # fmt: skip
@click.option(
    "--rolling", is_flag=True, help="Read a thirtieth of the bytes: for every day, so that each has its turn."
)
@with_json
@click.pass_context
def verify(context: click.Context, level: str, against: tuple[Path, ...], rolling: bool, as_json: bool) -> int:
    """Read every byte of the archive and compare it with catalog, index, ledger and what others remember.

    Exit code 0: all is as it was kept. 1: something is not; each damaged file and record is named.

    \b
    Example:
      ofrecord verify
      ofrecord verify --level V1
      ofrecord verify --rolling
    """
    if rolling:
        return _rolling(settings_of(context), as_json)
    progress, settings = Progress("bytes"), settings_of(context)
    mended = set_right(settings)
    with open_house(settings) as house:
        remembered = [(str(path), checkpoint_in(path)) for path in against]
        verdict = verify_archive(house, progress.at, Level[level], remembered)
    progress.end()
    first = [f"Left by a program that was stopped, and set right: {note}." for note in mended]
    say(as_json, {**_data(verdict), "level": level, "set_right": list(mended)}, [*first, *_lines(verdict)])
    return 0 if verdict.clean else DAMAGED


def _rolling(settings: Settings, as_json: bool) -> int:
    progress = Progress("bytes")
    with open_for_writing(settings) as house:
        done = roll(house, progress.at)
    progress.end()
    whole = (
        "Not every byte has had its turn yet." if done.oldest is None else f"Every byte was read since {done.oldest}."
    )
    share = f"{done.verdict.bytes:,} of {done.total:,} bytes were read today."
    data = {**_data(done.verdict), "of": done.total, "oldest": done.oldest.isoformat() if done.oldest else None}
    say(as_json, data, [share, whole, *(_lines(done.verdict) if done.verdict.findings else ())])
    return 0 if done.verdict.clean else DAMAGED


def _data(verdict: Verdict) -> dict[str, object]:
    findings = [
        {"code": found.code, "object": found.object, "message": found.message, "hint": hint_for(found)}
        for found in verdict.findings
    ]
    totals = {"bytes": verdict.bytes, "exchanges": verdict.exchanges, "records": verdict.records}
    return {"clean": verdict.clean, "findings": findings, **totals, "seconds": round(verdict.seconds, 3)}


def _lines(verdict: Verdict) -> list[str]:
    read = f"{verdict.bytes:,} bytes, {verdict.exchanges:,} WARC records, {counted(verdict.records, 'record')}"
    if verdict.clean:
        return [f"All is as it was kept: {read} read in {verdict.seconds:.1f} s."]
    lines = [f"{counted(len(verdict.findings), 'finding')} ({read} read):"]
    for found in verdict.findings:
        lines += [f"  {found.code}: {found.object}", f"    {found.message}", f"    What to do: {hint_for(found)}."]
    return lines


@click.command()
@with_json
@click.pass_context
def rebuild(context: click.Context, as_json: bool) -> None:
    """Make the catalog and the search index again from the vault alone.

    The old catalog is replaced only when the new one is whole. If the vault is damaged nothing changes.

    \b
    Example:
      ofrecord rebuild
    """
    progress = Progress("records")
    count = rebuild_catalog(settings_of(context), progress.at)
    progress.end()
    say(as_json, {"records": count}, [f"The catalog and the index were made again: {counted(count, 'record')}."])
