"""`ofrecord request`: time and costs written down, the lawful bill line by line, waivers and payments."""

from datetime import date
from typing import Any

import click

from console.cli.output import note, say, settings_of, with_json
from console.cli.request_intake import on_day
from custody.request import RequestState
from workflows import charging
from workflows.charging import Account, cents_of, minutes_of, money
from workflows.house import open_for_writing, open_house
from workflows.request_life import request_of


@click.command()
@click.argument("number", type=int)
@click.argument("kind", type=click.Choice(charging.TIME_KINDS))
@click.argument("length")
@click.option("--rate", default="0", help="Pay of an hour of the lowest-paid employee able to do it: 22.00.")
@click.option("--note", "text", default="", help="What was done; it is printed in the estimate.")
@on_day
@with_json
@click.pass_context
def time(
    context: click.Context, number: int, kind: str, length: str, rate: str, text: str, on: date | None, as_json: bool
) -> None:
    """Write down time spent on a request, by kind: 45m, 2h or 1h 30m. Redaction is counted and never charged.

    \b
    Example:
      ofrecord request time 1 locating 45m --rate 22.00
      ofrecord request time 1 redaction 2h --rate 22.00
    """
    with open_for_writing(settings_of(context)) as house:
        account = charging.log_time(house, number, kind, minutes_of(length), cents_of(rate), text, on)
    _say(as_json, number, account)


@click.command()
@click.argument("number", type=int)
@click.argument("kind", type=click.Choice(charging.COST_KINDS))
@click.option("--pages", type=click.IntRange(1), help="How many pages.")
@click.option("--page-price", default="0", help="What a page really costs: 0.12.")
@click.option("--amount", default="", help="A sum that was really spent: 4.20.")
@click.option("--note", "text", default="", help="What it was for; it is printed in the estimate.")
@on_day
@with_json
@click.pass_context
def cost(
    context: click.Context,
    number: int,
    kind: str,
    pages: int | None,
    page_price: str,
    amount: str,
    text: str,
    on: date | None,
    as_json: bool,
) -> None:
    """Write down pages copied, postage, or another sum really spent.

    \b
    Example:
      ofrecord request cost 1 reproduction --pages 30 --page-price 0.12
      ofrecord request cost 1 shipping --amount 4.20 --note "postage"
    """
    sum_cents = cents_of(amount) if amount else 0
    with open_for_writing(settings_of(context)) as house:
        account = charging.log_cost(house, number, kind, pages or 0, cents_of(page_price), sum_cents, text, on)
    _say(as_json, number, account)


@click.command()
@click.argument("number", type=int)
@with_json
@click.pass_context
def fees(context: click.Context, number: int, as_json: bool) -> None:
    """Show the fees of a request: each line with why it is or is not charged, and what may be asked in advance.

    \b
    Example:
      ofrecord request fees 1
    """
    with open_house(settings_of(context)) as house:
        account = charging.account_of(house, number)
    _say(as_json, number, account)


@click.command()
@click.argument("number", type=int)
@click.argument("entry", type=int)
@click.option("--reason", required=True, help="Why it does not count.")
@with_json
@click.pass_context
def strike(context: click.Context, number: int, entry: int, reason: str, as_json: bool) -> None:
    """Strike an entry of time, cost or payment that was wrong; it stays in the log and counts no more.

    \b
    Example:
      ofrecord request time 1 locating 45m --rate 22.00
      ofrecord request strike 1 1 --reason "typed for the wrong request"
    """
    with open_for_writing(settings_of(context)) as house:
        account = charging.strike(house, number, entry, reason)
    _say(as_json, number, account)


@click.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is in the public interest (Wis. Stat. 19.35(3)(e)).")
@click.option("--amount", default="", help="How much is waived. Default: all.")
@with_json
@click.pass_context
def waive(context: click.Context, number: int, reason: str, amount: str, as_json: bool) -> None:
    """Waive the fees of a request, or a part of them. A later waiver takes the place of an earlier one.

    \b
    Example:
      ofrecord request waive 1 --reason "of use to the whole neighbourhood"
    """
    with open_for_writing(settings_of(context)) as house:
        account = charging.waive(house, number, cents_of(amount) if amount else None, reason)
    _say(as_json, number, account)


