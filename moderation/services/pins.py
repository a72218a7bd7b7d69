"""Pin examples that every next model must get right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from classifiers.pinned import PinnedExample, to_json_line
from moderation.domain.errors import ConflictError, NotFoundError
from moderation.domain.pin import NewPin, Pin, checked
from moderation.domain.reach import EVERYWHERE, Reach
from moderation.domain.review import Role
from moderation.services.deciding import item_for
from moderation.services.roles import require_role_in
from moderation.services.runtime import Runtime
from moderation.storage import forums, judgements, pinned_examples
from moderation.storage.events import append_event
from moderation.storage.users import User


def list_pins(runtime: Runtime, reach: Reach, *, forum: str | None = None) -> Sequence[Pin]:
    """Return the pins of all forums but demos, or those that hold for one forum; oldest first."""
    with runtime.database.read() as connection:
        return [
            pin
            for pin in pinned_examples.list_pins(connection, forum=forum)
            if pin.forum_id is None or reach.role_in(pin.forum_id) is not None
        ]


def pin_example(runtime: Runtime, pin: NewPin, *, by: str, forum: str | None = None) -> int:
    """Pin a text; returns the pin's key.

    Parameters
    ----------
    pin : NewPin
    by : str
        Who does it, for the history.
    forum : str or None
        Slug of the only forum that it holds for; fills in ``forum_id``.

    Raises
    ------
    InvalidInputError
        Naming the wrong fields.
    NotFoundError
        If there is no such forum.
    ConflictError
        If the text is pinned for this label already.
    """
    wanted = checked(pin)
    with runtime.database.write() as connection:
        if forum is not None:
            known = forums.forum_by_slug(connection, forum)
            if known is None:
                raise NotFoundError("There is no such forum.")
            wanted = replace(wanted, forum_id=known.id)
        same = pinned_examples.same_pin(connection, wanted)
        if same is not None:
            raise ConflictError(f"This text is pinned already, as number {same}.")
        now = runtime.clock()
        pin_id = pinned_examples.insert_pin(connection, wanted, by=by, at=now)
        details = {"pin": pin_id, "label": wanted.label.value, "must_flag": wanted.must_flag}
        append_event(
            connection, "pinned", at=now, actor=by, forum_id=wanted.forum_id, details=details
        )
    return pin_id


def pin_item(runtime: Runtime, user: User, item_id: int, pin: NewPin) -> int:
    """Pin the comment of an item for its forum; raises as `pin_example`."""
    with runtime.database.read() as connection:
        item = item_for(connection, user, item_id, Role.SENIOR)
        judgement = judgements.judgement_by_pk(connection, item.comment_pk)
    if judgement is None or judgement.deleted_at is not None:
        raise NotFoundError("There is no such comment.")
    own = replace(pin, text=judgement.body, forum_id=judgement.forum_id)
    return pin_example(runtime, own, by=user.username)


def unpin(runtime: Runtime, user: User, pin_id: int) -> None:
    """Remove a pin; takes a senior of its forum. Raises `NotFoundError` if there is none."""
    with runtime.database.read() as connection:
        pin = pinned_examples.pin_by_id(connection, pin_id)
    if pin is None:
        raise NotFoundError("There is no such pinned example.")
    require_role_in(user, pin.forum_id, Role.SENIOR)
    remove_pin(runtime, pin_id, by=user.username)


def remove_pin(runtime: Runtime, pin_id: int, *, by: str) -> None:
    """Remove a pin; raises `NotFoundError` if there is none."""
    with runtime.database.write() as connection:
        if not pinned_examples.delete_pin(connection, pin_id):
            raise NotFoundError("There is no such pinned example.")
        append_event(connection, "unpinned", at=runtime.clock(), actor=by, details={"pin": pin_id})


def write_pins(runtime: Runtime, path: Path, *, forum: str | None) -> int:
    """Write the pins into a file for training; returns how many."""
    pins = list_pins(runtime, EVERYWHERE, forum=forum)
    path.write_text("".join(to_json_line(_for_training(pin)) + "\n" for pin in pins), "utf-8")
    return len(pins)


def _for_training(pin: Pin) -> PinnedExample:
    return PinnedExample(f"pin:{pin.id}", pin.text, pin.label, pin.must_flag)
