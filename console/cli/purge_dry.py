"""Dry runs of `ofrecord purge`: what would happen, in words and as JSON. And how far a purge is, for its commands."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from console.cli import purge_words as words
from console.cli.output import FINE, Progress, say, settings_of
from custody.authority import PurgeBatch, PurgeState
from custody.ids import label_of
from workflows import people, purge_dry_run, purge_steps
from workflows.house import House, open_house
from workflows.set_aside import Item


def say_would_propose(
    context: click.Context, accepted: tuple[str, ...], series: tuple[str, ...], with_quarantined: bool, as_json: bool
) -> None:
    """Say what `purge propose` would do."""
    progress = Progress("records judged")
    with open_house(settings_of(context)) as house:
        would = purge_dry_run.of_proposal(house, accepted, series, with_quarantined, progress.at)
    progress.end()
    data = {
        **purge_steps.as_data(would.found),
        "count": len(would.found.numbers),
        "items": [list(item) for item in would.items],
        **_stopped(would.in_the_way, would.stopped),
    }
    say(as_json, data, words.would_propose_lines(would, data))


def say_would_destroy(context: click.Context, number: int, as_json: bool) -> int:
    """Say what carrying a purge out would do. Returns the exit code."""
    progress = Progress("done")
    with open_house(settings_of(context)) as house:
        would = purge_dry_run.of_purge(house, number, telling(progress))
        ready, gone = ready_from(house, would.batch), is_gone(house, would.batch)
    progress.end()
    data = {
        **words.batch_data(would.batch, gone),
        "items": [list(item) for item in would.items],
        "refused": {label_of(each): why for each, why in would.refused.items()},
        **_stopped(would.in_the_way, would.stopped),
        "ready": ready,
    }
    say(as_json, data, words.would_destroy_lines(would, ready))
    return FINE


def _stopped(in_the_way: Mapping[Item, Sequence[str]], stopped: tuple[str, str] | None) -> dict[str, Any]:
    """What stands against a step, as JSON data: items set aside with the records they hold, and the words."""
    items = [{"run": run, "item": n, "records": list(labels)} for (run, n), labels in sorted(in_the_way.items())]
    return {"in_the_way": items, "stopped": " ".join(stopped) if stopped else ""}


def is_gone(house: House, batch: PurgeBatch) -> bool:
    """Whether a purge's records are destroyed."""
    return batch.state is PurgeState.EXECUTED or purge_steps.destroyed_by(house, batch.number) is not None


def ready_from(house: House, batch: PurgeBatch) -> str:
    """From when on the next step of a purge is possible, in words; "" when there is none."""
    at = purge_steps.ready_at(batch)
    return people.local(house, at) if at is not None else ""


def became_of(house: House, batch: PurgeBatch) -> str:
    """What became of a purge that was done again after a restore; "" of any other."""
    said = purge_steps.done_again(house, batch)
    return said[0] if said else ""


def in_short(house: House, batch: PurgeBatch) -> str:
    """The same in a few words, for a list."""
    if batch.state is not PurgeState.EXECUTED:
        return ""
    executed, again = purge_steps.days_of_both(house, batch)
    return f"carried out on {executed}; done again after the restore on {again}"


def telling(progress: Progress) -> Any:
    """Who hears what is being done, and shows it."""

    def told(what: str, done: int, total: int) -> None:
        progress.total = total or None
        progress.at(done, what)

    return told
