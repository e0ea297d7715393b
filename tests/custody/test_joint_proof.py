"""One proof for many entries: it leads to the root, is no longer than it must be, and proves nothing else."""

import random
from collections.abc import Sequence

import pytest

from custody.ledger import Read, Tree, inclusion_proof, joint_proof, joint_root, leaf_hash


def kept(size: int) -> tuple[Tree, list[bytes], Read]:
    tree, leaves, nodes = Tree(), [leaf_hash(str(n).encode()) for n in range(size)], {}
    for leaf in leaves:
        tree.append(leaf)
    nodes = {(level, place): node for level, place, node in tree.completed}

    def read(level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            found = leaves[first : first + count]
        else:
            found = [nodes[level, place] for place in range(first, first + count)]
        assert len(found) == count
        return found

    return tree, leaves, read


@pytest.mark.parametrize("size", [1, 2, 3, 7, 255, 256, 257, 1000, 65_537, 70_001])
def test_any_choice_of_entries_leads_to_the_root(size: int) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    tree, leaves, read = kept(size)
    for count in {1, min(2, size), min(size, 40), min(size, 500)}:
        chosen = chance.sample(range(size), count)
        proof = joint_proof(chosen, size, read)
        assert joint_root({n: leaves[n] for n in chosen}, size, proof) == tree.root()
        assert len(proof) <= sum(len(inclusion_proof(n, size, read)) for n in chosen)
    every = joint_proof(range(size), size, read)
    assert every == [] and joint_root(dict(enumerate(leaves)), size, every) == tree.root()


def test_what_is_not_so_is_not_proved() -> None:
    tree, leaves, read = kept(1000)
    chosen = [3, 500, 999]
    proof = joint_proof(chosen, 1000, read)
    right = {n: leaves[n] for n in chosen}
    assert joint_root({**right, 500: leaves[501]}, 1000, proof) != tree.root()
    assert joint_root(right, 1000, [proof[1], proof[0], *proof[2:]]) != tree.root()
    for wrong in (proof[:-1], [*proof, proof[0]], [proof[0][:-1], *proof[1:]]):
        with pytest.raises(ValueError, match="joint proof"):
            joint_root(right, 1000, wrong)
    for none in ([], [1000], [-1]):
        with pytest.raises(ValueError, match="no entries"):
            joint_proof(none, 1000, read)
