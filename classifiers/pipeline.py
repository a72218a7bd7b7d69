"""The one scikit-learn estimator from text to probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from classifiers.features import NgramVectorizer
from classifiers.heads import LinearHeads
from classifiers.labels import Label


@dataclass(frozen=True, slots=True)
class PipelineParams:
    """Everything that shapes an unfitted pipeline.

    Attributes
    ----------
    labels : tuple[str, ...]
        Heads, in column order.
    shortest, longest : int
        Lengths of character n-grams.
    max_words, max_pairs, max_grams, max_context : int
        Vocabulary limits for each family.
    min_documents : int
        Rarer features are dropped.
    gram_scale : float
        Factor on the weights of character n-grams.
    context_scale : float
        Factor on the weights of words of the thread's title and of the parent.
    penalty : float
        L2 penalty of each head.
    max_iter : int
        Most optimiser iterations a head.
    ratio_exponents : tuple of (str, float)
        Heads whose features are scaled by `classifiers.heads.log_count_ratios`, with the exponent.
        On where an ablation supports it (``docs/model-quality.md``).
    """

    labels: tuple[str, ...] = tuple(label.value for label in Label)
    shortest: int = 3
    longest: int = 5
    max_words: int = 40_000
    max_pairs: int = 60_000
    max_grams: int = 60_000
    max_context: int = 20_000
    min_documents: int = 3
    gram_scale: float = 0.3
    context_scale: float = 0.5
    penalty: float = 0.7
    max_iter: int = 120
    ratio_exponents: tuple[tuple[str, float], ...] = (
        (Label.ABUSIVE.value, 0.5),
        (Label.PARTISAN.value, 0.65),
        (Label.INSULT.value, 0.5),
    )

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters as JSON-ready values."""
        exponents = dict(self.ratio_exponents)
        return asdict(self) | {"labels": list(self.labels), "ratio_exponents": exponents}


def build_pipeline(params: PipelineParams | Mapping[str, Any] | None = None) -> Pipeline:
    """Return the unfitted estimator from texts to probabilities of shape (n_samples, n_labels).

    Parameters
    ----------
    params : PipelineParams or mapping, optional
        Default: `PipelineParams()`.
    """
    chosen = _params(params)
    return Pipeline(
        [
            (
                "features",
                NgramVectorizer(
                    shortest=chosen.shortest,
                    longest=chosen.longest,
                    max_words=chosen.max_words,
                    max_pairs=chosen.max_pairs,
                    max_grams=chosen.max_grams,
                    max_context=chosen.max_context,
                    min_documents=chosen.min_documents,
                    gram_scale=chosen.gram_scale,
                    context_scale=chosen.context_scale,
                ),
            ),
            (
                "heads",
                LinearHeads(
                    list(chosen.labels),
                    penalty=chosen.penalty,
                    max_iter=chosen.max_iter,
                    ratio_exponents=dict(chosen.ratio_exponents),
                ),
            ),
        ]
    )


def _params(params: PipelineParams | Mapping[str, Any] | None) -> PipelineParams:
    if params is None:
        return PipelineParams()
    if isinstance(params, PipelineParams):
        return params
    return PipelineParams(
        **{
            **params,
            "labels": tuple(params["labels"]),
            "ratio_exponents": tuple(dict(params["ratio_exponents"]).items()),
        }
    )
