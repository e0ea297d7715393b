"""Which law stands behind what the program says, by the city's jurisdiction: never one state's words for another.

Where nobody has entered the law of a jurisdiction nothing is cited, and what needs its words is said to be missing.
"""

from exports.jurisdictions import Jurisdiction, jurisdiction, jurisdictions
from retention_schedules.law import Law
from retention_schedules.schedules import is_known, schedules_for
from workflows.house import House


def answering_law(house: House) -> Jurisdiction | None:
    """What is entered of the law of answering where the city lies; None when nothing is."""
    name = house.city.jurisdiction
    return jurisdiction(name) if name in jurisdictions() else None


def keeping_law(house: House) -> Law:
    """What is entered of the law of keeping where the city lies; empty when nothing is."""
    name = house.city.jurisdiction
    return schedules_for(name).law if is_known(name) else Law()


def bar(house: House) -> str:
    """The citation of the bar on destruction while a request lives, with its comma; "" where none is entered."""
    cited = keeping_law(house).requests.authority
    return f", {cited}" if cited else ""


def in_brackets(citation: str) -> str:
    """A citation behind a sentence; nothing where there is none."""
    return f" ({citation})" if citation else ""
