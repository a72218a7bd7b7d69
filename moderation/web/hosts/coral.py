"""Coral's external moderation phase and its webhook."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from moderation.domain.forum import Forum
from moderation.domain.host import HostKind
from moderation.hosts import coral
from moderation.services.host_intake import is_test, take_test
from moderation.services.intake import submit_comment
from moderation.web import current
from moderation.web.hosts.admission import admit_signed, answer, take
from moderation.web.security import read_body

blueprint = Blueprint("host_coral", __name__, url_prefix="/hosts/coral")


def admit() -> Forum:
    """Return the forum whose Coral signed the request."""
    return admit_signed(HostKind.CORAL, coral.SIGNATURE_HEADER)


@blueprint.post("/<slug>")
def phase(slug: str) -> Response:
    """Say what we think of a comment that is about to be stored."""
    del slug  # the guard has looked at it
    known, comment = current.known_host(), coral.read_phase(read_body())
    if is_test(comment):
        return answer(take_test(current.runtime(), known, comment))
    submission = submit_comment(
        current.runtime(), known.forum, comment, request_id=current.request_id()
    )
    judgement = submission.judgement
    if not submission.is_replay:
        current.metrics().count_verdict(judgement.verdict, judgement.scores)
    is_staff = comment.author is not None and comment.author.is_trusted
    said = coral.phase_answer(
        judgement.verdict, judgement.scores, known.connection.options, is_staff=is_staff
    )
    return jsonify(said) if said else Response(status=204)


@blueprint.post("/<slug>/events")
def event(slug: str) -> Response:
    """Take an event, which names a comment's id."""
    del slug
    return take(coral.read_event(read_body()))
