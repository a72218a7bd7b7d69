"""A feature matrix as a product of two sparse ones that is never multiplied out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FactoredMatrix:
    """The feature matrix ``diag(scale) @ documents @ units`` without multiplying it out.

    Character n-grams make a row of the product ten times longer than the row of its words, so
    fitting on the factors takes a fraction of the time and memory.

    Attributes
    ----------
    documents : scipy.sparse.csr_array of shape (n_samples, n_units)
        How often each distinct word or pair occurs in each document.
    units : scipy.sparse.csr_array of shape (n_units, n_features)
        Weighted features of each distinct word or pair.
    scale : ndarray of shape (n_samples,)
        One over the row's norm; 0 for a row without features.
    """

    documents: Any
    units: Any
    scale: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of features."""
        return (int(self.documents.shape[0]), int(self.units.shape[1]))

    def dot(self, weights: Floats) -> Floats:
        """Return ``X @ weights`` for weights of shape (n_features,) or (n_features, k)."""
        product = self.documents @ (self.units @ weights)
        scale = self.scale if product.ndim == 1 else self.scale[:, None]
        return np.asarray(product * scale, dtype=np.float64)

    def transposed_dot(self, residuals: Floats) -> Floats:
        """Return ``X.T @ residuals`` for residuals of shape (n_samples,)."""
        return np.asarray(
            self.units.T @ (self.documents.T @ (residuals * self.scale)), dtype=np.float64
        )

    def take(self, rows: npt.NDArray[np.intp]) -> FactoredMatrix:
        """Return the matrix of the given rows, without units that no longer occur."""
        if len(rows) == self.shape[0] and (np.diff(rows) == 1).all():
            return self
        documents = self.documents[rows]
        is_used = np.bincount(documents.indices, minlength=documents.shape[1]) > 0
        used = np.flatnonzero(is_used)
        place = (np.cumsum(is_used) - 1).astype(documents.indices.dtype)
        kept = sparse.csr_array(
            (documents.data, place[documents.indices], documents.indptr),
            shape=(len(rows), len(used)),
        )
        return FactoredMatrix(kept, self.units[used], self.scale[rows])

    def scaled(self, factors: Floats) -> FactoredMatrix:
        """Return the matrix with each feature multiplied by its factor."""
        units = sparse.csr_array(self.units @ sparse.diags_array(factors))
        return FactoredMatrix(self.documents, units, self.scale)

    def to_csr(self) -> Any:
        """Return the product as a scipy CSR array of shape (n_samples, n_features)."""
        product = sparse.csr_array(self.documents @ self.units)
        return sparse.csr_array(sparse.diags_array(self.scale) @ product)
