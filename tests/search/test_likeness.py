"""Groups of records that say nearly the same, against the plain definition."""

import random

from custody.ids import RecordNumber
from custody.words import words
from search.likeness import _runs, groups_of, is_alike

SEED = 20261121


def groups(*texts: str) -> list[tuple[int, ...]]:
    return [group.numbers for group in groups_of((RecordNumber(n), text) for n, text in enumerate(texts, 1))]


def test_the_same_words_are_alike_whatever_their_capitals_and_signs() -> None:
    assert groups("Save the park!", "SAVE THE PARK", "save   the “park”", "Save the pool") == [(1, 2, 3)]
    assert groups("ok", "OK!", "", "!!", "no") == [(1, 2)]


def test_one_word_changed_in_a_long_text_is_alike_and_in_a_short_one_not() -> None:
    long = " ".join(f"word{n}" for n in range(80))
    assert groups(long, long + " more", long.replace("word79", "end")) == [(1, 2, 3)]
    assert groups("please save our little park", "please save our little pool") == []


def test_every_member_is_alike_to_the_first_and_none_is_missed() -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(30):
        seeds = [[f"w{chance.randrange(40)}" for _ in range(chance.randrange(2, 60))] for _ in range(5)]
        texts = []
        for _ in range(40):
            text = list(chance.choice(seeds))
            for _ in range(chance.randrange(3)):
                text[chance.randrange(len(text))] = f"w{chance.randrange(40)}"
            texts.append(" ".join(text))
        runs = {n: _runs(words(text)) for n, text in enumerate(texts, 1)}
        expected: list[list[int]] = []
        for n in runs:
            group = next((each for each in expected if is_alike(runs[each[0]], runs[n])), None)
            expected.append([n]) if group is None else group.append(n)
        assert groups(*texts) == [tuple(each) for each in expected if len(each) > 1]
