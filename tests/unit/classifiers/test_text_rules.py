"""The number of the text rules stands for what they give: who changes them raises it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice, permutations, product
from string import ascii_lowercase

from classifiers.folding import fold
from classifiers.lookalikes import CONFUSABLE, LATIN_LETTERS, STYLED
from classifiers.ngrams import START, TEXT_RULES, context_features, pair_feature, token_features
from classifiers.scorer import ScoringInput
from classifiers.telling import DISGUISED, TELLING
from classifiers.text import tokenize
from tests.unit.classifiers.any_script import DISGUISES, RUBBISH, any_comments

PLAIN = (
    "You absolute idiots! Don't you DARE touch the well-known B52 at 5pm, it's $500 or 10% off...",
    "see https://example.org/a?b=c#d or mail someone+x@mail.example.org, says @a_user (U.S.S.R.)",
    "soooo stupiiiid, looooser!!! sh1t n00b id10t $tupid @sshole covid19 windows10 h1n1 4chan mp3",
    "f*** b*llsh*t **bold** _under_ a_s_s i d i o t i.d-i*o_t a, b, c, d, e f\ng h",
    "\u201cquoted\u201d \u2014 it\u2019s na\u00efve caf\u00e9 stra\u00dfe \u00e6ther",
    "\u2764i\u2764d\u2764 \U0001f44d\U0001f3fd \U0001f937\u200d\u2640\ufe0f",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u0456di\u043et \u03b9d\u03b9ot",
    "\u24d8\u24d3\u24d8\u24de\u24e3 \uff49\uff44\uff49\uff4f\uff54",
    "i\u0308\u0301\u0334d\u00adi\u200bot",
    "id\U0001f642iot lol\U0001f602you path\U0001f525e\u2764\ufe0ftic!",
    "5h17 57up1d 1d107 p*thetic cl*wn",
)
GIVEN_BY = {2: "803254b0ced8673c"}
"""The features of the texts below under the number, as a digest."""


@cache
def is_old(character: str) -> bool:
    """Whether every supported Python knows the character: newer ones know more letters."""
    return unicodedata.ucd_3_2_0.category(character) != "Cn"


def texts() -> Iterator[str]:
    """Plain and disguised comments, rubbish, every look-alike and many starred words."""
    yield from PLAIN
    for text in PLAIN:
        yield from (disguise(text) for disguise in DISGUISES)
    for text in (*RUBBISH, *any_comments(400)):
        yield "".join(filter(is_old, text[:1_000]))
    tables = {**STYLED, **LATIN_LETTERS, **CONFUSABLE}
    yield from (f"{'!' * length} yes {'=' * length}" for length in (63, 64, 65))  # limits
    yield "\ufdfa" * 48
    yield f"h{' '.join(map(''.join, islice(permutations('abcdefg'), 60)))}"
    yield "1st 2nd 3rd 4th 5bn 6am 7pm 8km 9kg 1mm 2cm 3mb 4gb 5hz 6year 7years 8hour"
    yield "9hours 1mins 5star"
    yield " ".join(f"x{chr(letter)}y" for letter in tables if is_old(chr(letter)))
    yield " ".join(sorted(DISGUISED))
    yield " ".join(f"{word[:1]}\U0001f642{word[1:]}" for word in sorted(TELLING))
    for first, second in product(ascii_lowercase, repeat=2):
        yield " ".join(f"{first}{second}{'*' * hidden}" for hidden in range(1, 6))
    yield " ".join(f"{first}{second}" for first, second in product(ascii_lowercase, repeat=2))


def features(text: str) -> Iterator[str]:
    before = START
    for token in tokenize(text):
        folded = fold(token)
        yield from token_features(folded, 3, 5)
        yield pair_feature(before, folded.form)
        before = folded.form
    yield from context_features(ScoringInput("", title=text, parent=text[300:]), fold)


def test_other_features_take_another_number() -> None:
    digest = hashlib.sha256()
    for text in texts():
        digest.update("\n".join(features(text)).encode("utf-8", "surrogatepass") + b"\0")
    assert digest.hexdigest()[:16] == GIVEN_BY[TEXT_RULES], (
        "texts give other features than before: raise classifiers.ngrams.TEXT_RULES, add its "
        "digest here and build the default bundle again"
    )
