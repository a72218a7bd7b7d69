# Disguised letters are the subject here, and long word lists read best as prose.
# ruff: noqa: RUF001, SIM905
from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.domain.errors import InvalidInputError
from moderation.domain.word_rule import WordRule
from moderation.pipeline.word_folding import fold
from moderation.pipeline.word_rules import WordRuleMatcher


def matcher(*words: str) -> WordRuleMatcher:
    return WordRuleMatcher(WordRule(rule_id=word, words=word) for word in words)


def matched(text: str, *words: str) -> list[str]:
    return [match.matched for match in matcher(*words).find(text)]


_BAD = (
    "cialis anal ass arse cock cunt dick shit tit tits fag fuck nig nigg* rape spic sex twat cum "
    "hell damn crap homo jap coon dyke hoe muff paki porn pussy slag slut piss idiot* wank"
).split()
_INNOCENT = (
    "specialist specialists socialist Nigeria Nigerian Niger Nigel Scunthorpe Penistone Essex "
    "Sussex Middlesex Arsenal arsenic class classic assume assassin assess bass grass pass mass "
    "embassy ambassador analysis analyst canal banal cocktail peacock Hancock shuttlecock Dickens "
    "dickensian title titan titmouse institute competition constitution appetite fagot fagin drape "
    "grape therapist rapeseed despicable spice suspicious sextant sexton sextet document cucumber "
    "circumstance accumulate hello shell Michelle damnation scrap scrape homogeneous homonym Japan "
    "raccoon cocoon tycoon vandyke shoe hoed phoebe muffin Pakistan Pakistani pornic slugged "
    "slaughter dissipate mississippi pissarro swank saltwater wristwatch nightwatch takeshita "
    "Matsushita pushit shitake mishit cumin cumulus "
    "Dutch HMS MP3 1080p 4x4 A55 B12 3D 10th CO2 H2O R2D2 v1.2.3 i18n 50% $45 @bob a@b.example "
    "Wi-Fi e-mail U.S.A. A.S.S.A. J.R.R. C++ C# .NET 5*3*2 a|b !important x!=y"
).split()


@pytest.mark.parametrize("word", _INNOCENT)
def test_innocent_words_are_left_alone(word: str) -> None:
    rules = matcher(*_BAD)
    assert rules.find(word) == ()
    assert rules.find(f"The {word.upper()}, and {word.lower()}'s {word}-like «{word}»!") == ()


@pytest.mark.parametrize(
    "text",
    [
        "idiot", "IDIOT!", "you idiot.", "(idiot)", "_idiot_", "idiot's", "Vollidiot-idiot",
        "ｉｄｉｏｔ", "𝐢𝐝𝐢𝐨𝐭", "i\u200bd\u200bi\u00ado\u2060t", "іdіоt", "idi\u043et",
        "i\u0337d\u0337i\u0337o\u0337t\u0337", "1d10t", "id1ot", "!d idi0t", "!1d10t!",
        "i d i o t", "i-d-i-o-t", "i.d.i.o.t", "you, I D I O T, go", "🅸🅳🅸🅾🆃 idiot",
    ],
)  # fmt: skip
def test_disguises_are_seen_through(text: str) -> None:
    assert matched(text, "idiot")


@pytest.mark.parametrize("text", ["$hit", "sh1t", "SH!T", "5hit", "shit", "5h1t happens"])
def test_signs_stand_in_for_letters(text: str) -> None:
    assert matched(text, "shit")


def test_accents_that_spell_a_word_count() -> None:
    assert matched("schön", "schon") == []
    assert matched("scho\u0308n", "schön") == ["scho\u0308n"]
    assert matched("STRASSE straße", "straße") == ["STRASSE", "straße"]


def test_offsets_point_into_the_text_searched() -> None:
    text = "🙂 ﬁne: y\u200bou  ΙDIOT\n\nfool"
    found = matcher("idiot", "fool", "you idiot", "fine").find(text)
    assert [text[match.start : match.end] for match in found] == [
        "ﬁne",
        "y\u200bou  ΙDIOT",
        "ΙDIOT",
        "fool",
    ]
    assert all(text[match.start : match.end] == match.matched for match in found)


