"""Letters that look like others. Standard library only."""

from __future__ import annotations

from string import ascii_lowercase

_SMALL_CAPITALS = str.maketrans(
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f"
    "\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22\u0251\u0261",
    "abcdefghijklmnoprstuvwyzag",
)
_FRAMED_ALPHABETS = (0x249C, 0x24B6, 0x24D0, 0x1F110, 0x1F130, 0x1F150, 0x1F170)

STYLED = _SMALL_CAPITALS | {
    start + place: letter
    for start in _FRAMED_ALPHABETS
    for place, letter in enumerate(ascii_lowercase)
}
"""Small capitals, and letters in circles, squares and brackets. Compatibility forms (full width,
bold, italic, script) are undone by Unicode's own normalisation."""

LATIN_LETTERS = str.maketrans(
    {"\u00f8": "o", "\u0111": "d", "\u0142": "l", "\u0127": "h", "\u0131": "i", "\u0167": "t"}
    | {"\u00df": "ss", "\u00e6": "ae", "\u0153": "oe"}
)
"""Latin letters whose stroke or ligature Unicode does not take apart: one name, one form."""

_CYRILLIC = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u0432\u043a\u043c"
    "\u043d\u0442\u051b\u051d\u0457\u0451",
    "aeopcyxijsdhlbkmhtqwie",
)
_GREEK = (
    "\u03b1\u03b5\u03bf\u03b9\u03ba\u03bd\u03c4\u03c5\u03c1\u03c7\u03b4\u03c3\u03b2\u03c9\u03b7\u03b3",
    "aeoikvtupxdsbwny",
)
_ARMENIAN = ("\u0561\u0578\u057d\u0570\u0581\u0585\u0584", "wnuhgop")

CONFUSABLE = str.maketrans(
    _CYRILLIC[0] + _GREEK[0] + _ARMENIAN[0], _CYRILLIC[1] + _GREEK[1] + _ARMENIAN[1]
)
"""Lower-case letters of other alphabets that pass for Latin ones beside Latin letters."""
