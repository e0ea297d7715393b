"""`ofrecord purge`: destroying what may go, in steps that two people sign, up to the certificate."""

from datetime import date
from pathlib import Path

import click

from console.cli import purge_words as words
from console.cli.asking import signer_for, typed_count
from console.cli.output import DAMAGED, DAY, FINE, Progress, counted, note, say, settings_of, with_json
from console.cli.purge_dry import (
    became_of,
    in_short,
    is_gone,
    ready_from,
    say_would_destroy,
    say_would_propose,
    telling,
)
from custody.ids import label_of
from workflows import people, purge_steps
from workflows.house import open_for_writing, open_house
from workflows.purge_list import due_list

_RULES = click.option(
    "--although-unverified", "accepted", multiple=True, metavar="RULE",
    help="A rule nobody has compared with its source yet, to count all the same; the certificate says so.",
)  # fmt: skip
_SERIES = click.option("--series", multiple=True, help="Only records of this series; can be given several times.")
_WHO = click.option("--as", "name", default="", help="Who signs, where several people have the role.")
_DRY = click.option("--dry-run", is_flag=True, help="Only say what would happen. Nothing is changed.")


@click.group()
def purge() -> None:
    """Destroy records whose time has come, lawfully and for good. It takes two people and at least 15 days.

    A clerk proposes a frozen list; the custodian, another person, approves it a day later or more; 14 days of grace
    follow, in which anybody with a role can cancel; then it is carried out, and the certificate written. What is
    destroyed CANNOT COME BACK. Until then nothing is lost by any of these commands.

    \b
    Example:
      ofrecord purge due
      ofrecord purge list
    """


@purge.command("due")
@_RULES
@_SERIES
@with_json
@click.pass_context
def due(context: click.Context, accepted: tuple[str, ...], series: tuple[str, ...], as_json: bool) -> None:
    """Show what may be destroyed today, and why everything else stays. Nothing is changed.

    \b
    Example:
      ofrecord purge due
      ofrecord purge due --although-unverified WI-DEF-7Y
    """
    progress = Progress("records judged")
    with open_house(settings_of(context)) as house:
        found = due_list(house, accepted, series, progress.at)
    progress.end()
    data = {**purge_steps.as_data(found), "count": len(found.numbers)}
    say(as_json, data, words.due_lines(data))


@purge.command("propose")
@_RULES
@_SERIES
@click.option("--with-quarantined", is_flag=True,
              help="Take items set aside into the list, whole, where they hold the text of its records.")  # fmt: skip
