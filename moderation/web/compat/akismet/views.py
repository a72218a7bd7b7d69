"""Check a key, check a comment, take corrections."""

from __future__ import annotations

from flask import Blueprint, Response, request

from moderation.domain.feedback import FeedbackSource
from moderation.domain.forum import Forum
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import Verdict
from moderation.services.akismet_callbacks import remember_callback
from moderation.services.drop_in import DropInAnswer, answer_comments, drop_in_of
from moderation.services.suggestions import Suggestion, record_suggestion
from moderation.web import current
from moderation.web.compat.akismet.errors import AkismetError, plain
from moderation.web.compat.akismet.forms import AkismetComment, read
from moderation.web.compat.callers import count_new, forum_of_key, name_model
from moderation.web.security import read_body

RECHECK_AFTER_S = 120
"""As Akismet itself says: when to ask again whether somebody has decided, in seconds."""

_THANKS = "Thanks for making the web a better place."

blueprint = Blueprint("akismet", __name__, url_prefix="/1.1")
blueprint.register_error_handler(AkismetError, AkismetError.answer)


def admit() -> Forum:
    """Return the forum whose key stands in the form or in the host's name."""
    read_body()  # kept by Werkzeug, which then reads the form from it
    key = request.form.get("api_key") or request.form.get("key") or _key_of_host()
    forum = forum_of_key(key)
    if forum is None:
        raise AkismetError("We were unable to recognise your API key")
    return forum


def _key_of_host() -> str:
    # As sent: Werkzeug gives no host that holds an underscore. As not every client does, a hyphen
    # may stand for it.
    label = request.headers.get("Host", "").partition(".")[0].lower()
    return label.replace("mod-", "mod_", 1) if label.startswith("mod-") else label


@blueprint.post("/verify-key")
def verify_key() -> Response:
    """Say that the key is right; a wrong one has not come as far as this."""
    return plain("valid")


@blueprint.post("/comment-check")
def comment_check() -> Response:
    """Say whether a comment is spam, in the meaning that the forum's policy gives it."""
    asked = read(request.form)
    if asked.forced is not None:
        return _answer(asked, is_spam=asked.forced)
    (answer,) = answer_comments(
        current.runtime(),
        current.forum(),
        [asked.comment],
        request_id=current.request_id(),
        may_store=not asked.is_test,
    )
    count_new([answer])
    if answer.waits and asked.callback is not None:
        remember_callback(current.runtime(), answer, asked.guid, asked.callback)
    response = _answer(asked, is_spam=answer.is_spam)
    if _is_pending(answer):
        response.headers["X-akismet-recheck-after"] = str(RECHECK_AFTER_S)
    return name_model(response, [answer.model_version])


@blueprint.post("/submit-spam")
def submit_spam() -> Response:
    """Take a comment that should have been called spam."""
    return _learn(FeedbackSource.SUBMIT_SPAM, is_spam=True)


@blueprint.post("/submit-ham")
def submit_ham() -> Response:
    """Take a comment that should not have been called spam."""
    return _learn(FeedbackSource.SUBMIT_HAM, is_spam=False)


def _learn(source: FeedbackSource, *, is_spam: bool) -> Response:
    asked = read(request.form)
    taught = drop_in_of(current.runtime(), current.forum()).spam_teaches
    if taught and not asked.is_test and asked.comment.text.strip():
        record_suggestion(
            current.runtime(),
            current.forum(),
            Suggestion(
                comment=asked.comment,
                ids=(asked.comment.external_id,),
                labels=dict.fromkeys(taught, is_spam),
                source=source,
                decision=DecisionAction.REJECT if is_spam else DecisionAction.APPROVE,
            ),
        )
    return plain(_THANKS)


def _answer(asked: AkismetComment, *, is_spam: bool) -> Response:
    response = plain("true" if is_spam else "false")
    response.headers["X-akismet-guid"] = asked.guid
    return response


def _is_pending(answer: DropInAnswer) -> bool:
    # A random sample is reviewed as well, but nobody has anything against that comment.
    return answer.waits and not answer.is_spam and answer.verdict is not Verdict.PUBLISH
