"""A clerk's line of text: what it finds, how it is said back, and what is refused."""

from datetime import date
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.errors import UsageError
from custody.selector import (
    Both,
    Clause,
    Either,
    Everything,
    Is,
    Neither,
    Phrase,
    Posted,
    Prefix,
    Selector,
    from_data,
    to_data,
)
from search.memory_engine import MemoryEngine
from search.query import hint, parse, said_as
from tests.search import awkward

TODAY = date(2025, 4, 10)
ZONE = "America/Chicago"
SNOW, ICE, PLOW = Phrase(("snow",)), Phrase(("ice",)), Phrase(("plow",))


def meant(line: str) -> Clause:
    return parse(line, TODAY, ZONE).clause


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("snow", SNOW),
        ("Snow PLOW", Both((SNOW, PLOW))),
        ("snow AND plow", Both((SNOW, PLOW))),
        ('"snow plow"', Phrase(("snow", "plow"))),
        ("\u201csnow plow\u201d", Phrase(("snow", "plow"))),
        ("\u00absnow plow\u00bb", Phrase(("snow", "plow"))),
        ("snow OR ice", Either((SNOW, ICE))),
        ("snow OR ice OR plow", Either((SNOW, ICE, PLOW))),
        ("snow plow OR ice", Either((Both((SNOW, PLOW)), ICE))),
        ("snow AND plow OR ice", Either((Both((SNOW, PLOW)), ICE))),
        ("ice OR snow plow", Either((ICE, Both((SNOW, PLOW))))),
        ("snow (plow OR ice)", Both((SNOW, Either((PLOW, ICE))))),
        ("(snow OR ice) plow", Both((Either((SNOW, ICE)), PLOW))),
        ("(snow OR ice) AND (plow OR ice)", Both((Either((SNOW, ICE)), Either((PLOW, ICE))))),
        ("NOT snow", Neither(SNOW)),
        ("snow NOT ice", Both((SNOW, Neither(ICE)))),
        ("snow AND NOT (ice OR plow)", Both((SNOW, Neither(Either((ICE, PLOW)))))),
        ("NOT (NOT snow)", Neither(Neither(SNOW))),
        ("((snow))", SNOW),
        ('"snow"OR(ice)', Either((SNOW, ICE))),
        ("snow*", Prefix("snow")),
        ("Caf\u00e9*", Prefix("cafe")),
        ("*", Everything()),
        ("snow or ice", Both((SNOW, Phrase(("or",)), ICE))),
        ('snow "AND"', Both((SNOW, Phrase(("and",))))),
        ("ANDROID ORE NOTE", Both((Phrase(("android",)), Phrase(("ore",)), Phrase(("note",))))),
        ("don't", Phrase(("don", "t"))),
        ("e-mail", Phrase(("e", "mail"))),
        ("\u65e5\u672c\u8a9e", Phrase(("\u65e5", "\u672c", "\u8a9e"))),
        ("\U0001f44d\U0001f3fd", Phrase(("\U0001f44d",))),
        ("10:30", Phrase(("10", "30"))),
        ("AT&T #SnowDay", Both((Phrase(("at", "t")), Phrase(("snowday",))))),
        ('"https://maplefalls.example"', Phrase(("https", "maplefalls", "example"))),
        ('"(snow) or what?"', Phrase(("snow", "or", "what"))),
        ("account:@MFParks", Is("account", "@MFParks")),
        ('author:"Jane DOE"', Is("author", "jane doe")),
        ("author:@Jane_Doe", Is("author", "jane doe")),
        ("KIND:Comment", Is("kind", "comment")),
        ("state:hidden", Is("state", "hidden")),
        ("tag:#SnowDay", Is("tag", "snowday")),
        ('series:"MUN 7"', Is("series", "MUN 7")),
        ("has:Media", Is("has", "media")),
        ("platform:mastodon", Is("platform", "mastodon")),
    ],
)
def test_a_line_means_this(line: str, clause: Clause) -> None:
    assert meant(line) == clause


MARCH = Posted(date(2025, 3, 1), date(2025, 3, 31), ZONE)


