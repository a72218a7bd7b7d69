"""The linear heads: one calibrated logistic regression for each label, labels partly unknown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from threadpoolctl import threadpool_limits

from classifiers.factored import FactoredMatrix

Floats = npt.NDArray[np.float64]

MOST_AT_ONCE = 4
"""Heads that are fitted side by side, if there are as many cores: each holds its own rows."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Pairs of texts that a head should score alike.

    Attributes
    ----------
    texts : FactoredMatrix of shape (2 * n_pairs, n_features)
        The first text of each pair, then the second of each.
    strength : float
        Factor on half the squared difference of each pair's log-odds.
    """

    texts: FactoredMatrix
    strength: float

    def scaled(self, factors: Floats) -> Alike:
        """Return the same pairs with each feature multiplied by its factor."""
        return Alike(self.texts.scaled(factors), self.strength)

    def penalty(self, w: Floats) -> tuple[float, Floats]:
        """Return ``strength / 2 * |(first - second) w| ** 2`` and its gradient."""
        first, second = self.texts.dot(w).reshape(2, -1)
        gap = first - second
        gradient = self.texts.transposed_dot(np.concatenate([gap, -gap]))
        return 0.5 * self.strength * float(gap @ gap), self.strength * gradient


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep vector arithmetic on one core, in a ``with`` block or as a decorator.

    L-BFGS adds vectors that are too short for threads: those of the BLAS spent five times the
    processor time of the fit on waiting for each other. And the sums do not depend on the number of
    cores: the same rows give the same bundle to the last bit (a Platt calibration on two threads
    differs by 1e-15).
    """
    with threadpool_limits(1, user_api="blas"):
        yield


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fit_logistic(  # noqa: PLR0913 (each one a part of the problem)
    X: FactoredMatrix,  # noqa: N803
    y: Floats,
    weight: Floats,
    *,
    penalty: float,
    offset: Floats | None = None,
    alike: Sequence[Alike] = (),
    max_iter: int = 200,
) -> tuple[Floats, float]:
    """Fit one L2-regularised logistic regression by L-BFGS.

    Minimises ``sum(weight * log(1 + exp(-s * (X w + b + offset)))) + penalty / 2 * |w| ** 2`` with
    ``s = 2 y - 1``. It is scikit-learn's ``LogisticRegression(C=1 / penalty)`` on a factored matrix
    and with an offset; a test holds the two equal.

    Parameters
    ----------
    X : FactoredMatrix of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        0 or 1; between them a soft label.
    weight : ndarray of shape (n_samples,)
        Weight of each row.
    penalty : float
        Strength of the L2 penalty, positive. The intercept is free.
    offset : ndarray of shape (n_samples,), optional
        Log-odds that are already known, for example from the model that is refined.
    alike : sequence of Alike
        Pairs whose log-odds are held together.
    max_iter : int
        Most L-BFGS iterations.

    Returns
    -------
    weights : ndarray of shape (n_features,)
    intercept : float
    """
    known = np.zeros(len(y)) if offset is None else offset

    def objective(parameters: Floats) -> tuple[float, Floats]:
        w, b = parameters[:-1], parameters[-1]
        margin = X.dot(w) + b + known
        loss = float(weight @ (np.logaddexp(0.0, margin) - y * margin))
        residual = weight * (expit(margin) - y)
        gradient = np.append(X.transposed_dot(residual) + penalty * w, residual.sum())
        loss += 0.5 * penalty * float(w @ w)
        for pairs in alike:
            apart, pull = pairs.penalty(w)
            loss += apart
            gradient[:-1] += pull
        return loss, gradient

    start = np.zeros(X.shape[1] + 1)
    result = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "ftol": 1e-7, "gtol": 1e-4, "maxcor": 10},
    )
    return np.asarray(result.x[:-1], dtype=np.float64), float(result.x[-1])


def log_count_ratios(
    X: FactoredMatrix,  # noqa: N803
    y: Floats,
    weight: Floats,
    exponent: float,
) -> Floats:
    """Return how telling each feature is by itself: ``|log(share in 1 / share in 0)| ** exponent``.

    Features scaled by it let a head lean on rare but telling words, which matters where labelled
    lines are few and neutral ones many (Wang and Manning, "Baselines and bigrams", 2012).

    Parameters
    ----------
    X : FactoredMatrix of shape (n_samples, n_features)
    y, weight : ndarray of shape (n_samples,)
    exponent : float
        0 scales nothing.
    """
    yes = X.transposed_dot(weight * y) + 1.0
    no = X.transposed_dot(weight * (1 - y)) + 1.0
    ratios = np.log(yes / yes.sum()) - np.log(no / no.sum())
    return np.asarray(np.abs(ratios) ** exponent, dtype=np.float64)


