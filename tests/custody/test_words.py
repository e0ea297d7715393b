"""The one tokenizer: a table of awkward text, and laws that hold for any text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.words import GAP, LONGEST, contains_phrase, joined, spans, words

TABLE = [
    # Latin: case, marks, strokes, ligatures
    ("Café CAFE cafe\u0301", "cafe cafe cafe"),
    ("Ångström Żółw naïve", "angstrom zolw naive"),
    ("Tønnesen Łódź Đorđević Æsop Œuvre Þór", "tonnesen lodz dordevic aesop oeuvre thor"),
    ("ﬁre ﬂow oﬃce", "fire flow office"),
    ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
    ("ILIK İstanbul ılık", "ilik istanbul ilik"),
    ("ΟΔΥΣΣΕΥΣ Ὀδυσσεύς", "οδυσσευσ οδυσσευσ"),
    ("ᾳ α\u0345", "α α"),
    ("Йод Ёлка", "иод елка"),
    ("Ｓｎｏｗ　１２３", "snow 123"),
    ("𝓢𝓷𝓸𝔀 ⓟⓛⓞⓦ 🄼🄰🄸🄽", "snow plow main"),
    ("Ofrecord™ ©2025 ®", "ofrecord 2025"),
    ("m² 1½ № 5㎏ ℃", "m2 1 1 2 no 5 kg c"),
    # apostrophes and punctuation separate, all alike
    ("don't don’t donʼt don´t", "don t don t don t don t"),
    ("e-mail e‐mail e–mail", "e mail e mail e mail"),
    ("co\u00adoperate", "cooperate"),
    ("snow_plow #SnowPlow @MapleFalls", "snow plow snowplow maplefalls"),
    ("https://maplefalls.example/a?b=1&c=%20", "https maplefalls example a b 1 c 20"),
    ("clerk@maplefalls.example", "clerk maplefalls example"),
    ("715-555-0142 $1,000.50 6 a.m.", "715 555 0142 1 000 50 6 a m"),
    ("!!! ... ^ ` ~ | <> \\", ""),
    # Arabic and Hebrew
    ("السَّلَامُ عَلَيْكُم", "السلام عليكم"),
    ("محـــمد أحمد", "محمد احمد"),
    ("\ufefb \ufedf\ufe8e ﷲ", "لا لا الله"),
    ("ﷺ", "صلى الله عليه وسلم"),
    ("١٢٣ ۴۵۶ ४२", "123 456 42"),
    ("שָׁלוֹם", "שלום"),
    ("בית־ספר", "בית ספר"),
    ('צה"ל צה״ל', "צה ל צה ל"),
    # scripts without spaces: each letter a word
    ("北京市 Main街", "北 京 市 main 街"),
    ("ｶﾞｽ ガス カ\u3099ス", "ガ ス ガ ス ガ ス"),
    ("か が", "か が"),
    ("㈱ ㋿", "株 令 和"),
    ("สวัสดี", "ส ว ั ส ด ี"),
    ("๒๕๖๘", "2568"),
    # Hangul is written with spaces; composed and decomposed are one
    ("눈이 \u1102\u116e\u11ab\u110b\u1175", "\u1102\u116e\u11ab\u110b\u1175 \u1102\u116e\u11ab\u110b\u1175"),
    ("नमस्ते क़ क\u093c", "नमस्ते क\u093c क\u093c"),
    ("ொ ெ\u0bbe", "\u0bc6\u0bbe \u0bc6\u0bbe"),
    # emoji: each a word, whatever its colour and joiners
    ("👍👍🏽 ❤️❤", "👍 👍 ❤ ❤"),
    ("👨‍👩‍👧", "👨 👩 👧"),
    ("🇺🇸 1️⃣", "🇺 🇸 1"),
    ("snow❄️plow", "snow ❄ plow"),
    ("\U0001faf0 \U0001facf \U0002ebf1", "\U0001faf0 \U0001facf \U0002ebf1"),
    # what is not text
    ("snow\u200bplow snow\u200dplow snow\ufeffplow", "snow plow snowplow snowplow"),
    ("H\u0317\u0302\u0358e\u0336\u0489l\u0334p\u0321", "help"),
    ("a\x00b\x1fc\x85d", "a b c d"),
    ("bad \ud800 \udfff surrogate", "bad surrogate"),
    (f"one {GAP} two", "one two"),
    ("\ue000 \ufffe \ufffd", "\ufffd"),
    ("", ""),
]
AWKWARD = "aA1é\u0301ßıİς日本かﾞ\u3099ｶ한\u1112\u1161ำ่क\u093c\u0640\u064eשָ־👍🏽\u200d\u200b️⃣½™'’ʼ_#@.\x00\ud800\u241f \n"
any_text = st.text(max_size=60) | st.text(st.sampled_from(AWKWARD), max_size=60) | st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_awkward_text_becomes_these_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_spans_find_the_same_words_where_they_stand(text: str, expected: str) -> None:
    assert [word for _, _, word in spans(text)] == expected.split()
    assert all(0 <= start < end <= len(text) for start, end, _ in spans(text))


@settings(derandomize=True, max_examples=600, deadline=None)
@given(any_text)
def test_spans_and_words_agree_on_any_text(text: str) -> None:
    found = spans(text)
    assert [word for _, _, word in found] == words(text)
    assert all(
        earlier[0] <= later[0] and earlier[1] <= later[1] for earlier, later in zip(found, found[1:], strict=False)
    )


@settings(derandomize=True, max_examples=600, deadline=None)
@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = words(text)
    assert words(" ".join(folded)) == folded


@settings(derandomize=True, max_examples=300, deadline=None)
@given(any_text, any_text)
def test_texts_with_a_space_between_have_the_words_of_both(one: str, two: str) -> None:
    assert words(f"{one} {two}") == words(one) + words(two)


def test_every_single_character_folds_to_what_folds_to_itself() -> None:
    for start in (*range(0, 0x33800, 0x800), 0xE0000):  # beyond lie private and unassigned characters only
        text = "é " + " ".join(map(chr, range(start, start + 0x800)))
        folded = words(text)
        assert words("é " + " ".join(folded))[1:] == folded, hex(start)
        assert [word for _, _, word in spans(text)] == folded, hex(start)


def test_words_are_safe_for_any_engine() -> None:
    letters = {letter for code in range(0x33800) for word in words(chr(code)) for letter in word}
    assert {letter for letter in letters if letter.isascii()} == set("abcdefghijklmnopqrstuvwxyz0123456789")
    assert GAP not in letters
    assert not any(letter.isspace() or "\ud800" <= letter <= "\udfff" for letter in letters)


@pytest.mark.parametrize("letter", ["a", "é", "ß", "한"])
def test_a_run_without_end_is_cut_into_words_of_bounded_length(letter: str) -> None:
    text = letter * 1000
    assert max(len(word) for word in words(text)) == LONGEST
    assert "".join(words(text)) == "".join(words(" ".join(text))).replace(" ", "")
    assert [word for _, _, word in spans(text)] == words(text)


@pytest.mark.parametrize(
    "text", ["word " * 1_000_000, "x" * 5_000_000, "e\u0301\u0316" * 1_600_000, "\u093c\u094d" * 500_000]
)
def test_five_megabytes_of_anything_take_seconds_at_most(text: str) -> None:
    before = time.perf_counter()
    assert words(text)
    assert time.perf_counter() - before < 5


def test_parts_are_kept_apart_by_a_gap_that_no_text_yields() -> None:
    assert joined(["Snow plow", "Main Street"]) == f"snow plow {GAP} main street"
    assert not contains_phrase(joined(["snow", "plow"]).split(), ["snow", "plow"])


def test_a_phrase_is_words_one_directly_after_another() -> None:
    line = ["a", "b", "a", "b", "c"]
    assert contains_phrase(line, ["a", "b", "c"])
    assert contains_phrase(line, ["c"])
    assert not contains_phrase(line, ["b", "b"])
    assert not contains_phrase(line, ["c", "a"])
    assert not contains_phrase(line, [])
    assert not contains_phrase([], ["a"])


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=600), st.integers(240, 260))
def test_plain_letters_are_read_the_same_with_and_without_an_accent_elsewhere(text: str, run: int) -> None:
    for each in (text, f"{text} {'a' * run}", f"{'A' * run}{text}"):
        assert words(each) == words(f"{each} \u00e9")[:-1]