@pytest.mark.parametrize(
    ("line", "since", "until"),
    [
        ('date:"march 2025"', date(2025, 3, 1), date(2025, 3, 31)),
        ("posted:march-2025", date(2025, 3, 1), date(2025, 3, 31)),
        ("date:Mar-2025", date(2025, 3, 1), date(2025, 3, 31)),
        ("date:2025-03", date(2025, 3, 1), date(2025, 3, 31)),
        ("date:3/2025", date(2025, 3, 1), date(2025, 3, 31)),
        ("date:2025-03..2025-05", date(2025, 3, 1), date(2025, 5, 31)),
        ('date:"march to may 2025"', date(2025, 3, 1), date(2025, 5, 31)),
        ('date:"2025-03-01 - 2025-03-09"', date(2025, 3, 1), date(2025, 3, 9)),
        ("date:2025-03..", date(2025, 3, 1), None),
        ("date:..2025-03", None, date(2025, 3, 31)),
        ("date:2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("date:2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("date:2025-03-01", date(2025, 3, 1), date(2025, 3, 1)),
        ("date:3/1/2025", date(2025, 3, 1), date(2025, 3, 1)),
        ('date:"March 1st, 2025"', date(2025, 3, 1), date(2025, 3, 1)),
        ('date:"1 March 2025"', date(2025, 3, 1), date(2025, 3, 1)),
        ("date:today", TODAY, TODAY),
        ("date:yesterday", date(2025, 4, 9), date(2025, 4, 9)),
        ("date:last-month", date(2025, 3, 1), date(2025, 3, 31)),
        ('date:"this year"', date(2025, 1, 1), date(2025, 12, 31)),
        ('date:"last year"', date(2024, 1, 1), date(2024, 12, 31)),
        ('date:"last 30 days"', date(2025, 3, 12), TODAY),
        ("since:2025-03", date(2025, 3, 1), None),
        ("until:2025-03", None, date(2025, 3, 31)),
        ("after:2025-03", date(2025, 4, 1), None),
        ("before:2025-03", None, date(2025, 2, 28)),
        ("since:2025-03-01 until:2025-03-31", date(2025, 3, 1), date(2025, 3, 31)),
        ("date:2025 since:2025-03 before:april-2025", date(2025, 3, 1), date(2025, 3, 31)),
        ("2025-03..2025-05", date(2025, 3, 1), date(2025, 5, 31)),
        ("2025-03-02..2025-03-09", date(2025, 3, 2), date(2025, 3, 9)),
        ("2024..2025", date(2024, 1, 1), date(2025, 12, 31)),
        ("2025-03..", date(2025, 3, 1), None),
        ("..2025-03", None, date(2025, 3, 31)),
    ],
)
def test_dates_are_whole_days_with_both_ends(line: str, since: date | None, until: date | None) -> None:
    assert meant(line) == Posted(since, until, ZONE)


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("", "*"),
        ("  \t", "*"),
        ('"snow plow', "close it"),
        ('snow" plow "ice"', "close it"),
        ("'snow plow'", '"snow plow"'),
        ("acount:mfparks", "did you mean account:"),
        ("https://maplefalls.example", '"https://maplefalls.example"'),
        ("account: mfparks", "account:mfparks"),
        ("account:", "account:mfparks"),
        ('account:""', "account:mfparks"),
        ("account:(a OR b)", "account:mfparks"),
        ("author:jane*", "Jane Doe"),
        ("author:!!", "Jane Doe"),
        ("kind:coment", "kind:comment"),
        ("state:gone", "hidden"),
        ("has:cats", "media"),
        ("sn*w", "snow*"),
        ("*now", "snow*"),
        ("snow *", "snow*"),
        ("**", "snow*"),
        ("snow?", "snow*"),
        ('"snow plo*"', "without quotes"),
        ("e-mai*", "one plain word"),
        ("snow-*", "one plain word"),
        ("!!!", "write a word"),
        ('""', "write a word"),
        ("snow & ice", "&"),
        ("-ice snow", "NOT"),
        ("snow !ice", "NOT"),
        ("+snow", "+"),
        ("snow~2", "star"),
        ('"snow plow"~3', "star"),
        ("snow^2", "^"),
        ("snow|ice", "OR"),
        ("AND snow", '"and"'),
        ("snow OR", '"or"'),
        ("NOT", '"not"'),
        ("snow AND OR ice", '"or"'),
        ("NOT NOT snow", '"not"'),
        ("(snow", "inside quotes"),
        ("snow)", "inside quotes"),
        ("() snow", "inside quotes"),
        ("(snow OR) ice", "inside quotes"),
        (":)", "inside quotes"),
        ("date:march", "2025"),
        ('date:"march 12"', "2025"),
        ("date:2025-02-30", "2025-03-01"),
        ("date:2025-13", "2025-03-01"),
        ("date:0025", "2025-03-01"),
        ("date:9999", "2025-03-01"),
        ("date:25", "2025-03-01"),
        ("date:soon", "2025-03-01"),
        ("date:..", "2025-03-01"),
        ("date:2025-05..2025-03", "earlier day first"),
        ("since:2025-05 until:2025-03", "since:"),
        ("since:2025-03..2025-05", "date:2025-03..2025-05"),
        ("(" * 30 + "snow" + ")" * 30, "simpler"),
        ("snow " * 5000, "shorter"),
    ],
)
def test_what_could_be_misunderstood_is_refused_with_a_cure(line: str, cure: str) -> None:
    with pytest.raises(UsageError) as refusal:
        meant(line)
    assert cure in refusal.value.hint
    assert refusal.value.message


