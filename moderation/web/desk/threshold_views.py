"""Thresholds in words: what decides now, what another promise would have meant, and choosing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.estimates import Effect
from moderation.domain.review import Role
from moderation.domain.threshold_choice import Choice
from moderation.domain.threshold_rules import Promise, ThresholdRule, check_rule
from moderation.services import threshold_changes
from moderation.services.thresholds import LabelThreshold, label_threshold
from moderation.web import current
from moderation.web.desk import chosen, figures, layout, locales, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated

PROMISES: Mapping[Promise, tuple[str, str, str]] = {
    Promise.PRECISION: (
        N_("at least"),
        N_("%% of what we flag should deserve it"),
        "90",
    ),
    Promise.RECALL: (N_("find at least"), N_("%% of what deserves it"), "80"),
    Promise.ITEMS_A_DAY: (N_("no more than"), N_("items a day for my team"), "150"),
}
"""Each promise as the form says it: before the number, behind it, and a number to begin with."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a promise and what it would have meant."""

    name: str
    short: str
    choice: Choice | None
    effect: Effect | None

    @property
    def said(self) -> str:
        """Why there is no number, or what the number rests on."""
        if self.effect is None:
            return translated(self.choice.why) if self.choice is not None else ""
        share = self.effect.was_unflagged
        if share < 0.05:  # noqa: PLR2004 - a few late reports are no news
            return ""
        return _(
            "%(share)s of these were not flagged at the time: only the %(count)s judged ones of "
            "the audit sample speak for them.",
            share=locales.percent(share),
            count=locales.number(self.effect.audited),
        )


@bp.get("/thresholds")
@session.needs(Role.SENIOR)
def thresholds() -> Response:
    """Show a label's threshold in a forum, and what other promises would have meant."""
    return _show(request.args)


@bp.post("/thresholds")
@session.needs(Role.SENIOR)
def set_threshold() -> Response:
    """Put a rule in force."""
    try:
        slug, label, rule = _asked(request.form)
        if rule is None:
            return _show(request.form, errors={"value": _("expected a promise with its number")})
        policy, choice = threshold_changes.set_rule(
            current.runtime(), slug, label, rule, by=session.me().username
        )
    except InvalidInputError as error:
        return _show(request.form, errors=error.fields)
    said = _(
        "Policy %(version)s: %(rule)s.",
        version=policy.version,
        rule=translated(rule.sentence()),
    )
    if choice.threshold is None:
        kept = _(
            "The model’s own threshold stands in: %(why)s",  # noqa: RUF001 - a real apostrophe
            why=translated(choice.why),
        )
        said = f"{said} {kept}"
    toasts.say(said)
    return redirect(url_for("desk.thresholds", forum=slug, label=label.value), code=303)


@bp.post("/thresholds/restore")
@session.needs(Role.SENIOR)
def restore_threshold() -> Response:
    """Leave the label to the model's own threshold again."""
    slug, label, _rule = _asked({**request.form, "value": ""})
    policy = threshold_changes.restore_default(
        current.runtime(), slug, label, by=session.me().username
    )
    again = _("Policy %(version)s: the model’s own threshold again.", version=policy.version)  # noqa: RUF001
    toasts.say(again)
    return redirect(url_for("desk.thresholds", forum=slug, label=label.value), code=303)


def _asked(given: Mapping[str, str]) -> tuple[str, Label, ThresholdRule | None]:
    """Read forum, label and promise; raises `InvalidInputError` naming ``value``."""
    forum = chosen.forum_or_first(given, Role.SENIOR)
    slug = forum.slug if forum is not None else ""
    name = given.get("label")
    label = Label(name) if name in set(Label) else DECIDING_LABELS[0]
    promise = given.get("promise")
    if promise not in set(Promise):
        return slug, label, None
    kind = Promise(promise)
    raw = typed_text(given.get(f"value-{kind.value}")).strip().removesuffix("%").strip()
    try:
        number = float(raw.replace(",", "."))
    except ValueError:
        raise InvalidInputError(
            _("That is no number."), fields={"value": _("expected a number")}
        ) from None
    value = number if kind is Promise.ITEMS_A_DAY else number / 100
    problem = check_rule(kind, value)
    if problem is not None:
        raise InvalidInputError(_("That is no promise."), fields={"value": problem})
    return slug, label, ThresholdRule(kind, value)


def _show(given: Mapping[str, str], *, errors: Mapping[str, str] | None = None) -> Response:
    runtime = current.runtime()
    rule, problems = None, dict(errors or {})
    try:
        slug, label, rule = _asked(given)
    except InvalidInputError as error:
        problems |= error.fields
        slug, label, _rule = _asked({**given, "promise": ""})
    found, away = None, ""
    if slug:
        try:
            found = label_threshold(runtime, slug, label, asked=rule)
        except ConflictError as error:
            away = translated(error.message)
    rows = _rows(found, rule) if found is not None else ()
    body = layout.page(
        "thresholds.html",
        active="desk.policy",
        forums=chosen.forums(Role.SENIOR),
        slug=slug,
        label=label,
        found=found,
        away=away,
        rows=rows,
        asked=rule,
        promises=PROMISES,
        chosen=given.get("promise") or (_promise_in_force(found) or Promise.PRECISION).value,
        values={kind: _value(given, kind, found) for kind in Promise},
        errors=problems,
        pictures=_pictures(rows),
        figures=figures,
    )
    return make_response(body, 422 if problems else 200)


def _promise_in_force(found: LabelThreshold | None) -> Promise | None:
    rule = found.in_force.rule if found is not None else None
    return rule.promise if rule is not None else None


def _value(given: Mapping[str, str], kind: Promise, found: LabelThreshold | None) -> str:
    typed = typed_text(given.get(f"value-{kind.value}"))
    if typed:
        return typed
    rule = found.in_force.rule if found is not None else None
    if rule is not None and rule.promise is kind:
        return f"{rule.value if kind is Promise.ITEMS_A_DAY else 100 * rule.value:g}"
    return PROMISES[kind][2]


def _rows(found: LabelThreshold, rule: ThresholdRule | None) -> tuple[Row, ...]:
    now = Row(_("in force now"), _("now"), None, found.effect)
    others = [
        Row(
            translated(forecast.rule.sentence()),
            _short(forecast.rule),
            forecast.choice,
            forecast.choice.effect,
        )
        for forecast in sorted(found.forecasts, key=lambda one: one.rule != rule)
    ]
    return (now, *others)


def _pictures(rows: tuple[Row, ...]) -> tuple[tuple[str, figures.Picture], ...]:
    shown = [(row.short, row.effect) for row in rows if row.effect is not None]
    return (
        (
            _("Items a day"),
            figures.counts_picture([(name, effect.items_a_day) for name, effect in shown]),
        ),
        (
            _("Precision"),
            figures.shares_picture([(name, effect.precision) for name, effect in shown]),
        ),
        (_("Recall"), figures.shares_picture([(name, effect.recall) for name, effect in shown])),
    )


def _short(rule: ThresholdRule) -> str:
    """Return a name that fits beside a bar."""
    if rule.promise is Promise.ITEMS_A_DAY:
        return _("%(count)s a day", count=f"{rule.value:g}")
    share = figures.exact_share(rule.value)
    if rule.promise is Promise.PRECISION:
        return _("%(share)s right", share=share)
    return _("%(share)s found", share=share)
