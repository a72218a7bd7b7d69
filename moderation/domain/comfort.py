"""What makes long work with hurtful texts bearable: each moderator chooses for himself or herself.

Nothing is chosen in advance: what must be judged is never hidden by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from moderation.domain.errors import InvalidInputError
from moderation.domain.locale import DESK_LANGUAGES, time_zones

MOST_BREAK_MINUTES = 240


@dataclass(frozen=True, slots=True)
class Comfort:
    """A moderator's choices.

    Attributes
    ----------
    blurs : bool
        Texts are blurred until they are pointed at, focused or a key is pressed.
    is_grey : bool
        Pages have no colours.
    hides_profanity : bool
        Words that pushed ``profanity`` show their first letter alone until they are pointed at.
    break_minutes : int
        After so many minutes of work a break is proposed; 0 for never.
    language : str
        One of `DESK_LANGUAGES`; empty for what the browser asks for.
    time_zone : str
        An IANA name; empty for the installation's.
    """

    blurs: bool = False
    is_grey: bool = False
    hides_profanity: bool = False
    break_minutes: int = 0
    language: str = ""
    time_zone: str = ""

    def to_document(self) -> dict[str, Any]:
        """Return what is stored."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Comfort:
        """Read what was stored; what it does not say is not chosen."""
        return cls(**{name: document[name] for name in asdict(cls()) if name in document})


def check_comfort(comfort: Comfort) -> None:
    """Refuse a break that never comes, and a language or a time zone that nobody knows.

    Raises
    ------
    InvalidInputError
        Naming ``break_minutes``, ``language`` or ``time_zone``.
    """
    if not 0 <= comfort.break_minutes <= MOST_BREAK_MINUTES:
        raise InvalidInputError(
            f"A break comes after 1 to {MOST_BREAK_MINUTES} minutes, or 0 for never.",
            fields={"break_minutes": f"expected a whole number from 0 to {MOST_BREAK_MINUTES}"},
        )
    if comfort.language and comfort.language not in DESK_LANGUAGES:
        raise InvalidInputError(
            "The desk does not speak this language.",
            fields={"language": f"expected one of {', '.join(DESK_LANGUAGES)}, or nothing"},
        )
    if comfort.time_zone and comfort.time_zone not in time_zones():
        raise InvalidInputError(
            "There is no such time zone. Names look like Asia/Bangkok or Europe/Berlin.",
            fields={"time_zone": "expected a name of the IANA database, or nothing"},
        )
