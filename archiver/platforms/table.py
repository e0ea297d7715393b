"""The platforms Ofrecord can read, in the order in which they are asked whether they know a download."""

from archiver.platforms.facebook import Facebook
from archiver.platforms.feed import Feed
from archiver.platforms.ofrecord_jsonl import OfrecordJsonl
from archiver.platforms.reader import Package, Platform
from archiver.platforms.web_archive import WebArchive
from archiver.platforms.wordpress import WordPress
from archiver.platforms.x_twitter import XTwitter
from custody.errors import UsageError

PLATFORMS: tuple[Platform, ...] = (
    XTwitter(),
    Facebook(),
    WordPress(),
    Feed(),
    WebArchive(),
    OfrecordJsonl(),
)


def platform_named(name: str) -> Platform:
    """The platform of this name. Raises UsageError that lists the names."""
    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    names = ", ".join(platform.name for platform in PLATFORMS)
    raise UsageError(f"There is no platform {name!r}.", f"Choose one of: {names}.")


def recognise(package: Package) -> Platform | None:
    """The first platform that knows this package by its content, or None."""
    for platform in PLATFORMS:
        if platform.recognises(package):
            return platform
    return None
