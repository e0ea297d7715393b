"""The ledger's tree: an append-only list of entries whose root hash stands for all of them (RFC 6962, section 2.1).

Nothing here knows what an entry says or where it is kept. Whoever holds a signed root can be shown, with twenty hashes
for a million entries, that an entry is in the list (inclusion) and that a longer list begins with the shorter one
(consistency). Hashes are 32 bytes; positions count from 0; `docs/adr/ledger.md` says how the product uses it.

The tree is never stored whole. Every hash of a complete subtree of 256, 65,536, ... entries is kept; what lies between
is computed again from at most 256 hashes below it.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

STEP = 8
"""Levels between two kept levels: 2**8 = 256 hashes below each kept one."""

Read = Callable[[int, int, int], Sequence[bytes]]
"""Reads kept hashes: (level, first position, count). Level 0 are the leaves; then 8, 16, 24."""

HASH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hash of each entry."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A list that grows. It remembers only the roots of its complete parts, the largest first (`peaks`)."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        self.completed: list[tuple[int, int, bytes]] = []
        """Hashes to be kept that became complete since this list was last emptied: (level, position, hash)."""

    def append(self, leaf: bytes) -> None:
        """Add one entry by its leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add entries by their leaf hashes: level by level, each with the peak that waited for its right neighbour."""
        nodes, level, first, alone = list(leaves), 0, self.size, []
        self.size += len(nodes)
        while nodes:
            if first & 1:
                nodes.insert(0, self.peaks.pop())
            if len(nodes) & 1:
                alone.append(nodes.pop())
            nodes = _pairs(nodes)
            level, first = level + 1, first >> 1
            if level % STEP == 0:
                self.completed += [(level, position, node) for position, node in enumerate(nodes, first)]
        self.peaks += reversed(alone)

    def root(self) -> bytes:
        """The root hash of all entries so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def tree_of(size: int, read: Read) -> Tree:
    """A tree of `size` entries from its kept hashes."""
    peaks, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            peaks.append(_subtree(level, start >> level, read))
            start += 1 << level
    return Tree(size, peaks)


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """The hashes that lead from entry `index` to the root of the first `size` entries. ValueError when out of range."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} among {size}")
    return _path(index, 0, size, read)


def consistency_proof(older: int, newer: int, read: Read) -> list[bytes]:
    """The hashes that show that the first `older` of `newer` entries are still the same. ValueError when older is 0
    or more than newer."""
    if not 0 < older <= newer:
        raise ValueError(f"{older} entries are no beginning of {newer}")
    return _subproof(older, 0, newer, True, read)


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the leaf hash at `index` to the root of `size` entries (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, left = leaf, size - 1, index
    for sibling in proof:
        if last == 0:
            return False
        if left & 1 or left == last:
            node = node_hash(sibling, node)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        left, last = left >> 1, last >> 1
    return last == 0 and node == root


def joint_proof(indices: Iterable[int], size: int, read: Read) -> list[bytes]:
    """The hashes that lead from several entries together to the root of the first `size` entries: what one would need
    for each, with nothing twice. ValueError when one is out of range."""
    chosen = sorted(set(indices))
    if not chosen or not 0 <= chosen[0] <= chosen[-1] < size:
        raise ValueError(f"no entries, or some that are not among {size}")
    found: list[bytes] = []
    _join(chosen, 0, size, _in_blocks(size, read), found)
    return found


def joint_root(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes]) -> bytes:
    """The root to which a joint proof leads from leaf hashes by their place. ValueError when it is no such proof."""
    chosen, hashes = sorted(leaves), iter(proof)
    if not chosen or not 0 <= chosen[0] <= chosen[-1] < size or any(len(each) != HASH for each in proof):
        raise ValueError("this is no joint proof")
    try:
        root = _joined(chosen, leaves, 0, size, hashes)
    except StopIteration as error:
        raise ValueError("the joint proof is too short") from error
    if next(hashes, None) is not None:
        raise ValueError("the joint proof is too long")
    return root


def is_consistent(older: int, older_root: bytes, newer: int, newer_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `newer` entries begins with that of `older` (RFC 9162, 2.1.4.2)."""
    if older == newer:
        return older_root == newer_root and not proof
    if not 0 < older < newer:
        return False
    path = list(proof) if older & (older - 1) else [older_root, *proof]
    if not path:
        return False
    left, last = older - 1, newer - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if left & 1 or left == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        left, last = left >> 1, last >> 1
    return last == 0 and first == older_root and second == newer_root


def _path(index: int, start: int, end: int, read: Read) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, read), _hash(middle, end, read)]
    return [*_path(index, middle, end, read), _hash(start, middle, read)]


def _join(chosen: Sequence[int], start: int, end: int, read: Read, found: list[bytes]) -> None:
    if not chosen:
        found.append(_hash(start, end, read))
    elif end - start > 1:
        middle = start + _split(end - start)
        place = bisect_left(chosen, middle)
        _join(chosen[:place], start, middle, read, found)
        _join(chosen[place:], middle, end, read, found)


def _joined(chosen: Sequence[int], leaves: Mapping[int, bytes], start: int, end: int, hashes: Iterator[bytes]) -> bytes:
    if not chosen:
        return next(hashes)
    if end - start == 1:
        return leaves[start]
    middle = start + _split(end - start)
    place = bisect_left(chosen, middle)
    left = _joined(chosen[:place], leaves, start, middle, hashes)
    return node_hash(left, _joined(chosen[place:], leaves, middle, end, hashes))


def _in_blocks(size: int, read: Read) -> Read:
    """Reads whole blocks and remembers the newest: neighbours are asked for one after another."""
    block = 1 << STEP

    @lru_cache(maxsize=64)
    def whole(level: int, first: int) -> Sequence[bytes]:
        return read(level, first, min(block, (size >> level) - first))

    def some(level: int, first: int, count: int) -> Sequence[bytes]:
        start = first - first % block
        return whole(level, start)[first - start : first - start + count]

    return some


def _subproof(older: int, start: int, end: int, whole: bool, read: Read) -> list[bytes]:
    if older == end - start:
        return [] if whole else [_hash(start, end, read)]
    split = _split(end - start)
    middle = start + split
    if older <= split:
        return [*_subproof(older, start, middle, whole, read), _hash(middle, end, read)]
    return [*_subproof(older - split, middle, end, False, read), _hash(start, middle, read)]


def _hash(start: int, end: int, read: Read) -> bytes:
    """The hash of the entries from `start` up to `end`; `start` is a multiple of the largest power of two in them."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return _subtree(level, start >> level, read)
    middle = start + _split(size)
    return node_hash(_hash(start, middle, read), _hash(middle, end, read))


def _subtree(level: int, position: int, read: Read) -> bytes:
    kept = level - level % STEP
    hashes = list(read(kept, position << (level - kept), 1 << (level - kept)))
    while len(hashes) > 1:
        hashes = _pairs(hashes)
    return hashes[0]


def _pairs(nodes: Sequence[bytes]) -> list[bytes]:
    """The hashes of an even number of nodes, two by two."""
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