@click.command()
@click.argument("number", type=int)
@click.argument("amount")
@click.option("--how", default="", help="Cash, check number, receipt number.")
@on_day
@with_json
@click.pass_context
def paid(context: click.Context, number: int, amount: str, how: str, on: date | None, as_json: bool) -> None:
    """Write down that money came in. The program takes no payments.

    \b
    Example:
      ofrecord request paid 1 12.50 --how "check 1042"
    """
    with open_for_writing(settings_of(context)) as house:
        account = charging.pay(house, number, cents_of(amount), how, on)
        was_closed = request_of(house, number).state is RequestState.UNPAID
    _say(as_json, number, account)
    if was_closed:
        note(f"Request {number} was closed as unpaid. To go on: ofrecord request reopen {number} --reason 'paid now'")


def _say(as_json: bool, number: int, account: Account) -> None:
    bill = account.bill
    if not as_json:
        for warning in bill.warnings:
            note(warning)
    say(as_json, fees_data(number, account), fee_lines(number, account))


def fees_data(number: int, account: Account) -> dict[str, Any]:
    """The fees of a request as JSON data, in cents."""
    bill = account.bill
    lines = [
        {
            "entry": n,
            "kind": line.item.kind.value,
            "note": line.item.what,
            "actual_cents": line.actual_cents,
            "charged_cents": line.charged_cents,
            "why": line.why,
            "citation": line.citation,
        }
        for (n, _), line in zip(account.entries, bill.lines, strict=True)
    ]
    sums = {"charged_cents": bill.charged_cents, "waived_cents": bill.waived_cents, "total_cents": bill.total_cents}
    sums |= {"paid_cents": account.paid_cents, "due_cents": account.due_cents, "over_cents": account.over_cents}
    paid = [{"entry": each.n, "cents": each.cents, "how": each.how, "day": each.day} for each in account.payments]
    advance = {"prepayment_allowed": bill.prepayment.allowed, "prepayment_why": bill.prepayment.why}
    return {"number": number, "lines": lines, "payments": paid, **sums, **advance, "warnings": list(bill.warnings)}


def fee_lines(number: int, account: Account) -> list[str]:
    """The fees of a request, a line an entry, then the sums."""
    bill = account.bill
    if not bill.lines:
        nothing = [f"Request {number}: no time and no cost is written down; nothing is charged."]
        return [*nothing, *_paid_lines(number, account)]
    lines = []
    for (n, _), line in zip(account.entries, bill.lines, strict=True):
        name = f"{line.item.kind.value.replace('_', ' ')}{f' ({line.item.what})' if line.item.what else ''}"
        lines.append(f"{n:>3}  {name}: cost {money(line.actual_cents)}, charged {money(line.charged_cents)}")
        lines.append(f"     {line.why} ({line.citation})")
    if bill.waived_cents:
        lines.append(f"Waived: {money(bill.waived_cents)} ({account.waived_why})")
    lines += _paid_lines(number, account)
    lines.append(
        f"Total {money(bill.total_cents)}, paid {money(account.paid_cents)}, to pay {money(account.due_cents)}."
    )
    if bill.total_cents and not account.due_cents:
        return lines
    advance = bill.prepayment
    begin = "Payment in advance may be asked" if advance.allowed else "No payment in advance"
    lines.append(f"{begin}: {advance.why} ({advance.citation}).")
    return lines


def _paid_lines(number: int, account: Account) -> list[str]:
    lines = [
        f"{each.n or '-':>3}  paid {money(each.cents)}{f' ({each.how})' if each.how else ''} on {each.day}"
        for each in account.payments
    ]
    if account.over_cents:
        lines.append(
            f"Paid too much: {money(account.over_cents)} has to be returned. Typed wrong? ofrecord request strike "
            f"{number} ENTRY --reason 'WHY'"
        )
    return lines