def test_accounts_are_checked_when_they_are_known() -> None:
    assert parse("account:@mfparks", TODAY, ZONE, ["MFParks"]).clause == Is("account", "MFParks")
    with pytest.raises(UsageError) as refusal:
        parse("account:mfpark", TODAY, ZONE, ["mfparks"])
    assert "did you mean account:mfparks" in refusal.value.hint


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            '"snow plow" account:parks date:"march 2025"',
            "records that contain the words \u201csnow plow\u201d together, on the account parks, "
            "posted from 1 March 2025 through 31 March 2025",
        ),
        ("snow OR ice", "records that contain the words \u201csnow\u201d or \u201cice\u201d"),
        (
            "snow* NOT kind:comment",
            "records that contain a word beginning with \u201csnow\u201d, but none of the kind comment",
        ),
        ("NOT has:media", "every record, but none with pictures, video or files"),
        ("*", "every record"),
        ("since:2025-03-01", "records posted on 1 March 2025 or later"),
        ("date:2025-03-01", "records posted on 1 March 2025"),
    ],
)
def test_a_query_is_said_back_in_plain_words(line: str, said: str) -> None:
    assert said_as(parse(line, TODAY, ZONE)) == said


def test_a_small_or_is_a_word_and_the_clerk_is_told() -> None:
    assert "write OR in capitals" in said_as(parse("snow or ice", TODAY, ZONE))
    assert "capitals" not in said_as(parse('"snow or ice"', TODAY, ZONE))


pieces = st.sampled_from(
    [
        *'"()*:?~^-+!|&',
        " ",
        " ",
        "AND",
        "OR",
        "NOT",
        "snow",
        "ice",
        "date",
        "author",
        "kind",
        "2025",
        "..",
        "march",
        "\x00",
    ]
    + [
        "\u201c",
        "\u65e5",
        "\ud800",
        "'",
        "has:media",
        "since:2025-03",
        "\u0130",
        "\xb2",
        "[",
        "{",
        "TO",
        "\\",
        "\u2028",
    ]
)
lines = st.text(max_size=40) | st.lists(pieces, max_size=14).map("".join) | st.lists(pieces, max_size=14).map(" ".join)


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(lines)
@example("date:\u0662\u0660\u0662\u0665")
@example("date:2025-\xb2")
@example("date:last 9999 days")
@example("before:1900-01-01")
def test_any_text_is_understood_or_refused_and_never_a_traceback(line: str) -> None:
    try:
        selector = parse(line, TODAY, ZONE)
    except UsageError as refusal:
        assert refusal.hint
        (refusal.message + refusal.hint).encode("utf-8")
        return
    assert said_as(selector)
    assert from_data(to_data(selector.clause)) == selector.clause


WORDS = st.lists(
    st.sampled_from("snow plow it not or don't e-mail caf\u00e9 \u5317\u4eac\u5e02 #SnowDay x".split(" ")),
    min_size=1,
    max_size=3,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(WORDS)
def test_quotes_narrow_and_never_widen(found: list[str]) -> None:
    engine = MemoryEngine(ZONE, lambda: awkward.HANDLES)
    engine.add(awkward.records(Random(7), 60))
    plain, quoted = " ".join(found), f'"{" ".join(found)}"'
    assert set(engine.numbers(parse(quoted, TODAY, ZONE))) <= set(engine.numbers(parse(plain, TODAY, ZONE)))


def test_every_kind_of_clause_can_be_said() -> None:
    random = Random(11)
    for _ in range(500):
        assert said_as(Selector(clause=awkward.clause(random)))


def test_days_without_their_field_are_a_range_only_where_nothing_else_can_be_meant() -> None:
    assert isinstance(meant('"2025-03..2025-05"'), Phrase), "quotes narrow"
    assert isinstance(meant("2025-03"), Phrase) and isinstance(meant("wait..what"), Phrase)
    assert meant("snow 2025-03..2025-05") == meant("snow date:2025-03..2025-05")
    with pytest.raises(UsageError, match="ends before it begins"):
        meant("2025-05..2025-03")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("flood march 2025", 'march 2025 was looked for as words. What was posted then: date:"march 2025"'),
        ("Sept 2024", 'Sept 2024 was looked for as words. What was posted then: date:"Sept 2024"'),
        ('flood date:"march 2025"', ""),
        ('"march 2025"', ""),
        ("the march of 2025", ""),
        ("snow 2025-03..2025-05", ""),
    ],
)
def test_a_month_that_is_looked_for_as_words_is_said(line: str, said: str) -> None:
    assert hint(line) == said
