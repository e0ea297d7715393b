"""A part of a download that holds nothing but pictures, video and sound: it lends them to the other parts.

Large downloads come in several zips, cut by size, so a later one often has no post in it. By itself it is no download;
beside a part with the posts, `archiver/harvest.py` finds in it what they name.
"""

from collections.abc import Iterator

from archiver.platforms.reader import Item, Package, Unread
from custody.account import Account

_MEDIA = tuple(
    ".jpg .jpeg .png .gif .webp .heic .avif .bmp .mp4 .mov .m4v .webm .mkv .3gp .mp3 .m4a .aac .ogg .wav .srt".split()
)
_NOTE = ".txt"
"""Facebook lays a `no-data.txt` into folders that would be empty."""


class MediaPart:
    """Reads no item; it is not among the kinds of download that `--platform` can name."""

    name = "media"
    title = "A part with pictures only"

    def recognises(self, package: Package) -> bool:
        """Whether there are pictures, video or sound in it and nothing else but notes."""
        members = [member.lower() for member in package.members() if not member.rpartition("/")[2].startswith(".")]
        has_media = any(member.endswith(_MEDIA) for member in members)
        return has_media and all(member.endswith((*_MEDIA, _NOTE)) for member in members)

    def read(self, package: Package, account: Account, personal: bool) -> Iterator[Item | Unread]:
        """The notes, as not imported; a picture is taken in when a post names it."""
        for member in package.members():
            if not member.lower().endswith(_MEDIA):
                yield Unread(member=member, reason="no records")
