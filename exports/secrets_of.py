"""What must stand nowhere in a response: every withheld text, as strings that can be looked for in any file.

A withheld text is looked for as a whole and in pieces of five words, so that a part of it is noticed too; names and
long numbers in it are looked for by themselves. What the response shows anyway (the released text, the request's own
words, the words of the program) is no secret: `docs/adr/leak-check.md` gives the rule and its limits.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from custody.ids import RecordNumber, label_of
from custody.record import Content, Record
from custody.request import Decision, Mark, Redaction
from custody.words import spans, words
from exports.redaction import Hidden, fields_of, hidden_of, hidden_places
from exports.response import Entry, Passage, Response, WithheldEntry

WHOLE, PIECE = 8, 5
"""A text of so many words is looked for as it is; a longer one in pieces of so many."""

FEW = 3
"""In a withheld text of so few words every word may be a name; in a longer one those written like names."""

LEAST_DIGITS, LEAST_LETTERS, LEAST_NAME = 7, 3, 4
"""Shorter numbers, texts and names stand everywhere by chance and are not looked for by themselves."""

LEAST_IN_NOISE = 7
"""Letters a secret must have to count among the chance letters of a binary or decoded piece."""

_HEAD = 3
_SENTENCE_END = re.compile(r"[.!?:\n]\s*\Z|\A\s*\Z")
_ROOM = Path(__file__).parent


@dataclass(slots=True)
class Secrets:
    """What to look for, by the letters of its words run together, with the record it is withheld of; and the digests
    (SHA-256, hex) of withheld files. `owners` are the records of which a string is withheld as it is: that such a
    record shows it itself does not make it public, it is the very mistake that is looked for. `shown_in` are other
    records that show words which are redacted somewhere: these words are not looked for, and a person is told."""

    strings: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=dict)
    shown_in: tuple[str, ...] = ()
    _redacted: dict[str, set[str]] = field(default_factory=dict)
    _heads: dict[str, list[str]] = field(default_factory=dict)
    _long_heads: dict[str, list[str]] = field(default_factory=dict)

    def add(self, text: str, label: str, names: bool = True) -> None:
        """A withheld text; with `names` the names and numbers in it are secrets by themselves."""
        placed = spans(text)
        line = [word for _, _, word in placed]
        if len(line) <= WHOLE:
            self._keep("".join(line), label, LEAST_LETTERS, is_whole=True)
        else:
            for at in (*range(0, len(line) - PIECE + 1, PIECE), len(line) - PIECE):
                self._keep("".join(line[at : at + PIECE]), label, LEAST_LETTERS, is_whole=True)
        for start, end, word in placed if names and len(line) > 1 else ():
            if _is_name(text, start, end, len(line)):
                self._keep(word, label, LEAST_NAME)

    def add_digest(self, sha256: str, label: str) -> None:
        """A withheld file or version, by its digest: neither the file nor the digest may go out."""
        if sha256:
            self.digests[sha256] = label
            self._keep(sha256, label, LEAST_LETTERS, is_whole=True)

    def found_in(self, text: str) -> Iterator[str]:
        """Each secret that stands in a text, whatever stands between its words, and whatever cuts them up."""
        line = words(text)
        joined = "".join(line)
        starts, place = [], 0
        for word in line:
            starts.append(place)
            place += len(word)
        ends = {*starts, place}
        heads, sizes = self._heads, sorted({len(head) for head in self._heads})
        for start in starts:
            for size in sizes:
                for each in heads.get(joined[start : start + size], ()):
                    if joined.startswith(each, start) and start + len(each) in ends:
                        yield each

    def found_in_noise(self, text: str) -> Iterator[str]:
        """Each secret of LEAST_IN_NOISE letters or more whose letters stand in a text one after the other, also inside
        of a longer word: as letters beside each other by chance make one in a binary file."""
        joined = "".join(words(text))
        pieces = (joined[at : at + LEAST_IN_NOISE] for at in range(len(joined) - LEAST_IN_NOISE + 1))
        for head in sorted(self._long_heads.keys() & pieces):
            yield from (each for each in self._long_heads[head] if each in joined)

    def forget(self, text: str, label: str = "") -> None:
        """What stands in this text, shown with the record `label`, is no secret."""
        for each in set(self.found_in(text)):
            if label not in self.owners.get(each, ()):
                if label and each in self._redacted:
                    self._redacted[each].add(label)
                else:
                    self._drop(each)

    def add_redacted(self, text: str, label: str) -> None:
        """Words that are redacted wherever they stand in a record."""
        self.add(text, label)
        letters = "".join(words(text))
        if letters in self.strings:
            self._redacted.setdefault(letters, set())

    def forget_shown(self) -> None:
        """Forget redacted words that other records show, and keep in mind which records these are."""
        for each in [each for each, records in self._redacted.items() if records]:
            self._drop(each)
        labels: set[str] = set().union(*self._redacted.values())
        self.shown_in = tuple(sorted(labels, key=lambda label: int(label[1:])))

    def forget_digest(self, sha256: str, label: str) -> None:
        """A file that is released anyway, with the record `label`."""
        if sha256 in self.digests and label not in self.owners.get(sha256, ()):
            del self.digests[sha256]
            self._drop(sha256)

    def _keep(self, letters: str, label: str, least: int, is_whole: bool = False) -> None:
        if letters.isdigit() and letters.isascii():
            least = LEAST_DIGITS
        if len(letters) >= least or (letters and not letters.isascii()):
            for each in (letters, letters[::-1]) if _runs_to_the_left(letters) else (letters,):
                if each not in self.strings:
                    self.strings[each] = label
                    self._heads.setdefault(each[:_HEAD], []).append(each)
                    if len(each) >= LEAST_IN_NOISE:
                        self._long_heads.setdefault(each[:LEAST_IN_NOISE], []).append(each)
                if is_whole:
                    self.owners.setdefault(each, set()).add(label)

    def _drop(self, each: str) -> None:
        if self.strings.pop(each, None) is not None:
            self._heads[each[:_HEAD]].remove(each)
            if len(each) >= LEAST_IN_NOISE:
                self._long_heads[each[:LEAST_IN_NOISE]].remove(each)


def secrets_of(
    response: Response,
    decisions: Mapping[RecordNumber, Decision],
    redactions: Mapping[RecordNumber, Sequence[Redaction]],
    records: Iterable[Record],
) -> Secrets:
    """The secrets of a response. `records` are those that are withheld in full or in part."""
    secrets = Secrets()
    for record in records:
        label = label_of(record.number)
        if decisions[record.number].mark is Mark.WITHHOLD:
            for version in record.versions:
                _add_all(secrets, version.content, label)
                secrets.add_digest(version.digest, label)
        else:
            _add_hidden(secrets, record, hidden_of(record, redactions.get(record.number, ())), label)
    if secrets.strings:
        for text in (*_facts(response), *_own_words()):
            secrets.forget(text)
        for text in _found_lines(response, secrets):
            secrets.forget(text)
        for entry in response.entries():
            for media in entry.media if isinstance(entry, Entry) else ():
                label = "" if media.changed else entry.label  # a picture drawn anew may come out as it was
                secrets.forget_digest(media.sha256, label)
            for text in _shown(entry):
                secrets.forget(text, entry.label)
        secrets.forget_shown()
    return secrets


def _add_all(secrets: Secrets, content: Content, label: str) -> None:
    author = content.author
    for text in (content.title, content.text, author.name, author.handle, author.id):
        secrets.add(text, label)
    for text in (author.url, content.permalink, *content.links):
        secrets.add(text, label, names=False)
    for media in content.media:
        secrets.add(media.alt, label)
        secrets.add(media.name, label, names=False)
        secrets.add_digest(media.sha256, label)


def _add_hidden(secrets: Secrets, record: Record, hidden: Hidden, label: str) -> None:
    for literal, _, _ in hidden.phrases:
        secrets.add_redacted(literal, label)
    for version in record.versions:
        if hidden.codes:
            secrets.add_digest(version.digest, label)
        for name, text in fields_of(version.content):
            is_address = name == "permalink" or name.startswith("link:")
            if is_address and hidden_places(version, name, text, hidden):
                secrets.add(text, label, names=False)
        for n, media in enumerate(version.content.media):
            if (version.n, f"media:{n}") in hidden.spans:
                secrets.add(media.alt, label, names=False)
                secrets.add(media.name, label, names=False)
                secrets.add_digest(media.sha256, label)
            if (version.n, f"media:{n}") in hidden.regions:
                secrets.add_digest(media.sha256, label)


def _shown(entry: Entry | WithheldEntry) -> Iterator[str]:
    """Every text that an entry shows, the custodian's notes apart: they must not repeat what is withheld."""
    if isinstance(entry, WithheldEntry):
        return
    yield from (entry.account, entry.platform, entry.kind, entry.state, entry.when_city, entry.when_utc, entry.captured)
    yield entry.sha256
    yield from _pieces(entry.author, entry.title, entry.text, entry.permalink, *entry.links)
    for each in entry.earlier:
        yield each.captured
        yield from _pieces(each.text)
    for media in entry.media:
        yield from (media.name, media.media_type, f"{media.size:,}", media.sha256)
        yield from _pieces(media.alt)


