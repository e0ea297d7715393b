"""A signing key in a file: whatever is changed in it, it is another key, no key, or the same one."""

from pathlib import Path

from archiver.signing import LogKey, new_key, read_key
from custody.errors import DamageError


def read(path: Path) -> LogKey | None:
    try:
        return read_key(path, "log")
    except DamageError as error:
        assert path.name in error.message
        return None


def test_every_flipped_bit_and_every_cut_of_a_key_is_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    public = new_key(path, "log").public
    sound = path.read_bytes()
    same = none = other = 0
    for at in range(len(sound) * 8):
        damaged = bytearray(sound)
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        key = read(path)
        none, same = none + (key is None), same + (key is not None and key.public == public)
        other += key is not None and key.public != public
    for end in range(len(sound)):
        path.write_bytes(sound[:end])
        key = read(path)
        assert key is None or key.public == public, "cut off, it is never another key"
    print(f"flipped bits: {none} make it no key, {other} another, {same} leave it as it was")
    assert none > len(sound) and other > 100 and none + other + same == len(sound) * 8
    path.write_bytes(sound.replace(b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY"))
    assert read(path) is None
