"""Finds a forum's word rules in a comment's own words.

A rule matches whole words: before and after a match stands no letter, digit or mark, so "cialis"
is not found in "specialist". Text is folded first (`moderation.pipeline.word_folding`) and looked
through in several readings: as written, with digits and signs read as the letters they stand in
for ("1d10t"), and with spelled-out words joined ("i d i o t").

Scripts that write no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) have no
such boundary. A rule whose edge is a letter of these scripts matches anywhere, also inside a
longer word; write such rules long enough to be unmistakable.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from moderation.domain.word_rule import WordRule, WordRuleMatch
from moderation.pipeline.word_folding import Folded, fold

# A token is read so only when it holds two letters or more: "A55" is a road and "4x4" a car.
_LEET_TOKEN = re.compile(r"(?<![^\W_])[a-z0-9@$!|]{3,}(?![^\W_])")
_LEET_SIGN = re.compile(r"[0-9@$!|]")
_LETTER = re.compile(r"[a-z]")
_LEAST_LETTERS = 2
_LEET_READINGS = (
    str.maketrans("013457@$!|", "oieastasii"),
    str.maketrans("013457@$!|", "oleastasll"),
)
# Single letters with the same separator between all of them, four at least: fewer are initials.
_SPELLED_OUT = re.compile(r"(?<![^\W_])[^\W\d_](?:([ .*_~-])[^\W\d_])(?:\1[^\W\d_]){2,}+(?![^\W_])")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
)


class WordRuleMatcher:
    """Matches one forum's rules; built once, immutable, safe to share between threads.

    Parameters
    ----------
    rules : Iterable[WordRule]
        Several rules may have the same words; each reports its own matches.
    """

    def __init__(self, rules: Iterable[WordRule]) -> None:
        by_words: dict[str, list[WordRule]] = {}
        for rule in rules:
            if words := fold(rule.stem).text.strip():
                by_words.setdefault(words, []).append(rule)
        self._rules = tuple(tuple(same) for same in by_words.values())
        self._words = AhoCorasick(list(by_words), matchkind=MatchKind.Standard)

    def find(self, text: str) -> tuple[WordRuleMatch, ...]:
        """Return every match, ordered by place and rule.

        Parameters
        ----------
        text : str
            The reduced text; any string.

        Returns
        -------
        tuple[WordRuleMatch, ...]
            Code-point offsets into ``text``. A match of a prefix rule covers the whole word.
        """
        if not self._rules:
            return ()
        folded = fold(text)
        found = {
            WordRuleMatch(rule_id, start, end, text[start:end])
            for reading in _readings(folded)
            for rule_id, start, end in self._matches(reading)
        }
        return tuple(sorted(found, key=lambda match: (match.start, match.end, match.rule_id)))

    def _matches(self, reading: Folded) -> Iterator[tuple[str, int, int]]:
        words = reading.text
        hits = self._words.find_matches_as_indexes(words, overlapping=True)
        word_end = -1  # hits come ordered by their end: one scan to the end of a word serves all
        for pattern, start, end in hits:
            if not _begins_word(reading, start):
                continue
            is_whole = _ends_word(reading, end)
            for rule in self._rules[pattern]:
                if is_whole:
                    yield rule.rule_id, reading.starts[start], reading.ends[end - 1]
                elif rule.is_prefix and not reading.is_cut(end):
                    word_end = word_end if word_end >= end else _end_of_word(words, end)
                    yield rule.rule_id, reading.starts[start], reading.ends[word_end - 1]


def _readings(folded: Folded) -> Iterator[Folded]:
    yield folded
    if _LEET_SIGN.search(folded.text):
        seen = {folded.text}
        for table in _LEET_READINGS:
            text = _unleet(folded.text, table)
            if text not in seen:
                seen.add(text)
                yield Folded(text, folded.starts, folded.ends)
    spelled = list(_SPELLED_OUT.finditer(folded.text))
    if spelled:
        yield _joined(folded, spelled)


def _unleet(text: str, table: dict[int, int]) -> str:
    return _LEET_TOKEN.sub(lambda token: _unleet_token(token[0], table), text)


def _unleet_token(token: str, table: dict[int, int]) -> str:
    """Read digits and signs as letters; an exclamation mark at the edge stays one."""
    if not _LEET_SIGN.search(token) or len(_LETTER.findall(token)) < _LEAST_LETTERS:
        return token
    core = token.strip("!|")
    before = len(token) - len(token.lstrip("!|"))
    return token[:before] + core.translate(table) + token[before + len(core) :]


def _joined(folded: Folded, spelled: list[re.Match[str]]) -> Folded:
    """Return only the spelled-out words, joined, with a gap between them."""
    pieces: list[str] = []
    starts, ends = array("I"), array("I")
    for match in spelled:
        letters = range(match.start(), match.end(), 2)
        pieces.append("".join(folded.text[index] for index in letters) + "\n")
        starts.extend([folded.starts[index] for index in letters])
        ends.extend([folded.ends[index] for index in letters])
        starts.append(folded.ends[match.end() - 1])
        ends.append(folded.ends[match.end() - 1])
    return Folded("".join(pieces), starts, ends)


def _begins_word(reading: Folded, start: int) -> bool:
    text = reading.text
    if reading.is_cut(start):
        return False
    first = text[start]
    return start == 0 or _is_unspaced(first) or not (_in_word(first) and _in_word(text[start - 1]))


def _ends_word(reading: Folded, end: int) -> bool:
    text = reading.text
    if reading.is_cut(end):
        return False
    if end == len(text):
        return True
    if _is_unspaced(text[end - 1]):
        # A vowel or tone mark belongs to the letter before it: the match would split a letter.
        return not unicodedata.category(text[end]).startswith("M")
    return not (_in_word(text[end - 1]) and _in_word(text[end]))


def _end_of_word(text: str, position: int) -> int:
    while position < len(text) and _in_word(text[position]) and not _is_unspaced(text[position]):
        position += 1
    return position


@lru_cache(maxsize=8192)
def _in_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def _is_unspaced(char: str) -> bool:
    return _UNSPACED.match(char) is not None
