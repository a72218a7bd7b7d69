"""Words that people disguise, and how a disguised one is told. Standard library only.

The list decides nothing: it only gives a disguised word its letters back, and the model weighs the
word. It holds what weighs most for abuse in English and would be missed if it were hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_NOUNS = """
ape arsehole asshole bastard bigot bitch bootlicker brat buffoon bum butthole clown cockroach
cocksucker coward crackhead creep cretin cuck cunt dick dickhead dimwit dipshit donkey douchebag
dumbass dumbfuck faggot fascist fool freak fucker fuckwit ghoul goatfucker halfwit hypocrite idiot
imbecile jackass jerk knucklehead leech libtard liar loon loser lunatic maggot moron motherfucker
muppet murderer narcissist nazi nigger nigga nitwit parasite penis pervert pig prick psychopath
pussy racist rapist rat retard scumbag shithead shithole sicko simpleton slut snob snowflake
sociopath sucker terrorist thief thug tosser traitor troll tranny turd twat vermin wanker weasel
weirdo whore windbag worm
"""
_PLURALS = "pussies sluts bitches thieves trannies cockroaches jackasses dumbasses"
_VERBS = "fuck shit piss bullshit suck screw"
_VERB_ENDINGS = ("", "s", "ed", "ing", "in", "er", "ers")
_OTHERS = """
arrogant bloodsucking braindead brainless brainwashed bullcrap clueless corrupt cowardly crap crazy
damn deluded delusional despicable dirty disgrace disgraceful disgusting drivel dumb dumber dumbest
evil fanatic feeble filth filthy foolish garbage gullible gutless hate hateful heartless
hypocrisy hypocritical idiocy idiotic ignorance ignorant imbecilic incompetent inbred insane kill
laughable ludicrous lying moronic nasty pathetic pompous retarded revolting ridiculous rotten
rubbish sanctimonious scum selfish senile shitty sick silly slimy smelly smug sniveling spineless
stink stinking stupid stupidest stupidity subhuman talentless toothless trash ugly vile wicked
worthless
"""
_FEWEST = 3
"""Letters of a spelling without vowels: two letters are abbreviations."""

_EVERYDAY = """
aps bart barts bgt bms brt carp cnt cnut crps dck dcks dman dmb fls flsh frk frks kll lair lairs
lch liras lns lrs lsr lsrs lyng mrn mrns ngg nzs pgs pmps pns prst psis pss pssd pssn pssng pssr
pssrs psss rts sck sckd scks scm shtd shtn shtng shts slt slts smg snb snbs snl sult thf thg thgs
trd trds trud twt twts whr wrd wrds wrm wrms wsl
"""
"""Spellings that are words or abbreviations of their own, or more often hide a harmless word."""

_INNER_VOWEL = re.compile("(?<=.)[aeiou]")
_DIGITS = (str.maketrans("013457@$!|", "oieastasil"), str.maketrans("013457@$!|", "oleastasll"))
EMOJI = "\u2190-\u23ff\u2500-\u2bff\U0001f300-\U0001faff"
"""Pictures and other signs that are no letters; those between them are letters in circles."""
_EMOJI = re.compile(f"[{EMOJI}\u200d\ufe0f]+")


def _words() -> Iterator[str]:
    for noun in _NOUNS.split():
        yield from (noun, f"{noun}s")
    for verb in _VERBS.split():
        yield from (verb + ending for ending in _VERB_ENDINGS)
    yield from _PLURALS.split()
    yield from _OTHERS.split()


TELLING: frozenset[str] = frozenset(_words())


def _spellings(word: str) -> Iterator[str]:
    """Yield a word without its inner vowels, and with two of its inner letters swapped."""
    without = _INNER_VOWEL.sub("", word)
    if len(without) >= _FEWEST:
        yield without
    for at in range(1, len(word) - 2):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _disguised() -> Iterator[tuple[str, str]]:
    plain = {*TELLING, *_EVERYDAY.split()}
    for word in sorted(TELLING, key=lambda word: (-len(word), word)):
        for spelling in _spellings(word):
            if spelling not in plain:
                yield spelling, word


DISGUISED: Mapping[str, str] = MappingProxyType(dict(_disguised()))
"""From a spelling to the word that it hides; where two share one, to the shorter word."""


def without_digits(word: str) -> str | None:
    """Return the telling word that a lower-case word spells with digits and signs, or None.

    Here more may stand for letters than where nothing is known of the word: ``5h17``.
    """
    for table in _DIGITS:
        plain = word.translate(table)
        if plain in TELLING:
            return plain
    return None


def without_emoji(word: str) -> str | None:
    """Return the telling word that emoji interrupt, or None: ``id\U0001f642iot``."""
    plain = _EMOJI.sub("", word).lower()
    return plain if plain in TELLING and len(plain) < len(word) else None
