"""A witness: a second pair of eyes on another machine, that has seen how long the ledger was and refuses to unsee it.

It keeps the newest checkpoint of each archive it knows, signs a newer one only when it is shown that the older is its
beginning, and never signs two roots of one size. It learns nothing of any record. A question comes as a text (C2SP
tlog-witness, add-checkpoint): `old N`, the hashes that prove the growth, an empty line, the signed checkpoint.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver import durable
from archiver.signing import WitnessKey, new_witness_key, read_witness_key, verify
from custody.checkpoint import (
    Checkpoint,
    Note,
    VerifierKey,
    checkpoint_of,
    cosigned_message,
    is_signed,
    key_of,
    note_of,
)
from custody.clock import Clock
from custody.errors import DamageError, UnavailableError, UsageError
from custody.ledger import EMPTY_ROOT, is_consistent


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a witness remembers of an archive: its public key and the newest checkpoint, as a signed note."""

    key: VerifierKey
    note: str = ""

    @property
    def checkpoint(self) -> Checkpoint:
        """The newest checkpoint; of nothing as long as none was seen."""
        if not self.note:
            return Checkpoint(origin=self.key.name, size=0, root=EMPTY_ROOT)
        return checkpoint_of(note_of(self.note).text)


class Refusal(UnavailableError):
    """A witness will not sign. `seen` is the size it has seen, for a question with another `old`."""

    def __init__(self, message: str, hint: str, seen: int = 0) -> None:
        super().__init__(message, hint)
        self.seen = seen


def question(old: int, proof: Sequence[bytes], note: str) -> str:
    """What a witness is asked: to sign a checkpoint, from the size it saw last."""
    lines = "".join(base64.b64encode(each).decode() + "\n" for each in proof)
    return f"old {old}\n{lines}\n{note}"


class Witness:
    """A witness's folder: its key, and what it has seen of each archive."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.key: WitnessKey = read_witness_key(folder / "witness.key")

    def seen(self, origin: str) -> Seen | None:
        """What this witness remembers of an archive."""
        path = self._path(origin)
        if not path.exists():
            return None
        key, _, note = path.read_text(encoding="utf-8").partition("\n")
        return Seen(key=key_of(key), note=note)

    def trust(self, key: str) -> None:
        """Begin to watch an archive by its public key. Raises UsageError when it is watched under another key."""
        public = key_of(key)
        before = self.seen(public.name)
        if before is not None and before.key != public:
            raise UsageError(
                f"This witness watches {public.name} under another key.", "Find out why the archive has a new key."
            )
        if before is None:
            durable.write_new(self._path(public.name), [f"{public}\n".encode()])

    def sign(self, asked: str) -> str:
        """Answer a question with the signature line. What was seen is on the disk before it is given.

        Raises Refusal when the archive is not watched, is not the one that was seen, or has gone back.
        """
        old, proof, text = _parts(asked)
        note = note_of(text)
        new = checkpoint_of(note.text)
        before = self.seen(new.origin)
        if before is None:
            raise Refusal(
                f"This witness does not watch {new.origin}.", "Name its key first: ofrecord witness trust KEY"
            )
        if not is_signed(note, before.key, verify):
            raise Refusal("The checkpoint is not signed by the key this witness knows.", "Keep it, and ask the city.")
        last = before.checkpoint
        if old != last.size:
            raise Refusal(
                f"This witness has seen {last.size} entries, the question begins at {old}.",
                f"If an answer was lost, ask again with --since {last.size}.",
                last.size,
            )
        if new.size < last.size:
            raise Refusal(
                f"The ledger has gone back: {last.size} entries were seen, now there are {new.size}.",
                "Entries were removed, or an old backup was restored. Keep both checkpoints.",
                last.size,
            )
        if last.size and not is_consistent(last.size, last.root, new.size, new.root, proof):
            raise Refusal(
                f"The ledger is not the one that was seen: its first {last.size} entries are others.",
                "Its past was changed. Keep both checkpoints.",
                last.size,
            )
        durable.write_new(self._path(new.origin), [f"{before.key}\n{note}".encode()])
        at = int(self.clock().timestamp())
        signature = self.key.signed(cosigned_message(note.text, at), at)
        return str(Note(text="x\n", signatures=(signature,))).split("\n", 2)[2]

    def _path(self, origin: str) -> Path:
        name = "".join(c if c.isalnum() else "-" for c in origin)
        return self.folder / f"seen-{name}.txt"


def make_witness(folder: Path, name: str) -> VerifierKey:
    """Make a witness in a new folder. Returns its public key."""
    if (folder / "witness.key").exists():
        raise UsageError(f"There is a witness in {folder} already.", "Use it, or choose another folder.")
    if not name or "+" in name or any(c.isspace() for c in name):
        raise UsageError(f"{name!r} cannot be a witness's name.", "Use letters, digits and dashes, such as clerk-pc.")
    key = new_witness_key(folder / "witness.key", name)
    durable.write_new(folder / "witness.pub", [f"{key.public}\n".encode()])
    return key.public


def _parts(asked: str) -> tuple[int, list[bytes], str]:
    head, _, note = asked.partition("\n\n")
    lines = head.split("\n")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines[1:]]
        old = int(lines[0].removeprefix("old "))
    except ValueError as error:
        raise DamageError("This is no question for a witness.", "Make it again: ofrecord anchor ask") from error
    if not lines[0].startswith("old ") or old < 0 or any(len(each) != 32 for each in proof):
        raise DamageError("This is no question for a witness.", "Make it again: ofrecord anchor ask")
    return old, proof, note
