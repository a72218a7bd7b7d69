"""A reach as forms send it and as pages say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import Forum
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.web.desk import session, titles
from moderation.web.desk.messages import gettext as _


def read_reach(form: Mapping[str, str], forums: Sequence[Forum]) -> Reach:
    """Return what a form grants: a role on all forums, or one in each forum that names one.

    Parameters
    ----------
    forums : Sequence[Forum]
        Those that the form offers.

    Raises
    ------
    InvalidInputError
        Naming ``role``.
    """
    if form.get("where") != "each" and session.may_everywhere(Role.ADMIN):
        return Reach(_role(form.get("role")))
    given = {one.id: form.get(f"role-{one.id}") or "" for one in forums}
    return Reach(None, {key: _role(raw) for key, raw in given.items() if raw})


def said(reach: Reach, forums: Sequence[Forum]) -> str:
    """Return a reach in words, as far as it lies in some forums."""
    if reach.everywhere is not None:
        return _("%(role)s on all forums", role=titles.role_title(reach.everywhere))
    parts = [
        _(
            "%(role)s in %(forum)s",
            role=titles.role_title(reach.by_forum[one.id]),
            forum=one.name,
        )
        for one in forums
        if one.id in reach.by_forum
    ]
    return ", ".join(parts) or _("No role")


def _role(raw: str | None) -> Role:
    if raw not in set(Role):
        raise InvalidInputError(_("Which role?"), fields={"role": _("expected one of the roles")})
    return Role(raw)