def _pieces(*passages: Passage) -> Iterator[str]:
    for passage in passages:
        yield from (piece.text for piece in passage if not piece.code and piece.text)


def _facts(response: Response) -> Iterator[str]:
    yield from (response.city, *response.letterhead, response.words, response.received, response.made)
    yield from (response.custodian, response.software)
    for each in response.coverage:
        yield from (each.account, each.platform, each.first, each.last, *each.captures, *each.gaps, *each.limits)
    for code in response.reasons:
        yield from (code.code, code.citation, code.words)


def _found_lines(response: Response, secrets: Secrets) -> Iterator[str]:
    """How many a query found, as the files say it. The query itself stays searched: only where it says nothing that is
    withheld, what it makes together with the count beside it ("snow", 2 found) is chance."""
    for each in response.collections:
        asked = f"{each.query}\n{each.said_as}"
        if next(secrets.found_in(asked), None) is None:
            for tail in (f"{each.count}", f"{each.at} {each.count}"):
                yield from (f"{each.said_as} {tail} found", f"{each.query} {tail}")


def _own_words() -> Iterator[str]:
    """What the program itself says in its files: the templates, and the code that names columns and headings."""
    for folder in (_ROOM, *(_ROOM / name for name in ("verifier", "templates", "jurisdictions", "certifications"))):
        for path in sorted(folder.iterdir()):
            if path.suffix in (".py", ".html", ".css", ".txt", ".js", ".json", ".toml") and path.is_file():
                yield path.read_text(encoding="utf-8")


def _is_name(text: str, start: int, end: int, count: int) -> bool:
    word = text[start:end]
    if sum(character.isdigit() for character in word) >= LEAST_DIGITS:
        return True
    if not word[0].isupper() or (word.isupper() and count > FEW):
        return False
    return count <= FEW or _SENTENCE_END.search(text[max(0, start - 5) : start] if start else "") is None


def _runs_to_the_left(letters: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in letters)
