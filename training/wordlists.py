"""Two short word lists that make weak labels. They train; nothing of them is used when serving."""

from __future__ import annotations

import re

_PROFANE = re.compile(
    r"\b(?:f+u+c+k\w*|f\*+\w*|mother\s?f\w+|sh[i1]t\w*|bull\s?sh\w+|s\*+t\w*|b[i1]tch\w*|b\*+ch\w*"
    r"|ass|asses|asshole\w*|a\*+hole\w*|arse\w*|bastard\w*|cunt\w*|c\*+t\w*|dick|dicks|dickhead\w*"
    r"|cock|cocks|cocksuck\w*|pussy|pussies|piss|pissed|pissing|crap|crappy|damn\w*|goddamn\w*"
    r"|slut\w*|whore\w*|wank\w*|twat\w*|bollocks|prick|pricks|douche\w*|fag\w*|nigg\w+|wtf|stfu"
    r"|dumb\s?ass\w*|jack\s?ass\w*|smart\s?ass\w*|tits|boobs|jizz|dildo\w*|bugger|bloody hell)\b",
    re.IGNORECASE,
)

_POLITICAL = re.compile(
    r"\b(?:politic\w*|democrat\w*|republican\w*|liberal\w*|conservativ\w*|left-?wing\w*"
    r"|right-?wing\w*|leftist\w*|president\w*|prime minister|congress\w*|senat\w+|parliament\w*"
    r"|government\w*|election\w*|elected|vote\w*|voting|ballot\w*|part(?:y|ies)|minister\w*"
    r"|trump\w*|obama\w*|clinton\w*|biden\w*|bush|putin\w*|hillary|bernie|sanders|merkel|brexit"
    r"|tory|tories|labour|gop|maga|socialis\w*|communis\w*|fascis\w*|nazi\w*|marxis\w*|policy"
    r"|policies|tax(?:es|payer\w*)?|immigra\w*|abortion|gun control|regime\w*|capitalis\w*"
    r"|israel\w*"
    r"|palestin\w*|russia\w*|china|chinese|iran\w*|ukrain\w*|kremlin|white house|supreme court)\b",
    re.IGNORECASE,
)


def is_profane(text: str) -> bool:
    """Whether a text holds a swear word, after the definition of ``profanity``."""
    return _PROFANE.search(text) is not None


def profane_ranges(text: str) -> list[tuple[int, int]]:
    """Return where a text holds swear words: what a word list would highlight."""
    return [match.span() for match in _PROFANE.finditer(text)]


def is_political(text: str) -> bool:
    """Whether a text may be about politics: then nothing is assumed about its side."""
    return _POLITICAL.search(text) is not None
