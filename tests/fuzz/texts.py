"""Everything that reads a comment's text or a page of them."""

from __future__ import annotations

from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from random import Random

from classifiers.bundle import DEFAULT_BUNDLE, load_scorer
from classifiers.scorer import Scorer, ScoringInput
from moderation.domain.errors import InvalidInputError
from moderation.domain.offsets import code_point_offsets, utf16_offsets
from moderation.domain.text_format import TextFormat
from moderation.domain.word_rule import WordRule
from moderation.hosts.invision_thread import ThreadFormatError, read_thread
from moderation.pipeline.languages import detect_language
from moderation.pipeline.reduction import Reduced, reduce
from moderation.pipeline.sentences import sentences
from moderation.pipeline.word_rules import WordRuleMatcher
from tests.fuzz import mutation
from tests.fuzz.target import Target

_THREADS = Path(__file__).parents[1] / "data" / "threads"

MARKS = (
    "<", ">", "&", "<p>", "</p>", "<div class=quote>", "</div>", "<blockquote>", "</blockquote>",
    "<cite>", "</cite>", "<script>", "</script>", "<!--", "-->", "&amp;", "&#", "&#x110000;",
    '<img class="emoji" alt="x">', '<a href="', '"', "'", "=", "[quote]", "[/quote]", "[quote=a",
    "[b]", "[/b]", "[code]", "[/code]", "[url=x]", "[/url]", "]", "[", "](", ")", "![", "*", "**",
    "_", "`", "```", "~~", "\n", "\n> ", "\n>", "\n- ", "\n# ", "\\", "said:", "x wrote:", " ",
    "word", "\r\n", "[a]: b", "===", "---", "|", "<![CDATA[", "<svg>", "<table>", "<textarea>",
    "&NotEqualTilde;", "&#0;", "&#xd800;", "<br/>", "<p ", "1. ", "    ", "<http://a>",
)  # fmt: skip
_WORDS = (
    "idiot", "id10t", "i d i o t", "i.d.i.o.t", "You", " ", "  ", ". ", "! ", "?", "\n", "$hit",
    "f**k", "4x4", "A55", "fööl", "bad-word", "word's", "\u0131d\u0131ot", "\U0001d4f2diot",
    "\u0438\u0434\u0438\u043e\u0442", "\u4e2d\u6587", "\u0e20\u0e32\u0e29\u0e32", "z\u0310\u0311",
    "https://a.example/b?c=d", "@name", "#tag", "a@b.example", "Mr. ", "e.g. ", "...", "1,000.5",
)  # fmt: skip
_THREAD_LINES = (
    "Recommended Posts\n", "Ann\n", "Members\n", "1.2k\n", "Posted May 3, 2024\n", "words\n", "\n",
    "Quote\n", "Like\n", "3\n", "Link to comment\n", "Share on other sites\n", "Ann said:\n",
    "On 1/2/2024, Ann said:\n", "Expand\n", "-----\n", "Replies\n", "Join the conversation\n",
    "a.png\n", "<div>", '<p data-role="commentContent">x', "October 10, 20241 yr\n", "</div>",
    "<article>", "</article>", '<time datetime="2024-10-10T15:45:00Z">', "<blockquote>",
    '<div class="ipsQuote_citation">', "<h1>", "<title>", "Posted 10. Oktober 2024\n",
)  # fmt: skip


def check_offsets(source: str, reduced: Reduced) -> None:
    """Each character of the reduced text comes from where it says it does."""
    origins = reduced.origins
    assert len(origins) == len(reduced.text)
    assert all(before <= after for before, after in pairwise(origins))
    assert all(0 <= origin < len(source) for origin in origins)
    for index, char in enumerate(reduced.text):
        low, high = reduced.source_range(index, index + 1)
        behind = source[low:high]
        is_break = char == "\n" and not behind
        is_markup = behind[:1] in {"&", "<"} or (
            char == " " and behind.strip(" \t\r\n\f\v\xa0") == ""
        )
        assert char in behind or is_break or is_markup
    for quote in reduced.quotes:
        assert 0 <= quote.start < quote.end <= len(source)
        assert quote.text


def _reduces(text_format: TextFormat, source: str) -> None:
    check_offsets(source, reduce(source, text_format))


def _reads_thread(content: str) -> None:
    try:
        page = read_thread(content)
    except ThreadFormatError:
        return
    assert page.posts
    assert all(post.body for post in page.posts)


def _rules_and_text(random: Random) -> tuple[list[str], str]:
    rules = [mutation.text(random, _WORDS)[:40] for _ in range(random.randint(1, 5))]
    rules += [f"{rule}*" for rule in rules if random.randrange(2)]
    return rules, mutation.text(random, (*_WORDS, *rules))


def _finds_words(given: tuple[list[str], str]) -> None:
    rules = []
    for number, words in enumerate(given[0]):
        try:
            rules.append(WordRule(f"r{number}", words))
        except InvalidInputError as error:
            assert error.fields  # noqa: PT017 - either is right
    for match in WordRuleMatcher(rules).find(given[1]):
        assert 0 <= match.start < match.end <= len(given[1])
        assert match.matched == given[1][match.start : match.end]


def _reads_language(source: str) -> None:
    language = detect_language(source)
    assert language is None or language.isascii()
    ranges = sentences(source)
    assert all(0 <= start < end <= len(source) for start, end in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
    ends = [end for _, end in ranges]
    assert list(code_point_offsets(source, utf16_offsets(source, ends))) == ends


@cache
def _scorer() -> Scorer:
    return load_scorer(DEFAULT_BUNDLE)


def _scoring_input(random: Random) -> ScoringInput:
    _scorer()  # loaded here, so that the time of the first input is its own
    title, parent = (
        mutation.text(random, _WORDS)[:1000] if random.randrange(4) == 0 else None for _ in range(2)
    )
    return ScoringInput(mutation.text(random, _WORDS), title, parent)


def _scores(given: ScoringInput) -> None:
    scored = _scorer().score(given)
    assert all(0 <= score <= 1 for score in scored.probabilities.values())
    assert all(0 <= span.start < span.end <= len(given.text) for span in scored.spans)


def _page(suffix: str, random: Random) -> str:
    return mutation.text(random, _THREAD_LINES, _pages(suffix))


@cache
def _pages(suffix: str) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8") for path in sorted(_THREADS.glob(f"*.{suffix}")))


TARGETS = (
    *(
        Target(
            f"reduction of {text_format.value}",
            partial(mutation.text, marks=MARKS),
            partial(_reduces, text_format),
        )
        for text_format in TextFormat
    ),
    Target("thread pages, saved", partial(_page, "html"), _reads_thread),
    Target("thread pages, pasted", partial(_page, "txt"), _reads_thread),
    Target("word rules", _rules_and_text, _finds_words),
    Target("languages and sentences", partial(mutation.text, marks=_WORDS), _reads_language),
    Target("scorer with spans", _scoring_input, _scores),
)
