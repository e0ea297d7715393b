"""`ofrecord request subject`: the people a record is about, their notices, and from when it may go out."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from console.cli.output import DAY, say, settings_of, with_json
from console.cli.request_intake import on_day
from custody.errors import UsageError
from workflows import subjects
from workflows.house import House, open_for_writing, open_house
from workflows.subjects import RecordAbout, Subject, Told

_RECORDS = [each.value for each in RecordAbout]


@click.group()
def subject() -> None:
    """Tell the people a record is about before it goes out, where Wis. Stat. 19.356 asks for it.

    Most posts and comments need no notice, and none may delay them. A notice is owed for records of an investigation
    of an employee, records obtained by subpoena or warrant, and another employer's records about its employee; holders
    of a public office may add comments of their own.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record office_holder --office local --about "posts about the alder"
      ofrecord request letter 1 notice-to-subject --subject 1
      ofrecord request subject sent 1 1 --by-way certified_mail
      ofrecord request subject received 1 1
      ofrecord request subject list 1
    """


@subject.command("add")
@click.argument("number", type=int)
@click.argument("name")
@click.option(
    "--record", type=click.Choice(_RECORDS), required=True, help="What sort of record about the person it is."
)
@click.option("--about", required=True, help="The record in a few words; the notice names it so.")
@click.option("--office", type=click.Choice(["local", "state"]), help="The public office the person holds.")
@click.option("--authorized", is_flag=True, help="The person agreed to the release of another employer's record.")
@click.option("--decided", type=DAY, help="The day access was decided. Default: today.")
@with_json
@click.pass_context
def add(
    context: click.Context,
    number: int,
    name: str,
    record: str,
    about: str,
    office: str | None,
    authorized: bool,
    decided: date | None,
    as_json: bool,
) -> None:
    """Name a person a record is about, once it is decided to give access. What is owed is said.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
    """
    who = Subject(name=name, about=RecordAbout(record), office=office or "", authorized=authorized)
    with open_for_writing(settings_of(context)) as house:
        told = subjects.name_subject(house, number, who, about, decided)
    say(as_json, subject_data(told), [*subject_lines(told), *_next(number, told)])


@subject.command("list")
@click.argument("number", type=int)
@with_json
@click.pass_context
def list_(context: click.Context, number: int, as_json: bool) -> None:
    """Show the record subjects of a request, their limits day by day, and whether the records may go out.

    \b
    Example:
      ofrecord request subject list 1
    """
    with open_house(settings_of(context)) as house:
        there = subjects.subjects_of(house, number)
    lines = [line for told in there for line in subject_lines(told)]
    lines = lines or [f"Request {number} names no record subject; no notice is owed, and none may delay it."]
    say(as_json, {"number": number, "subjects": [subject_data(told) for told in there]}, lines)


@subject.command("sent")
@click.argument("number", type=int)
@click.argument("n", type=int)
@click.option("--by-way", type=click.Choice(["certified_mail", "personal_service", "other"]), required=True)
@on_day
@with_json
@click.pass_context
def sent(context: click.Context, number: int, n: int, by_way: str, on: date | None, as_json: bool) -> None:
    """Write down that the notice was sent: by certified mail or personal service.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way certified_mail
    """
    _step(context, as_json, number, lambda house: subjects.record_step(house, number, n, "sent", on, by_way=by_way))


@subject.command("received")
@click.argument("number", type=int)
@click.argument("n", type=int)
@on_day
@with_json
@click.pass_context
def received(context: click.Context, number: int, n: int, on: date | None, as_json: bool) -> None:
    """Write down the day on which the person received the notice (the return receipt).

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way certified_mail
      ofrecord request subject received 1 1
    """
    _step(context, as_json, number, lambda house: subjects.record_step(house, number, n, "received", on))


@subject.command("returned")
@click.argument("number", type=int)
@click.argument("n", type=int)
@on_day
@with_json
@click.pass_context
def returned(context: click.Context, number: int, n: int, on: date | None, as_json: bool) -> None:
    """Write down that the notice came back undelivered.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way certified_mail
      ofrecord request subject returned 1 1
    """
    _step(context, as_json, number, lambda house: subjects.record_step(house, number, n, "returned", on))


@subject.command("waived")
@click.argument("number", type=int)
@click.argument("n", type=int)
@click.option("--in-writing/--orally", default=True, help="Only a waiver in writing opens the gate.")
@on_day
@with_json
@click.pass_context
def waived(context: click.Context, number: int, n: int, in_writing: bool, on: date | None, as_json: bool) -> None:
    """Write down that the person waived the waiting time.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way certified_mail
      ofrecord request subject waived 1 1
    """
    _step(
        context,
        as_json,
        number,
        lambda house: subjects.record_step(house, number, n, "waived", on, in_writing=in_writing),
    )


@subject.command("augment")
@click.argument("number", type=int)
@click.argument("n", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@on_day
@with_json
@click.pass_context
def augment(context: click.Context, number: int, n: int, file: Path, on: date | None, as_json: bool) -> None:
    """Keep the comments that a holder of a public office adds to the record; they go out with it.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record office_holder --office local --about "posts about the alder"
      ofrecord request subject sent 1 1 --by-way certified_mail
      ofrecord request subject augment 1 1 comments.txt
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error}", "Check the name of the file.") from error
    _step(context, as_json, number, lambda house: subjects.augment(house, number, n, file.name, content, on))


