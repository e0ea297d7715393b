"""The sources of one import: opened, recognised and begun before anything is written; a broken one costs only itself.

Each source is read up to its first item before the run is written down. So a file that is no download, or not the kind
that was named, leaves no trace, and one broken zip among several does not keep the others out.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from archiver.fetch import without_secrets
from archiver.package import open_package
from archiver.platforms.media_part import MediaPart
from archiver.platforms.reader import Item, Package, Platform, Unread
from archiver.platforms.table import platform_named, recognise
from custody.account import Account
from custody.errors import InputError, UnavailableError

Fetch = Callable[[str], Package | None]
"""Fetches an address; None when there is nothing new behind it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A source that could not be taken in, or not to its end. `listed` counts the items read before it broke off."""

    source: str
    message: str
    hint: str
    listed: int = 0

    def as_data(self) -> dict[str, Any]:
        """As the JSON object other programs rely on."""
        return {"source": self.source, "error": self.message, "hint": self.hint, "listed": self.listed}


class Reading:
    """One source being read, once: what was read to begin with comes first. An error ends this source only."""

    def __init__(self, source: str, package: Package, platform: Platform) -> None:
        self.source = without_secrets(source)
        self.package = package
        self.name = platform.name
        self.title = platform.title
        self.recognises = platform.recognises
        self.broken: Broken | None = None
        self._read = platform.read
        self._items: Iterator[Item | Unread] = iter(())
        self._listed = 0
        self._ended = False

    def begin(self, account: Account, personal: bool) -> None:
        """Read up to the first item. Raises InputError when the source breaks off before it, or has not the shape."""
        items = self._read(self.package, account, personal)
        first: list[Item | Unread] = []
        for item in items:
            first.append(item)
            if isinstance(item, Item):
                break
        else:
            if not self.recognises(self.package):
                raise InputError(
                    f"{self.source} holds nothing of the kind that --platform names ({self.title}).",
                    "Leave --platform out: the content of a download tells what it is.",
                )
        self._items = chain(first, items)

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """What the source holds; asked again, nothing."""
        if self._ended:
            return
        try:
            for item in self._items:
                self._listed += isinstance(item, Item)
                yield item
        except InputError as error:
            self.breaks_off(error)
        self._ended = True

    def breaks_off(self, error: InputError) -> None:
        """Nothing more is read of this source."""
        self._ended = True
        self._items = iter(())
        self.broken = Broken(source=self.source, message=error.message, hint=error.hint, listed=self._listed)

    @property
    def ended(self) -> bool:
        """Whether it was read to its end, or to where it breaks off."""
        return self._ended


def begin_all(
    sources: Sequence[str], account: Account, platform: str | None, personal: bool, fetch: Fetch, opened: ExitStack
) -> tuple[list[Reading], list[Broken]]:
    """The sources that can be read, begun, and those that cannot.

    Raises InputError or UnavailableError when there is none that can, UsageError when `platform` names none.
    """
    named = platform_named(platform) if platform else None
    found: list[tuple[str, Package | None]] = []
    broken: list[Broken] = []
    failures: list[UnavailableError] = []

    def fails(source: str, error: UnavailableError) -> None:
        broken.append(Broken(source=without_secrets(source), message=error.message, hint=error.hint))
        failures.append(error)

    for source in sources:
        try:
            if source.startswith(("http://", "https://")):
                found.append((source, fetch(source)))
            else:
                found.append((source, opened.enter_context(closing(open_package(Path(source))))))
        except UnavailableError as error:
            fails(source, error)
    kinds = [_kind(package, named) for _, package in found]
    readings: list[Reading] = []
    for (source, package), kind in zip(found, kinds, strict=True):
        if package is None:
            continue
        try:
            reading = Reading(source, package, kind or _part(package, beside=any(kinds)))
            reading.begin(account, personal)
            readings.append(reading)
        except UnavailableError as error:
            fails(source, error)
    if failures and len(failures) == len(sources):
        raise failures[0] if len(failures) == 1 else _none(broken)
    return readings, broken


def _kind(package: Package | None, named: Platform | None) -> Platform | None:
    """What kind of download a source is; None for one that is none by itself."""
    if package is None or MediaPart().recognises(package):
        return None
    return named or recognise(package)


def _part(package: Package, beside: bool) -> Platform:
    """A part with pictures only, when it stands beside a part that has the posts."""
    pictures = MediaPart()
    if pictures.recognises(package):
        if beside:
            return pictures
        raise InputError(
            f"{package.name} holds pictures only, and no posts that name them.",
            "Give all parts of the download in one command. Nothing was changed.",
        )
    if _is_web_page(package):
        raise InputError(
            f"{package.name} is a web page, not a download.",
            "A browser saves a page in its place when you are logged out or the download has expired: log in and "
            "ask for the download again. Nothing of it was taken in.",
        )
    raise InputError(
        f"{package.name} is not a download that Ofrecord knows.",
        "It should be one of X, Facebook (as JSON), WordPress, a feed, WARC, WACZ or Ofrecord's JSONL. If you know "
        "that it is, name the kind with --platform to see what is wrong with it. Nothing of it was taken in.",
    )


def _is_web_page(package: Package) -> bool:
    members = package.members()
    if len(members) != 1:
        return False
    with package.open(members[0]) as stream:
        start = stream.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _none(broken: Sequence[Broken]) -> InputError:
    causes = "".join(f"\n  {each.message} {each.hint}" for each in broken)
    return InputError(
        f"None of the {len(broken)} sources could be taken in:{causes}",
        "Mend each as said above, and try again. Nothing was changed.",
    )
