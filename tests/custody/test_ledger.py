"""The tree is RFC 6962's: published vectors, and a naive tree beside ours for every size up to 300."""

import hashlib
import random
from collections.abc import Sequence

import pytest

from custody.ledger import (
    EMPTY_ROOT,
    STEP,
    Tree,
    consistency_proof,
    includes,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    tree_of,
)

SEED, LARGEST = 20261121, 300
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = """
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()


class Kept:
    """A tree with its kept hashes in memory."""

    def __init__(self, count: int) -> None:
        self.leaves = [leaf_hash(b"entry %d" % number) for number in range(count)]
        self.tree = Tree()
        for leaf in self.leaves:
            self.tree.append(leaf)
        self.nodes = {(level, position): node for level, position, node in self.tree.completed}

    def read(self, level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return self.leaves[first : first + count]
        return [self.nodes[(level, position)] for position in range(first, first + count)]


def naive(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive(leaves[:split]), naive(leaves[split:]))


def test_the_published_roots() -> None:
    tree = Tree()
    assert tree.root() == hashlib.sha256(b"").digest()
    for given, root in zip(INPUTS, ROOTS, strict=True):
        tree.append(leaf_hash(bytes.fromhex(given)))
        assert tree.root().hex() == root


def test_roots_and_inclusion_agree_with_a_naive_tree_for_every_size() -> None:
    kept, proved = Kept(LARGEST), 0
    for size in range(1, LARGEST + 1):
        root = naive(kept.leaves[:size])
        assert tree_of(size, kept.read).root() == root
        for index in range(size):
            proof = inclusion_proof(index, size, kept.read)
            assert includes(root, size, index, kept.leaves[index], proof)
            proved += 1
    assert proved == LARGEST * (LARGEST + 1) // 2


def test_consistency_for_every_pair_of_sizes() -> None:
    kept, proved = Kept(LARGEST), 0
    roots = [tree_of(size, kept.read).root() for size in range(LARGEST + 1)]
    for newer in range(1, LARGEST + 1):
        for older in range(1, newer + 1):
            proof = consistency_proof(older, newer, kept.read)
            assert is_consistent(older, roots[older], newer, roots[newer], proof)
            proved += 1
    assert proved == LARGEST * (LARGEST + 1) // 2


def test_a_changed_proof_proves_nothing() -> None:
    chance, kept, refused = random.Random(SEED), Kept(LARGEST), 0
    print(f"seed {SEED}")
    roots = [tree_of(size, kept.read).root() for size in range(LARGEST + 1)]
    while refused < 3000:
        size = chance.randint(2, LARGEST)
        index, other = chance.randrange(size), chance.randint(1, size - 1)
        path, growth = inclusion_proof(index, size, kept.read), consistency_proof(other, size, kept.read)
        leaf = kept.leaves[index]
        wrong = bytes(32)
        spot = chance.randrange(len(path))
        assert not includes(roots[size], size, index, leaf, [*path[:spot], wrong, *path[spot + 1 :]])
        assert not includes(roots[size], size, index, leaf, path[:-1])
        assert not includes(roots[size], size, index, leaf, [*path, wrong])
        assert not includes(roots[size], size, index, wrong, path)
        assert not includes(roots[size], size, (index + 1) % size, leaf, path) or size == 1
        spot = chance.randrange(len(growth))
        assert not is_consistent(other, roots[other], size, roots[size], [*growth[:spot], wrong, *growth[spot + 1 :]])
        assert not is_consistent(other, roots[other], size, roots[size], growth[:-1])
        assert not is_consistent(other, wrong, size, roots[size], growth)
        refused += 8


def test_a_million_entries_need_twenty_hashes() -> None:
    assert (1_000_000 - 1).bit_length() == 20
    kept = Kept(70_000)
    assert len(kept.nodes) == 70_000 // 256 + 70_000 // 65_536
    assert {level for level, _ in kept.nodes} == {STEP, 2 * STEP}
    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        proof = inclusion_proof(index, 70_000, kept.read)
        assert len(proof) <= 17
        assert includes(kept.tree.root(), 70_000, index, kept.leaves[index], proof)


def test_what_is_not_there_has_no_proof() -> None:
    kept = Kept(3)
    with pytest.raises(ValueError, match="no entry 3 among 3"):
        inclusion_proof(3, 3, kept.read)
    for older in (0, 4):
        with pytest.raises(ValueError, match="no beginning"):
            consistency_proof(older, 3, kept.read)
    assert not includes(kept.tree.root(), 3, 3, kept.leaves[0], [])
    assert not is_consistent(0, EMPTY_ROOT, 3, kept.tree.root(), [])


def test_a_proof_at_a_million_entries_has_at_most_twenty_hashes() -> None:
    size, chance = 1_000_000, random.Random(SEED)
    equal = [leaf_hash(b"the same")]
    for _ in range(20):
        equal.append(node_hash(equal[-1], equal[-1]))

    def read(level: int, first: int, count: int) -> Sequence[bytes]:
        return [equal[level]] * count

    root, longest = tree_of(size, read).root(), 0
    for index in [0, size - 1, *(chance.randrange(size) for _ in range(500))]:
        proof = inclusion_proof(index, size, read)
        assert includes(root, size, index, equal[0], proof)
        longest = max(longest, len(proof))
    assert longest == 20, f"seed {SEED}"


def test_many_leaves_at_once_give_the_tree_that_one_after_another_give() -> None:
    chance, tried = random.Random(SEED), 0
    print(f"seed {SEED}")
    kept = Kept(70_000)
    for _ in range(60):
        tree, at = Tree(), 0
        size = chance.choice((chance.randrange(300), chance.randrange(70_000)))
        while at < size:
            count = min(size - at, chance.choice((0, 1, 2, 3, 255, 256, 257, 4096, 30_000)))
            tree.extend(kept.leaves[at : at + count])
            at += count
        alone = tree_of(size, kept.read)
        assert (tree.size, tree.peaks) == (size, alone.peaks)
        assert {(level, position): node for level, position, node in tree.completed} == {
            place: node for place, node in kept.nodes.items() if (place[1] + 1) << place[0] <= size
        }
        tried += 1
    assert tried == 60