@_WHO
@_DRY
@with_json
@click.pass_context
def propose(
    context: click.Context,
    accepted: tuple[str, ...],
    series: tuple[str, ...],
    with_quarantined: bool,
    name: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Freeze the list of what may be destroyed today, and sign it. A clerk does this. Nothing is destroyed by it.

    --dry-run shows the same list, looks into items set aside as well, and says whether it would be refused.

    An import sets aside what it cannot understand. Where that holds the text of a record on the list, the list is
    refused and the items are named: take them into the list with --with-quarantined, or keep the record by a hold.

    \b
    Example:
      ofrecord purge propose --although-unverified WI-DEF-7Y --dry-run
      ofrecord purge propose --although-unverified WI-DEF-7Y
    """
    if dry_run:
        say_would_propose(context, accepted, series, with_quarantined, as_json)
        return
    progress = Progress("records judged")
    with open_for_writing(settings_of(context)) as house:
        signer = signer_for(house, name, "propose")
        made = purge_steps.propose(house, signer, accepted, series, progress.at, with_quarantined)
        told, ready = purge_steps.story(house, made.number), ready_from(house, made)
    progress.end()
    goes = words.what_goes(made.count, told.proposal.get("items", ()))
    lines = [f"Purge {made.number} is proposed: {goes}. Nothing is destroyed yet."]
    lines += words.due_lines({**told.proposal, "count": made.count})[1:]
    lines.append(f"Next: another person, the custodian, from {ready} on: ofrecord purge approve {made.number}")
    say(as_json, {**words.batch_data(made, False), "ready": ready}, lines)


@purge.command("list")
@with_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List every purge, with how far it is.

    \b
    Example:
      ofrecord purge list
    """
    with open_house(settings_of(context)) as house:
        there = [
            (each, ready_from(house, each), is_gone(house, each), in_short(house, each))
            for each in purge_steps.purges(house)
        ]
    data = [{**words.batch_data(each, gone), "ready": ready} for each, ready, gone, _ in there]
    say(as_json, {"purges": data}, [*(words.batch_line(*each) for each in there), counted(len(there), "purge")])


@purge.command("show")
@click.argument("number", type=int)
@click.option("--ids", is_flag=True, help="Also list the records.")
@with_json
@click.pass_context
def show(context: click.Context, number: int, ids: bool, as_json: bool) -> None:
    """Show a purge: its list, who signed what, and what comes next.

    \b
    Example:
      ofrecord purge show 1
    """
    with open_house(settings_of(context)) as house:
        told = purge_steps.story(house, number)
        labels = [label_of(each) for each in purge_steps.numbers_of(house, number)] if ids else []
        ready, gone = ready_from(house, told.batch), is_gone(house, told.batch)
        became = became_of(house, told.batch)
        steps = [(people.local(house, step["at"]), step) for step in told.steps]
    data = {**words.batch_data(told.batch, gone), "ready": ready, "ids": labels, "steps": [step for _, step in steps]}
    lines = [*words.story_lines(told, ready, gone, became), *words.step_lines(steps)]
    lines += [f"  {label}" for label in labels]
    say(as_json, data, lines)


@purge.command("approve")
@click.argument("number", type=int)
@_WHO
@_DRY
@with_json
@click.pass_context
def approve(context: click.Context, number: int, name: str, dry_run: bool, as_json: bool) -> int:
    """Sign a proposed list as the second person. The custodian does this. Nothing is destroyed by it.

    Each record is judged again first; if one may not go any more, the whole list is thrown back.

    \b
    Example:
      ofrecord purge approve 1 --dry-run
      ofrecord purge approve 1
    """
    if dry_run:
        return say_would_destroy(context, number, as_json)
    with open_for_writing(settings_of(context)) as house:
        before = purge_steps.purge_of(house, number)
        purge_steps.refuse_done_again(house, before)
        goes = words.what_goes(before.count, purge_steps.items_of(house, number))
        note(f"You are about to approve that {goes} be destroyed.")
        for line in words.due_lines({**purge_steps.story(house, number).proposal, "count": before.count})[1:]:
            note(line)
        made = purge_steps.approve(house, signer_for(house, name, "approve"), number)
        ready = ready_from(house, made)
    lines = [f"Purge {number} is approved: {counted(made.count, 'record')}. Nothing is destroyed yet."]
    lines.append(f"Until {ready} anybody with a role can stop it: ofrecord purge cancel {number} --reason '...'")
    lines.append(f"Next, from then on: ofrecord purge execute {number}")
    say(as_json, {**words.batch_data(made, False), "ready": ready}, lines)
    return FINE


@purge.command("cancel")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why, for the log.")
@_WHO
@with_json
@click.pass_context
def cancel(context: click.Context, number: int, reason: str, name: str, as_json: bool) -> None:
    """Stop a purge before it is carried out. Anybody with a role may. The list can be proposed anew.

    \b
    Example:
      ofrecord purge cancel 1 --as "Dana Ruiz" --reason "the council asked us to wait"
    """
    with open_for_writing(settings_of(context)) as house:
        made = purge_steps.cancel(house, signer_for(house, name, "cancel"), number, reason)
    line = f"Purge {number} is cancelled. Nothing was destroyed: all {counted(made.count, 'record')} stay."
    say(as_json, words.batch_data(made, False), [line])


@purge.command("execute")
@click.argument("number", type=int)
@click.option("--count", type=int, help="The number of records, typed beforehand instead of when asked.")
@click.option("--backup", "backups", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="A backup medium that still holds these records, for the certificate to name.")  # fmt: skip
@click.option("--backups-expire", type=DAY, help="The day on which those backups will be destroyed.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder for the certificate.")
@_WHO
@_DRY
@with_json
@click.pass_context
def execute(
    context: click.Context,
    number: int,
    count: int | None,
    backups: tuple[Path, ...],
    backups_expire: date | None,
    into: Path | None,
    name: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Carry an approved purge out, FOR GOOD. This cannot be undone. Then the certificate is written.

    At the last moment every record is asked about once more: a new hold, request or version throws the whole list
    back, and nothing is destroyed. If the computer stops in the middle, run the same command again.

    \b
    Example:
      ofrecord purge execute 1 --dry-run
      ofrecord purge execute 1
    """
    if dry_run:
        return say_would_destroy(context, number, as_json)
    from workflows import certificates, purge_carrying_out  # the typesetter is slow to load

    progress = Progress("done")
    with open_for_writing(settings_of(context)) as house:
        named = [row for each in backups for row in certificates.backup_sets(each, str(backups_expire or ""))]
        batch = purge_steps.purge_of(house, number)
        purge_steps.refuse_done_again(house, batch)
        if purge_carrying_out.is_carried_out(house, number):
            document = purge_carrying_out.finish(house, number, named, telling(progress))
        else:
            signer = signer_for(house, name, "execute", batch.proposed_by)
            purge_steps.may_execute(house, signer, number)
            goes = words.what_goes(batch.count, purge_steps.items_of(house, number))
            note(f"{goes} will be destroyed for good. THIS CANNOT BE UNDONE.")
            note(f"If it is stopped in the middle, `ofrecord purge show {number}` says whether it has happened.")
            typed = typed_count(batch.count) if count is None else count
            document = purge_carrying_out.carry_out(house, signer, number, typed, named, telling(progress))
    progress.end()
    with open_house(settings_of(context)) as house:
        written = certificates.write_certificate(house, number, into or house.settings.home / "certificates")
    lines = words.destroyed_lines(document, written.pdf, written.json)
    say(as_json, {"document": document, "json": str(written.json), "pdf": str(written.pdf)}, lines)
    return FINE


@purge.command("finish")
@with_json
@click.pass_context
def finish(context: click.Context, as_json: bool) -> None:
    """Go on with a purge that was interrupted after the destruction: search for remains, issue the certificate.

    \b
    Example:
      ofrecord purge finish
    """
    from workflows import purge_carrying_out

    progress = Progress("done")
    with open_for_writing(settings_of(context)) as house:
        issued = purge_carrying_out.finish_all(house, telling(progress))
    progress.end()
    lines = [
        f"Certificate {each['certificate']} is issued: ofrecord purge certificate {each['purge']}" for each in issued
    ]
    say(as_json, {"issued": issued}, lines or ["No purge is unfinished."])


@purge.command("certificate")
@click.argument("number", type=int)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files.")
@with_json
@click.pass_context
def certificate(context: click.Context, number: int, into: Path | None, as_json: bool) -> None:
    """Write the certificate of a purge again: PDF, JSON with every proof, PREMIS events. Always the same.

    \b
    Example:
      ofrecord purge certificate 1 --into stick
    """
    from workflows import certificates  # the typesetter is slow to load

    with open_house(settings_of(context)) as house:
        made = certificates.write_certificate(house, number, into or house.settings.home / "certificates")
    data = {"certificate": made.certificate, "json": str(made.json), "pdf": str(made.pdf), "premis": str(made.premis)}
    say(as_json, data, [f"Wrote {made.pdf}", f"      {made.json}", f"      {made.premis}"])


@purge.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", default="", help="The archive's public key, as the city publishes it.")
@with_json
def check(file: Path, key: str, as_json: bool) -> int:
    """Check a certificate.json: signatures, both people, the rules, each record's place in the ledger.

    No archive is needed and nothing is changed. Exit code 0: everything fits. 1: something does not, and is named.

    \b
    Example:
      ofrecord purge check certificate.json
    """
    from workflows import certificates

    found = certificates.check_file(file, key)
    document = found.document
    if found.problems:
        lines = ["NO: this certificate does not fit.", *(f"  {each}." for each in found.problems)]
    else:
        done = {"begun": "ordered it to be carried out"}
        people_said = ", ".join(
            f"{each['name']} ({each['role']}) {done.get(each['step'], each['step'])}" for each in document["people"]
        )
        lines = [f"YES: everything fits. {document['certificate']}: {counted(document['count'], 'record')} destroyed."]
        lines += [f"  {people_said}", f"  {counted(found.proved, 'version')} proved to have been in the ledger."]
    lines += [f"Ledger of {found.size:,} entries, key {found.key}", certificates.LIMITS]
    data = {"fits": not found.problems, "problems": list(found.problems), "proved": found.proved, "key": found.key}
    say(as_json, data, lines)
    return DAMAGED if found.problems else FINE


@purge.command("waits")
@click.option("--approval-hours", type=int, help="Hours between proposal and approval (24).")
@click.option("--enrolled-days", type=int, help="Days an approver must have been enrolled (7).")
@click.option("--grace-days", type=int, help="Days between approval and destruction (14).")
@click.option("--reason", default="", help="Why, for the log and the certificates.")
@_WHO
@with_json
@click.pass_context
def waits(
    context: click.Context,
    approval_hours: int | None,
    enrolled_days: int | None,
    grace_days: int | None,
    reason: str,
    name: str,
    as_json: bool,
) -> None:
    """Show how long a purge waits, or change it. The director does this; shorter waits stand on every certificate.

    Purges that are proposed already keep the waits they began with.

    \b
    Example:
      ofrecord purge waits
      ofrecord purge waits --grace-days 30 --reason "the council wants a month"
    """
    wanted = {"approval_hours": approval_hours, "enrolled_days": enrolled_days, "grace_days": grace_days}
    if all(value is None for value in wanted.values()):
        with open_house(settings_of(context)) as house:
            made = purge_steps.waits(house)
    else:
        with open_for_writing(settings_of(context)) as house:
            made = purge_steps.set_waits(house, signer_for(house, name, "wait"), wanted, reason)
    lines = [f"From proposal to approval: {counted(made.approval_hours, 'hour')} at least."]
    lines.append(f"An approver was enrolled at least {counted(made.enrolled_days, 'day')} before.")
    lines.append(f"From approval to destruction: {counted(made.grace_days, 'day')} at least.")
    lines += [f"Shorter than usual, {each}." for each in made.shortened()]
    say(as_json, {**made.as_data(), "shortened": made.shortened()}, lines)
