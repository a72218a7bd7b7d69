"""The tester of word rules: what they would have matched last month, with examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import make_response, request
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.domain.review import Role
from moderation.domain.word_rule import WordRule, WordRuleMatch
from moderation.services.policy_changes import read_policy
from moderation.services.word_rule_trials import MOST_COMMENTS, RuleTrial, Trial, try_word_rules
from moderation.web import current
from moderation.web.desk import ages, chosen, layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.highlight import Piece
from moderation.web.desk.locales import number
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.messages import ngettext

AROUND = 90
"""Characters of a comment shown on each side of the matches."""


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One matched comment as the page shows it."""

    item_id: int | None
    at: str
    state: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One rule as the page shows it."""

    trial: RuleTrial
    sentence: str
    examples: tuple[ExampleLine, ...]


@bp.get("/policy/words")
@session.needs(Role.VIEWER)
def word_rules() -> Response:
    """Show what the word rules, or one that is being tried, would have matched last month."""
    runtime, forum = current.runtime(), chosen.forum(request.args)
    words, problem = typed_text(request.args.get("words")).strip(), ""
    trial: Trial | None = None
    try:
        rules = [WordRule("tried", words)] if words else read_policy(runtime, forum.slug).word_rules
        trial = try_word_rules(runtime, forum.slug, rules)
    except InvalidInputError as error:
        problem = error.fields.get("words", error.message)
    body = layout.page(
        "policy_words.html",
        active="desk.policy",
        forum=forum,
        words=words,
        problem=problem,
        trial=trial,
        lines=[_line(one) for one in trial.rules] if trial is not None else [],
        most=MOST_COMMENTS,
    )
    return make_response(body, 422 if problem else 200)


def excerpt(body: str, matches: Sequence[WordRuleMatch]) -> tuple[Piece, ...]:
    """Return the part of a text around its matches, the matched words marked.

    Parameters
    ----------
    matches : Sequence[WordRuleMatch]
        At least one, ordered by place.
    """
    start = max(0, matches[0].start - AROUND)
    end = min(len(body), matches[0].end + AROUND)
    pieces = [Piece("… " if start else "")]
    place = start
    for match in matches:
        if match.start < place or match.end > end:
            continue
        pieces += [
            Piece(body[place : match.start]),
            Piece(body[match.start : match.end], is_rule=True),
        ]
        place = match.end
    pieces += [Piece(body[place:end]), Piece(" …" if end < len(body) else "")]
    return tuple(piece for piece in pieces if piece.text)


def _line(trial: RuleTrial) -> TrialLine:
    now = current.runtime().clock()
    return TrialLine(
        trial,
        _sentence(trial),
        tuple(
            ExampleLine(
                one.comment.item_id,
                ages.moment(one.comment.received_at, now),
                _state(one.comment.item_id, one.comment.action),
                excerpt(one.comment.body, one.matches),
            )
            for one in trial.examples
        ),
    )


def _sentence(trial: RuleTrial) -> str:
    if not trial.hits:
        return _("No comment holds these words.")
    comments = ngettext(
        "1 comment matched", "%(count)s comments matched", trial.hits, count=number(trial.hits)
    )
    decided = trial.rejected + trial.approved
    right = (
        _(
            "of %(decided)s that were decided, %(rejected)s were rejected",
            decided=number(decided),
            rejected=number(trial.rejected),
        )
        if decided
        else _("none of them was decided by a moderator")
    )
    unseen = _("%(count)s had not been queued", count=number(trial.unflagged))
    return f"{comments}: {right}; {unseen}."


def _state(item_id: int | None, action: str | None) -> str:
    if action is not None:
        return {"approve": _("Approved"), "reject": _("Rejected")}.get(action, action)
    return _("Published, not queued") if item_id is None else _("Waits for a decision")
