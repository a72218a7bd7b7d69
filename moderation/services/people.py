"""Who manages whom: administrators of all forums everybody, others the people of their forums."""

from __future__ import annotations

from moderation.domain.errors import ConflictError, NotAllowedError, NotFoundError
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import accounts, entry_links
from moderation.services.roles import require_role_everywhere, require_role_in
from moderation.services.runtime import Runtime
from moderation.storage.entry import EntryLink
from moderation.storage.users import User


def people(runtime: Runtime, admin: User) -> list[User]:
    """Return the accounts that see a forum of the administrator, by name."""
    return [one for one in accounts.list_users(runtime) if _is_seen(admin, one.reach)]


def person(runtime: Runtime, admin: User, user_id: int) -> User:
    """Return one of `people`. Raises `NotFoundError`."""
    found = accounts.account(runtime, user_id)
    if found is None or not _is_seen(admin, found.reach):
        raise NotFoundError("There is no such account.")
    return found


def invitations(runtime: Runtime, admin: User) -> list[EntryLink]:
    """Return the open invitations into a forum of the administrator."""
    return [one for one in entry_links.open_invitations(runtime) if _is_seen(admin, one.reach)]


def manages_roles(admin: User, who: User) -> bool:
    """Return whether an administrator may change a person's roles in the forums of both."""
    if admin.reach.has_everywhere(Role.ADMIN):
        return True
    mine = admin.reach.forums(Role.ADMIN)
    return who.reach.everywhere is None and Role.ADMIN not in who.reach.only(mine).by_forum.values()


def manages_account(admin: User, who: User) -> bool:
    """Return whether an administrator may close an account, or let somebody in by a link.

    Whoever makes the link can become that person, so the whole reach counts.
    """
    mine = admin.reach.forums(Role.ADMIN)
    return manages_roles(admin, who) and (mine is None or set(who.reach.by_forum) <= mine)


def require_account(admin: User, who: User) -> None:
    """Raise `NotAllowedError` unless `manages_account`."""
    if not manages_account(admin, who):
        raise NotAllowedError("An administrator of all forums manages this account.")


def change_reach(
    runtime: Runtime, admin: User, who: User, wanted: Reach, *, is_active: bool
) -> None:
    """Give somebody another reach; roles in forums of other administrators stay.

    Raises
    ------
    NotFoundError, NotAllowedError
        If the wish or the person goes beyond the administrator's own forums.
    ConflictError
        If it is one's own account, or the last administrator of all forums.
    """
    if who.id == admin.id:
        raise ConflictError("Another administrator changes your own role.")
    if not manages_roles(admin, who):
        raise NotAllowedError("An administrator of all forums changes this role.")
    _check_gift(admin, wanted)
    mine = admin.reach.forums(Role.ADMIN)
    if mine is not None:
        kept = {key: role for key, role in who.reach.by_forum.items() if key not in mine}
        wanted = Reach(None, {**kept, **wanted.by_forum})
    if is_active != who.is_active:
        require_account(admin, who)
    accounts.set_reach(runtime, who.username, wanted, is_active=is_active, by=admin.username)


def invite(runtime: Runtime, admin: User, username: str, wanted: Reach) -> str:
    """Return the token of an invitation. Raises as `change_reach` and `entry_links.invite`."""
    _check_gift(admin, wanted)
    return entry_links.invite(runtime, username, wanted, by=admin.username)


def _is_seen(admin: User, reach: Reach) -> bool:
    mine = admin.reach.forums(Role.ADMIN)
    return mine is None or reach.everywhere is not None or bool(mine & set(reach.by_forum))


def _check_gift(admin: User, wanted: Reach) -> None:
    if wanted.everywhere is not None or Role.ADMIN in wanted.by_forum.values():
        require_role_everywhere(admin, Role.ADMIN)
    for forum_id in wanted.by_forum:
        require_role_in(admin, forum_id, Role.ADMIN)
