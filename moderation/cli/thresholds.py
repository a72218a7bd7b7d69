"""Thresholds in words: show, set, restore."""

from __future__ import annotations

from typing import Any

import click

from classifiers.labels import Label
from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import known_forum, open_runtime, operator
from moderation.domain.estimates import Effect, Figure
from moderation.domain.threshold_choice import Choice
from moderation.domain.threshold_rules import Promise, ThresholdRule
from moderation.services import threshold_changes
from moderation.services.thresholds import LabelThreshold, label_threshold

_label = click.argument("label", type=click.Choice([label.value for label in Label]))
_days = click.option(
    "--days", type=click.IntRange(1, 365), default=30, show_default=True, help="Traffic to look at."
)


class _Share(click.ParamType[float]):
    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read ``90%`` or ``0.9``."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
        except ValueError:
            self.fail("expected a share such as 90% or 0.9", param, ctx)
        return share


@click.group()
def thresholds() -> None:
    """From which score on a label flags, asked for in words."""


@thresholds.command()
@click.argument("slug")
@_label
@_days
@json_option
def show(slug: str, label: str, days: int, *, as_json: bool) -> None:
    """Show what decides about LABEL in the forum SLUG, and what other promises would have meant."""
    runtime = open_runtime()
    known_forum(runtime, slug)
    found = label_threshold(runtime, slug, Label(label), days=days)
    if as_json:
        emit(_record(found))
        return
    now = found.in_force
    click.echo(f"{label} in {slug}: {now.threshold:.3f} ({now.why})")
    click.echo(f"  {now.note}")
    click.echo(f"  last {found.window.days} days, {found.window.comments} comments:")
    click.echo(f"  {_in_words(found.effect)}")
    click.echo("")
    for forecast in found.forecasts:
        click.echo(f"{forecast.rule.sentence()}:")
        click.echo(f"  {_chosen(forecast.choice)}")


@thresholds.command("set")
@click.argument("slug")
@_label
@click.option("--precision", type=_Share(), help="Share of what is flagged that should deserve it.")
@click.option("--recall", type=_Share(), help="Share of what deserves it that should be flagged.")
@click.option("--items-a-day", type=float, help="At most so many flagged comments on a mean day.")
@click.option("--score", type=float, help="A fixed score, whatever the model of the day.")
@json_option
def set_command(  # noqa: PLR0913 - the command's options
    slug: str,
    label: str,
    precision: float | None,
    recall: float | None,
    items_a_day: float | None,
    score: float | None,
    *,
    as_json: bool,
) -> None:
    """Choose the threshold of LABEL in the forum SLUG by exactly one promise.

    It is computed from the forum's own decisions and audit sample, and again for every model that
    is promoted.
    """
    given = {
        Promise.PRECISION: precision,
        Promise.RECALL: recall,
        Promise.ITEMS_A_DAY: items_a_day,
    }
    rules = [ThresholdRule(promise, v) for promise, v in given.items() if v is not None]
    if len(rules) + (score is not None) != 1:
        raise click.UsageError("Give one of --precision, --recall, --items-a-day and --score.")
    runtime = open_runtime()
    known_forum(runtime, slug)
    if score is not None:
        policy = threshold_changes.set_fixed(runtime, slug, Label(label), score, by=operator())
        said = f"{score:g}, set by hand"
        record: dict[str, Any] = {"threshold": score, "why": said}
    else:
        policy, choice = threshold_changes.set_rule(
            runtime, slug, Label(label), rules[0], by=operator()
        )
        said = _chosen(choice)
        record = {"rule": rules[0].sentence(), "threshold": choice.threshold, "why": choice.why}
    if as_json:
        emit({"forum": slug, "label": label, "policy_version": policy.version, **record})
        return
    click.echo(f"Policy {policy.version} of {slug} is in force: {label}, {said}")


@thresholds.command()
@click.argument("slug")
@_label
@json_option
def restore(slug: str, label: str, *, as_json: bool) -> None:
    """Leave LABEL in the forum SLUG to the model's own threshold again."""
    runtime = open_runtime()
    known_forum(runtime, slug)
    policy = threshold_changes.restore_default(runtime, slug, Label(label), by=operator())
    if as_json:
        emit({"forum": slug, "label": label, "policy_version": policy.version})
        return
    click.echo(f"Policy {policy.version} of {slug}: {label} follows the model's own threshold.")


def _chosen(choice: Choice) -> str:
    if choice.threshold is None or choice.effect is None:
        return f"not possible: {choice.why} The model's own threshold stands in."
    return f"threshold {choice.threshold:.2f}: {_in_words(choice.effect)}. {choice.why}"


def _in_words(effect: Effect) -> str:
    return (
        f"{_count(effect.items_a_day)} items a day, precision {_share(effect.precision)}, "
        f"recall {_share(effect.recall)}, prevalence {_share(effect.prevalence)}"
    )


def _share(figure: Figure) -> str:
    value = "unknown" if figure.value is None else f"{figure.value:.1%}"
    return f"{value} ({figure.low:.1%} to {figure.high:.1%})"


def _count(figure: Figure) -> str:
    return f"{figure.value or 0:.1f} ({figure.low:.1f} to {figure.high:.1f})"


def _record(found: LabelThreshold) -> dict[str, Any]:
    return {
        "forum": found.forum.slug,
        "label": found.label.value,
        "model_version": found.model_version,
        "policy_version": found.policy.version,
        "threshold": found.in_force.threshold,
        "why": found.in_force.why,
        "note": found.in_force.note,
        "days": found.window.days,
        "comments": found.window.comments,
        "effect": _effect(found.effect),
        "forecasts": [
            {
                "rule": forecast.rule.sentence(),
                "threshold": forecast.choice.threshold,
                "why": forecast.choice.why,
                "effect": _effect(forecast.choice.effect) if forecast.choice.effect else None,
            }
            for forecast in found.forecasts
        ],
    }


def _effect(effect: Effect) -> dict[str, Any]:
    figures = {
        "items_a_day": effect.items_a_day,
        "precision": effect.precision,
        "recall": effect.recall,
        "prevalence": effect.prevalence,
    }
    return {
        "threshold": effect.threshold,
        "judged": effect.judged,
        "audited": effect.audited,
        **{
            name: {"value": figure.value, "low": figure.low, "high": figure.high}
            for name, figure in figures.items()
        },
    }
