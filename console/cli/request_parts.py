"""The commands of `ofrecord request` that stand in files of their own; loaded only when used."""

import importlib

import click

PARTS = {
    "open": "request_opening:open_",
    "records": "request_records:records_",
    "clock": "request_intake:clock",
    "about-self": "request_about_self:about_self",
    "insufficient": "request_intake:insufficient",
    "clarified": "request_intake:clarified",
    "pause": "request_intake:pause",
    "resume": "request_intake:resume",
    "extend": "request_intake:extend",
    "searched": "request_intake:searched",
    "withdraw": "request_endings:withdraw",
    "refer": "request_endings:refer",
    "unpaid": "request_endings:unpaid",
    "close": "request_endings:close",
    "reopen": "request_endings:reopen",
    "court": "request_endings:court",
    "decide": "request_letters:decide",
    "letter": "request_letters:letter",
    "letters": "request_letters:letters_",
    "time": "request_fees:time",
    "cost": "request_fees:cost",
    "fees": "request_fees:fees",
    "strike": "request_fees:strike",
    "waive": "request_fees:waive",
    "paid": "request_fees:paid",
    "subject": "request_subjects:subject",
    "sent": "releasing:sent",
    "paper": "releasing:paper",
}
"""Each command and where it is written."""


class RequestGroup(click.Group):
    """The group `ofrecord request`, with the commands of PARTS beside its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Its own commands in the order of the work, then the others."""
        return [
            *(name for name in PARTS if name == "open"),
            *self.commands,
            *(name for name in PARTS if name != "open"),
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by name."""
        if cmd_name not in PARTS:
            return super().get_command(ctx, cmd_name)
        module, _, name = PARTS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"console.cli.{module}"), name)
        return command