class LinearHeads(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Independent logistic regressions on shared features.

    Parameters
    ----------
    labels : sequence of str
        Names of the heads, in the order of the columns.
    penalty : float
        L2 penalty of each head.
    max_iter : int
        Most iterations a head.
    ratio_exponents : mapping of str to float, optional
        Heads whose features are scaled by `log_count_ratios`, with the exponent.

    Attributes
    ----------
    coef_ : ndarray of shape (n_labels, n_features)
        Weights, rounded to what float16 can hold, so that the compiled arrays lose nothing.
    intercept_ : ndarray of shape (n_labels,)
    """

    def __init__(
        self,
        labels: Sequence[str] = (),
        *,
        penalty: float = 1.0,
        max_iter: int = 200,
        ratio_exponents: Mapping[str, float] | None = None,
    ) -> None:
        self.labels = labels
        self.penalty = penalty
        self.max_iter = max_iter
        self.ratio_exponents = ratio_exponents

    def fit(
        self,
        X: Any,  # noqa: N803
        y: Floats,
        sample_weight: Floats | None = None,
        alike: Mapping[str, Sequence[Alike]] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Self:
        """Fit each head on the rows whose label is known.

        Parameters
        ----------
        X : FactoredMatrix or sparse array of shape (n_samples, n_features)
        y : ndarray of shape (n_samples, n_labels)
            Labels in [0, 1]; NaN is unknown.
        sample_weight : ndarray of shape (n_samples, n_labels), optional
            Weight of each label of each row; default 1.
        alike : mapping of str to sequence of Alike, optional
            For some labels, pairs of texts that their heads should score alike.
        progress : callable, optional
            Called with each head's label when it is fitted, how many are, and how many will be.

        Returns
        -------
        LinearHeads
            Itself.

        Raises
        ------
        ValueError
            If a head has not both answers among its known labels.
        """
        matrix = X if isinstance(X, FactoredMatrix) else _as_factored(X)
        weights = np.ones_like(y) if sample_weight is None else sample_weight
        known = ~np.isnan(y) & (weights > 0)
        for column, label in enumerate(self.labels):
            answers = y[known[:, column], column]
            if not answers.size or answers.min() > 0.5 or answers.max() < 0.5:  # noqa: PLR2004
                message = f"{label}: needs rows with and rows without the label"
                raise ValueError(message)

        def fit_head(column: int) -> tuple[Floats, float]:
            label, rows = self.labels[column], np.flatnonzero(known[:, column])
            answers, weight = y[rows, column], weights[rows, column]
            pairs = (alike or {}).get(label, ())
            return self._fit_head(label, matrix.take(rows), answers, weight, alike=pairs)

        with one_blas_thread(), ThreadPoolExecutor(min(MOST_AT_ONCE, _processors())) as pool:
            fitted = []
            for label, head in zip(
                self.labels, pool.map(fit_head, range(len(self.labels))), strict=True
            ):
                fitted.append(head)
                if progress is not None:
                    progress(label, len(fitted), len(self.labels))
        coefs, intercepts = zip(*fitted, strict=True)
        return self.set_weights(np.array(coefs), np.array(intercepts))

    def _fit_head(
        self,
        label: str,
        X: FactoredMatrix,  # noqa: N803
        y: Floats,
        weight: Floats,
        *,
        alike: Sequence[Alike],
    ) -> tuple[Floats, float]:
        exponent = (self.ratio_exponents or {}).get(label, 0.0)
        ratios = np.ones(X.shape[1])
        if exponent:
            ratios = log_count_ratios(X, y, weight, exponent)
            X = X.scaled(ratios)  # noqa: N806
            alike = [pairs.scaled(ratios) for pairs in alike]
        coef, intercept = fit_logistic(
            X, y, weight, penalty=self.penalty, alike=alike, max_iter=self.max_iter
        )
        return coef * ratios, intercept

    def set_weights(self, coef: Floats, intercept: Floats) -> Self:
        """Take ready weights of shapes (n_labels, n_features) and (n_labels,)."""
        self.coef_ = coef.astype(np.float16).astype(np.float64)
        self.intercept_ = intercept.astype(np.float64)
        self.classes_ = np.array(list(self.labels))
        return self

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Return log-odds of shape (n_samples, n_labels)."""
        product = X.dot(self.coef_.T) if isinstance(X, FactoredMatrix) else X @ self.coef_.T
        return np.asarray(product, dtype=np.float64) + self.intercept_

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Return probabilities of shape (n_samples, n_labels), each in [0, 1]."""
        return np.asarray(expit(self.decision_function(X)), dtype=np.float64)

    def calibrate(self, slopes: Floats, shifts: Floats) -> Self:
        """Fold a Platt calibration ``slope * log_odds + shift`` of each head into its weights.

        Parameters
        ----------
        slopes, shifts : ndarray of shape (n_labels,)

        References
        ----------
        Platt, "Probabilistic outputs for support vector machines", 1999.
        """
        return self.set_weights(self.coef_ * slopes[:, None], self.intercept_ * slopes + shifts)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for saving, weights as float16 (exact, see ``coef_``)."""
        state: dict[str, Any] = dict(super().__getstate__())
        if "coef_" in state:
            state["coef_"] = state["coef_"].astype(np.float16)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore what `__getstate__` packed."""
        super().__setstate__(state)
        if "coef_" in state:
            self.coef_ = self.coef_.astype(np.float64)


def _as_factored(X: Any) -> FactoredMatrix:  # noqa: N803
    from_rows = np.ones(X.shape[0])
    identity = sparse.eye_array(X.shape[0], format="csr")
    return FactoredMatrix(identity, X.tocsr(), from_rows)
