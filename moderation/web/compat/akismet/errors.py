"""Errors as Akismet tells them: a word of plain text, and a header that explains."""

from __future__ import annotations

from flask import Response

from moderation.web.errors import Problem

DEBUG_HELP = "X-akismet-debug-help"


class AkismetError(Exception):
    """A refusal; the answer is ``invalid`` with status 200.

    Parameters
    ----------
    help_text : str
        For the header; never holds comment text.
    """

    def __init__(self, help_text: str) -> None:
        super().__init__(help_text)
        self.help_text = help_text

    def answer(self) -> Response:
        """Return what the client reads."""
        return plain("invalid", help_text=self.help_text)


def plain(body: str, *, status: int = 200, help_text: str | None = None) -> Response:
    """Return a text without a line break after it: clients compare it letter by letter."""
    response = Response(body, status, mimetype="text/plain")
    if help_text is not None:
        response.headers[DEBUG_HELP] = help_text
    return response


def write_problem(problem: Problem) -> Response:
    """Write any other problem; a status other than 200 makes every client try again or give up."""
    return plain(problem.title, status=problem.status, help_text=problem.detail)