@subject.command("intends")
@click.argument("number", type=int)
@click.argument("n", type=int)
@on_day
@with_json
@click.pass_context
def intends(context: click.Context, number: int, n: int, on: date | None, as_json: bool) -> None:
    """Write down that the person announced going to court.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way personal_service
      ofrecord request subject intends 1 1
    """
    _step(context, as_json, number, lambda house: subjects.record_step(house, number, n, "intends", on))


@subject.command("sued")
@click.argument("number", type=int)
@click.argument("n", type=int)
@click.option("--note", "text", default="", help="The court, the case number.")
@on_day
@with_json
@click.pass_context
def sued(context: click.Context, number: int, n: int, text: str, on: date | None, as_json: bool) -> None:
    """Write down that the person began an action: no access and no destruction while it is pending.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way personal_service
      ofrecord request subject sued 1 1 --note "26-CV-101"
    """
    _step(context, as_json, number, lambda house: subjects.record_step(house, number, n, "sued", on, note=text))


@subject.command("settled")
@click.argument("number", type=int)
@click.argument("n", type=int)
@click.option("--forbids/--permits", default=False, help="Whether the order forbids access. Default: it permits it.")
@on_day
@with_json
@click.pass_context
def settled(context: click.Context, number: int, n: int, forbids: bool, on: date | None, as_json: bool) -> None:
    """Write down how the person's action ended.

    \b
    Example:
      ofrecord request subject add 1 "Alex Poe" --record employee_investigation --about "the letter of March 3"
      ofrecord request subject sent 1 1 --by-way personal_service
      ofrecord request subject sued 1 1
      ofrecord request subject settled 1 1 --permits
    """
    _step(
        context, as_json, number, lambda house: subjects.record_step(house, number, n, "settled", on, forbids=forbids)
    )


def _step(context: click.Context, as_json: bool, number: int, act: Callable[[House], Told]) -> None:
    with open_for_writing(settings_of(context)) as house:
        told = act(house)
    say(as_json, subject_data(told), [*subject_lines(told), *_next(number, told)])


def subject_lines(told: Told) -> list[str]:
    """One record subject: what is owed and why, its limits, and the gate."""
    limits = told.limits
    first = (("serve the notice by", limits.serve_by),)
    court = (
        ("intent to go to court through", limits.intent_by),
        ("action through", limits.action_by),
        ("no access through", limits.no_access_through),
    )
    named = (*first, *((("comments through", limits.augment_by),) if subjects.only_augments(told) else court))
    lines = [f"{told.n}  {told.subject.name}: {told.about}", f"   {told.duty.why} ({told.duty.citation})"]
    if subjects.needs_notice(told):
        lines += [f"   {words} {counted.end}" for words, counted in named if counted is not None]
    lines += [f"   LATE: {late}" for late in limits.late]
    gate = "may go out" if told.gate.is_open else "may NOT go out"
    day = f" before {told.gate.not_before}" if told.gate.not_before and not told.gate.is_open else ""
    return [*lines, f"   The records {gate}{day}: {told.gate.why}.", *(f"   {each}" for each in told.gate.warnings)]


def subject_data(told: Told) -> dict[str, Any]:
    """One record subject as JSON data."""
    gate = told.gate
    return {
        "n": told.n,
        "name": told.subject.name,
        "record": told.subject.about.value,
        "about": told.about,
        "notice": told.duty.notice.value,
        "why": told.duty.why,
        "citation": told.duty.citation,
        "serve_by": told.limits.serve_by.end.isoformat(),
        "gate_open": gate.is_open,
        "not_before": gate.not_before.isoformat() if gate.not_before else None,
        "gate": gate.why,
        "warnings": [*told.limits.late, *gate.warnings],
    }


def _next(number: int, told: Told) -> list[str]:
    if not subjects.needs_notice(told):
        return ["Nothing has to be sent."]
    if told.facts.sent is None:
        return [f"Next: ofrecord request letter {number} notice-to-subject --subject {told.n}"]
    if told.facts.received is None and told.facts.waived is None and not told.facts.undelivered:
        return [f"When the return receipt comes: ofrecord request subject received {number} {told.n} --on DAY"]
    return []
