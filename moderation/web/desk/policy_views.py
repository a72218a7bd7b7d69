"""A forum's policy: write a version, see what it would mean, put it in force, go back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from classifiers.labels import DECIDING_LABELS, KIND_LABELS, Label
from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.forum import Forum
from moderation.domain.policy import Policy
from moderation.domain.policy_diff import differences
from moderation.domain.policy_document import from_document
from moderation.domain.review import Role
from moderation.services import policy_changes
from moderation.services.thresholds import Foreseen, foreseen
from moderation.services.work_figures import time_targets
from moderation.web import current
from moderation.web.desk import (
    ages,
    chosen,
    fields,
    layout,
    locales,
    policy_form,
    session,
    toasts,
    units,
)
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.messages import ngettext

VERSIONS = 10


@dataclass(frozen=True, slots=True)
class LabelEffect:
    """What a label would have done: in force now, and as it is being written."""

    now: Foreseen
    draft: Foreseen
    week: units.Week | None
    difference: str


@bp.get("/policy")
@session.needs(Role.VIEWER)
def policy() -> Response:
    """Show a forum's policy as a form."""
    forum = chosen.forum_or_first(request.args)
    if forum is None:
        return make_response(layout.page("policy.html", active="desk.policy", forum=None))
    found = policy_changes.read_policy(current.runtime(), forum.slug)
    return _show(forum, found, policy_form.to_fields(found), draft=found)


@bp.post("/policy")
@session.needs(Role.SENIOR)
def write_policy() -> Response:
    """Show what a version would change, or put it in force."""
    runtime, form = current.runtime(), request.form
    forum = chosen.forum(form, Role.SENIOR)
    found = policy_changes.read_policy(runtime, forum.slug)
    try:
        document = policy_form.to_policy_document(form, found)
        draft = from_document(document, version=found.version + 1)
        if form.get("do") != "save":
            return _show(forum, found, form, draft=draft)
        made = _put_in_force(forum, document, form)
    except InvalidInputError as error:
        return _show(forum, found, form, errors=error.fields)
    if made is None:
        return _show(forum, found, form, draft=draft, is_outdated=True)
    toasts.say(
        _("Policy %(version)s of %(forum)s is in force.", version=made.version, forum=forum.name)
    )
    return redirect(url_for("desk.policy", forum=forum.slug), code=303)


def _put_in_force(
    forum: Forum, document: Mapping[str, Any], form: Mapping[str, str]
) -> Policy | None:
    """Store the version; None when another one came in force meanwhile."""
    try:
        return policy_changes.change_policy(
            current.runtime(),
            forum.slug,
            document,
            by=session.me().username,
            because=typed_text(form.get("because")),
            base=fields.whole_number(form.get("base")) or 0,
        )
    except ConflictError:
        return None


@bp.get("/policy/versions/<int:version>")
@session.needs(Role.VIEWER)
def policy_version(version: int) -> str:
    """Show what a version changed, and what going back to it would change."""
    runtime = current.runtime()
    forum = chosen.forum(request.args)
    found, before = policy_changes.policy_version(runtime, forum.slug, version)
    now = policy_changes.read_policy(runtime, forum.slug)
    return layout.page(
        "policy_version.html",
        active="desk.policy",
        forum=forum,
        found=found,
        at=ages.moment(found.created_at, runtime.clock()),
        before=before,
        now=now,
        made=differences(before, found.policy),
        back=differences(now, found.policy),
    )


@bp.post("/policy/versions/<int:version>/restore")
@session.needs(Role.SENIOR)
def restore_policy(version: int) -> Response:
    """Put an old version in force again, as a new one."""
    forum = chosen.forum(request.form, Role.SENIOR)
    made = policy_changes.roll_back_policy(
        current.runtime(),
        forum.slug,
        version,
        by=session.me().username,
        because=typed_text(request.form.get("because")),
    )
    toasts.say(
        _(
            "Policy %(version)s is in force: version %(old)s again.",
            version=made.version,
            old=version,
        )
    )
    return redirect(url_for("desk.policy", forum=forum.slug), code=303)


def _show(
    forum: Forum,
    found: Policy,
    form: MultiDict[str, str],
    *,
    draft: Policy | None = None,
    errors: Mapping[str, str] | None = None,
    is_outdated: bool = False,
) -> Response:
    runtime = current.runtime()
    problems = {policy_form.field_of(name): why for name, why in (errors or {}).items()}
    effects, days = _effects(forum, found, draft or found)
    now = runtime.clock()
    body = layout.page(
        "policy.html",
        active="desk.policy",
        forum=forum,
        forums=chosen.forums(),
        found=found,
        form=form,
        base=form.get("base", str(found.version)) if not is_outdated else str(found.version),
        rules=policy_form.word_rule_rows(form),
        changes=differences(found, draft) if draft is not None else (),
        effects=effects,
        days=days,
        targets=_targets(forum, now),
        errors=problems,
        is_outdated=is_outdated,
        deciding=DECIDING_LABELS,
        kinds=KIND_LABELS,
        versions=[
            (one, ages.moment(one.created_at, now))
            for one in policy_changes.policy_versions(runtime, forum.slug, limit=VERSIONS)
        ],
    )
    return make_response(body, 409 if is_outdated else 422 if problems else 200)


def _targets(forum: Forum, now: datetime) -> str:
    """Return how the items that wait stand to the time target; empty when none has one."""
    found = time_targets(current.runtime(), forum)
    said = []
    if found.overdue:
        number, count = found.overdue, locales.number(found.overdue)
        said.append(
            ngettext("1 item is overdue.", "%(count)s items are overdue.", number, count=count)
        )
    if found.next_at is not None:
        said.append(_("The next one is %(due)s.", due=ages.due(found.next_at, now)))
    return " ".join(said)


def _effects(
    forum: Forum, found: Policy, draft: Policy
) -> tuple[dict[Label, LabelEffect], int | None]:
    """Return what each label would have done; nothing where no model is loaded."""
    try:
        window, (now, then) = foreseen(current.runtime(), forum.slug, (found, draft))
    except ConflictError:
        return {}, None
    return {
        label: LabelEffect(
            now[label],
            then[label],
            units.week_of(then[label].effect),
            units.difference(now[label].effect, then[label].effect),
        )
        for label in DECIDING_LABELS
    }, window.days
