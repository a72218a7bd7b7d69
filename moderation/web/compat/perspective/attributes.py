"""The attributes that are asked for: their labels, models and thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError, ScorerUnavailableError
from moderation.services.attribute_scores import labels_of
from moderation.web import current
from moderation.web.compat.label_names import PERSPECTIVE
from moderation.web.compat.perspective.errors import (
    analyzer_error,
    unknown_attribute,
    unsupported_language,
)

MOST_VERSIONS = 3
"""As many models may be named in one request: each has to be loaded."""

_SCORE_TYPES = {"PROBABILITY", "SCORE_TYPE_UNSPECIFIED"}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute as it was asked for.

    Attributes
    ----------
    name : str
        As in the request; the answer mirrors it.
    version : str or None
        Of the model that shall score; None for the one in force.
    threshold : float
        Lower scores are left out.
    """

    name: str
    label: Label
    version: str | None
    threshold: float


def requested_attributes(requested: Mapping[str, Mapping[str, Any]]) -> list[Attribute]:
    """Return the attributes of a request.

    Raises
    ------
    GoogleError
        If there are none, or no model stands behind one of them.
    """
    if not requested:
        raise analyzer_error("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
    attributes = [_attribute(name, parameters) for name, parameters in requested.items()]
    versions = {attribute.version for attribute in attributes}
    if len(versions) > MOST_VERSIONS:
        raise analyzer_error(
            "INVALID_REQUEST", f"At most {MOST_VERSIONS} model versions may be named in a request."
        )
    scored = {version: _labels_of(version) for version in versions}
    for attribute in attributes:
        labels = scored[attribute.version]
        if labels is None or attribute.label not in labels:
            raise unknown_attribute(attribute.name)
    return attributes


def suggested_labels(scores: Mapping[str, Mapping[str, Any]]) -> dict[Label, bool]:
    """Return what a suggestion says; half a probability or more means yes.

    Raises
    ------
    GoogleError
        If nothing is suggested, an attribute is none of ours, or two of them contradict.
    """
    labels: dict[Label, bool] = {}
    for name, entry in scores.items():
        label = _label(name)
        if "summaryScore" not in entry:
            continue
        value = entry["summaryScore"]["value"]
        if not 0 <= value <= 1:
            raise analyzer_error(
                "INVALID_REQUEST", f"Attribute {name}: expected a score value from 0 to 1."
            )
        if labels.setdefault(label, value >= 0.5) is not (value >= 0.5):  # noqa: PLR2004 - even odds
            raise analyzer_error("INVALID_REQUEST", f"Attribute {name} contradicts another one.")
    if not labels:
        raise analyzer_error("INVALID_REQUEST", "Missing attribute_scores")
    return labels


def check_languages(
    attributes: Sequence[str], requested: Sequence[str], supported: Sequence[str]
) -> None:
    """Raise `GoogleError` if a language is asked for that the forum does not vouch for."""
    known = set(supported)
    foreign = [tag for tag in requested if tag.lower().partition("-")[0] not in known]
    if foreign:
        raise unsupported_language(attributes[0], foreign, "requestedLanguages")


def check_detected(attribute: str, detected: Sequence[str], supported: Sequence[str]) -> None:
    """Raise `GoogleError` if a comment is certainly in a language that is not vouched for."""
    if not set(detected) <= set(supported):
        raise unsupported_language(attribute, detected, "detectedLanguages")


def _attribute(name: str, parameters: Mapping[str, Any]) -> Attribute:
    version = name.partition("@")[2] or None
    if parameters["scoreType"] not in _SCORE_TYPES:
        raise analyzer_error(
            "INVALID_REQUEST", f"Attribute {name} does not support the requested score type."
        )
    return Attribute(name, _label(name), version, parameters.get("scoreThreshold", 0.0))


def _label(name: str) -> Label:
    label = PERSPECTIVE.get(name.partition("@")[0])
    if label is None:
        raise unknown_attribute(name[:100])
    return label


def _labels_of(version: str | None) -> frozenset[Label] | None:
    try:
        return labels_of(current.runtime(), version)
    except InvalidInputError:
        return None
    except ScorerUnavailableError:
        # The comment may still have to be stored, and held; what it answers is told then.
        return frozenset(Label)
