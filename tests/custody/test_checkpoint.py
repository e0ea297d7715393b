"""Notes, checkpoints and proofs are written and read as C2SP writes them."""

import random

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archiver.signing import LogKey, verify
from custody.canonical import canonical
from custody.checkpoint import (
    WITNESS_KEY,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    checkpoint_of,
    cosigned_message,
    is_signed,
    key_of,
    note_of,
    proof_of,
    proof_text,
    witnessed_at,
)
from custody.errors import DamageError

SEED = 8785
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = LogKey(name="example.org/log", private=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
CHECKPOINT = Checkpoint(origin="example.org/log", size=20852, root=bytes(range(32)))


def test_the_published_note_verifies_and_reads_back() -> None:
    key, note = key_of(PUBLISHED_KEY), note_of(PUBLISHED_NOTE)
    assert str(key) == PUBLISHED_KEY and str(note) == PUBLISHED_NOTE
    assert is_signed(note, key, verify)
    changed = note_of(PUBLISHED_NOTE.replace("answer", "Answer"))
    assert not is_signed(changed, key, verify)


def test_a_checkpoint_of_ours_reads_back_and_verifies() -> None:
    note = Note(text=CHECKPOINT.text(), signatures=(KEY.signed(CHECKPOINT.text()),))
    again = note_of(str(note))
    assert again == note and checkpoint_of(again.text) == CHECKPOINT
    assert is_signed(again, KEY.public, verify)
    assert CHECKPOINT.text() == "example.org/log\n20852\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def test_a_signature_by_somebody_else_says_nothing_and_a_bad_one_of_ours_refuses() -> None:
    text = CHECKPOINT.text()
    other = LogKey(name="example.org/other", private=Ed25519PrivateKey.generate())
    good, stranger = KEY.signed(text), other.signed(text)
    assert is_signed(Note(text=text, signatures=(stranger, good)), KEY.public, verify)
    assert not is_signed(Note(text=text, signatures=(stranger,)), KEY.public, verify)
    bad = Signature(name=good.name, key=good.key, value=bytes(64))
    assert not is_signed(Note(text=text, signatures=(good, bad)), KEY.public, verify)
    wrong_id = Signature(name=good.name, key=b"abcd", value=good.value)
    assert not is_signed(Note(text=text, signatures=(wrong_id,)), KEY.public, verify)


def test_a_witness_signs_with_the_time_at_which_it_saw() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    witness = VerifierKey(name="clerk", kind=WITNESS_KEY, public=private.public_key().public_bytes_raw())
    text, at = CHECKPOINT.text(), 1_800_000_000
    value = at.to_bytes(8, "big") + private.sign(cosigned_message(text, at))
    note = Note(text=text, signatures=(KEY.signed(text), Signature(name="clerk", key=witness.id, value=value)))
    assert witnessed_at(note_of(str(note)), witness, verify) == at
    later = (at + 1).to_bytes(8, "big") + value[8:]
    forged = Note(text=text, signatures=(Signature(name="clerk", key=witness.id, value=later),))
    assert witnessed_at(forged, witness, verify) is None
    assert cosigned_message("a\n1\nb\n", 5) == b"cosignature/v1\ntime 5\na\n1\nb\n"


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n\n", "a\n\n\u2014 b\n", "a\n\n- b AAAAAAAA\n", "a\n\n\u2014 b c AAAAAAAA\n",
        "a\n\n\u2014 b AAAA\n", "a\n\n\u2014 b+c AAAAAAAA\n", "a\n\n\u2014 b AAAAAAAA", "a\tb\n\n\u2014 b AAAAAAAA\n",
        "a\n\n" + "\u2014 b AAAAAAAA\n" * 17, "a\n\u2014 b AAAAAAAA\n", "a\n\n\u2014 b AAAAAAA*\n",
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(DamageError):
        note_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=",
        "a\n\u0661\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "=\n\nx\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(DamageError):
        checkpoint_of(text)


@pytest.mark.parametrize(
    "text", ["", "a+b", "a+00000000+AAAA", PUBLISHED_KEY.replace("c74f", "c74e"), "a b" + PUBLISHED_KEY]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(DamageError):
        key_of(text)


def test_a_proof_reads_back() -> None:
    note = str(Note(text=CHECKPOINT.text(), signatures=(KEY.signed(CHECKPOINT.text()),)))
    for hashes in ([], [bytes(32)], [bytes([n]) * 32 for n in range(20)]):
        assert proof_of(proof_text(73894, hashes, note)) == (73894, hashes, note)
    for wrong in (
        "",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1\nindex x\n\n" + note,
        "x\nindex 1\n\n" + note,
    ):
        with pytest.raises(DamageError):
            proof_of(wrong)


def test_our_canonical_json_is_rfc_8785() -> None:
    chance, compared = random.Random(SEED), 0
    for _ in range(2000):
        texts = ["".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(5)) for _ in range(3)]
        values = [*texts, chance.randint(-(2**53) + 1, 2**53 - 1), None, True, False, []]
        value = {"".join(chance.choices("abcxyz_.", k=4)): chance.choice(values) for _ in range(5)}
        assert canonical([value]) == rfc8785.dumps([value])
        compared += 1
    assert compared == 2000
