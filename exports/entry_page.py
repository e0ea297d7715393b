"""What a page shows of an entry under its heading: the same in `index.html` and on its own page in the web archive."""

from types import SimpleNamespace

from markupsafe import Markup

from exports.pages import template

Basis = dict[str, str]


class Bodies:
    """Makes them; of one response it remembers so many characters of them until they are asked for again."""

    def __init__(self, room: int = 0) -> None:
        self._room = room
        self._made: dict[int, Markup] = {}

    def of(self, facts: SimpleNamespace, basis: Basis) -> Markup:
        """The body of an entry with these facts (`exports.reader_page.facts_of`)."""
        made = self._made.pop(facts.position, None)
        if made is not None:
            self._room += len(made)
            return made
        made = Markup(template("entry.html").module.body(facts, basis, ""))
        if len(made) <= self._room:
            self._made[facts.position] = made
            self._room -= len(made)
        return made
