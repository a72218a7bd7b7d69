"""What the operations of the API share: how one is declared, and its JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.routing import BaseConverter

from moderation.domain.errors import NotFoundError
from moderation.web.json_body import read_object
from moderation.web.reading import load
from moderation.web.schemas import ForumQuery

_View = TypeVar("_View", bound=Callable[..., Any])

_ALWAYS = (401, 413, 422, 429, 500, 503)
"""Refusals that any operation can answer with."""

PROBLEM_STATUSES = (400, 401, 404, 409, 413, 415, 422, 429, 500, 503)
"""All that an operation can refuse with."""


class HostId(BaseConverter):
    """A forum's own id in an address: anything, slashes included, once percent-decoded."""

    regex = "(?s:.+)"
    part_isolating = False


def register_converters(app: Flask) -> None:
    """Let rules name ``comment_id`` and ``author_id``."""
    app.url_map.converters["comment_id"] = app.url_map.converters["author_id"] = HostId
    app.url_map.merge_slashes = False  # an id may begin with a slash


def refuse_impossible_ids() -> None:
    """Raise `NotFoundError` for an id with NUL: none has it, and PostgreSQL may not be asked."""
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        raise NotFoundError("There is nothing under such an id.")


@dataclass(frozen=True, slots=True)
class Answer:
    """One documented answer of an operation."""

    description: str
    schema: type[Schema] | None = None
    example: Mapping[str, Any] | None = None
    headers: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """The documented body of an operation."""

    schema: type[Schema]
    example: Mapping[str, Any]


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose operations are declared in one place.

    flask-smorest describes them. What comes in is read here, by schemas that are made once: its
    own reader makes them anew for each request, a tenth of the time that a comment takes.
    """

    def operation(
        self,
        method: str,
        rule: str,
        *,
        answers: Mapping[int, Answer],
        body: Body | None = None,
        query: type[Schema] = ForumQuery,
        refuses: Collection[int] = (),
    ) -> Callable[[_View], _View]:
        """Declare an operation.

        Parameters
        ----------
        answers : Mapping[int, Answer]
            By status.
        body : Body or None
            Read, checked and handed to the view as its first argument.
        query : type[Schema]
            Read, checked and handed to the view after the body.
        refuses : Collection[int]
            Statuses of the problems that it answers with, besides those of every operation.
        """

        def declare(view: _View) -> _View:
            told: Any = view
            for status in sorted({*_ALWAYS, *refuses, *((400, 415) if body else ())}):
                told = self.doc(responses={status: HTTPStatus(status).name})(told)
            for status, answer in answers.items():
                told = self._answers(status, answer)(told)
            told = self.arguments(query, location="query")(told)
            if body is not None:
                told = self.arguments(body.schema, example=dict(body.example))(told)
            read_body = body.schema() if body is not None else None
            read_query = query()

            @wraps(told)  # takes over what was described, and calls the view without detour
            def read_and_answer(**places: str) -> Any:
                asked = [load(read_body, read_object())] if read_body is not None else []
                return view(*asked, load(read_query, request.args.to_dict()), **places)

            self.add_url_rule(rule, view.__name__, read_and_answer, methods=[method])
            return view

        return declare

    def _answers(self, status: int, answer: Answer) -> Any:
        return self.response(
            status,
            answer.schema,
            description=answer.description,
            example=answer.example,
            headers=answer.headers,
        )


def answer_json(
    document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer."""
    response = jsonify(document)
    response.status_code = status
    response.headers.update(headers or {})
    return response