def test_prefix_rule_covers_the_whole_word() -> None:
    assert matched("Idiots and idiotic, not videoidiots", "idiot*") == ["Idiots", "idiotic"]
    assert matched("idiots", "idiot") == []


def test_phrases_match_across_white_space() -> None:
    assert matched("go\n  home now", "go home") == ["go\n  home"]
    assert matched("ego home, go homes", "go home") == []


def test_words_without_letters_at_the_edge_need_no_boundary_there() -> None:
    assert matched("I write c++code", "c++") == ["c++"]
    assert matched("abc++", "c++") == []


def test_words_of_another_script_match_in_it() -> None:
    assert matched("Ты дурак!", "дурак") == ["дурак"]
    assert matched("сор", "cop") == []
    assert matched("придурак", "дурак") == []
    assert matched("안녕 바보야", "바보*") == ["바보야"]


def test_scripts_without_spaces_match_anywhere_but_split_no_letter() -> None:
    assert matched("你是白痴吗", "白痴") == ["白痴"]
    assert matched("お前はバカだ", "バカ") == ["バカ"]
    assert matched("มึงควายมาก", "ควาย") == ["ควาย"]
    assert matched("กี", "ก") == []


def test_equal_words_of_two_rules_both_report() -> None:
    rules = WordRuleMatcher(
        [WordRule("a", "fool"), WordRule("b", "FOOL", action="hold"), WordRule("c", "fool*")]
    )
    assert [match.rule_id for match in rules.find("fool")] == ["a", "b", "c"]


def test_no_rules_match_nothing() -> None:
    assert WordRuleMatcher([]).find("anything") == ()


@pytest.mark.parametrize("words", ["", " ", "*", "\u200b", "a*b", "x" * 201])
def test_rule_refuses_words_that_match_nothing(words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        WordRule("r", words)
    assert set(caught.value.fields) == {"words"}


def test_rule_refuses_machine_rejection() -> None:
    with pytest.raises(InvalidInputError) as caught:
        WordRule("r", "word", action="reject")
    assert set(caught.value.fields) == {"action"}


def test_one_matcher_serves_many_threads() -> None:
    rules = matcher(*_BAD)
    texts = [f"{word} is no 1d10t, {word} you idiots " * 5 for word in _INNOCENT[:80]]
    expected = [rules.find(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            assert list(threads.map(rules.find, texts)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a" * 30_000,
        "a " * 15_000,
        "a.b" * 10_000,
        "i d i o " * 4_000,
        "1!" * 15_000,
        "idiot" * 6_000,
        "a" + "\u0301" * 30_000,
        "ก" + "\u0e49" * 30_000,
        "\u200b" * 30_000,
        "аa" * 15_000,
        "\ud800" * 30_000,
        "白痴" * 10_000,
        "\ufdfa" * 2_000,
        "idiot " + "x" * 30_000,
    ],
)
def test_hostile_text_is_searched_in_linear_time(text: str) -> None:
    searcher = matcher(*_BAD, "白痴*", "a*", "idiot*")
    begin = time.process_time()
    searcher.find(text)
    # Quadratic search takes minutes on these; a loaded machine still stays far below the bound.
    assert time.process_time() - begin < 5


@given(text=st.text(max_size=60), words=st.text(min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_offsets_in_range(text: str, words: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    try:
        rule = WordRule("r", words)
    except InvalidInputError:
        return
    for match in WordRuleMatcher([rule]).find(f"{text} {words} {text}"):
        assert 0 <= match.start < match.end
        assert match.matched


@given(words=st.from_regex(r"[a-zà-öа-я]{2,12}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_a_rule_finds_its_own_words(words: str) -> None:
    assert [m.matched for m in WordRuleMatcher([WordRule("r", words)]).find(f"x, {words}!")] == [
        words
    ]
