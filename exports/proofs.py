"""`proofs.json`: for each record in the response, that the city's ledger holds it, and that what is shown is unchanged.

Made for programs that know nothing of us (docs/format.md, "Proofs"). It holds what the response shows and no more: a
field that is not shown is a commitment without its key.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

from custody.evidence import Part, Proof, Seal
from exports.response import Response

FORMAT = "ofrecord-proofs/1"


def proof_chunks(response: Response) -> Iterator[bytes]:
    """The proofs of a response."""
    yield from chunks_of(response.seal, (proof for entry in response.entries() for proof in entry.proofs()))


def chunks_of(seal: Seal, proofs: Iterable[Proof]) -> Iterator[bytes]:
    """The file, made as it is written: a head with the log's key and signed checkpoint, then one proof a line."""
    head = {"checkpoint": seal.checkpoint, "format": FORMAT, "key": seal.key}
    yield json.dumps(head, ensure_ascii=False, sort_keys=True)[:-1].encode() + b', "records": [\n'
    for number, proof in enumerate(proofs):
        line = json.dumps(_data(proof), ensure_ascii=False, sort_keys=True)
        yield (b",\n" if number else b"") + line.encode("utf-8", "replace")
    yield b"\n]}\n"


def _data(proof: Proof) -> dict[str, Any]:
    data: dict[str, Any] = {"record": proof.label, "version": proof.version, "index": proof.index}
    data["path"] = [base64.b64encode(each).decode() for each in proof.path]
    if not proof.entry:
        return {**data, "leaf": proof.leaf.hex()}
    data |= {"entry": proof.entry.decode(), "kept": proof.kept.hex()}
    return {**data, "parts": [_part(part) for part in proof.parts]}


def _part(part: Part) -> dict[str, str]:
    data = {"name": part.name, "commitment": part.commitment.hex()}
    return {**data, "key": part.key.hex(), "value": part.value.decode()} if part.key else data
