"""The one interface of all classifiers: scikit-learn's, with a fitted classifier that needs no scikit-learn."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.predictors.base import Predictor
from tenfold.training.export import write_model
from tenfold.types import Floats

DIGITS = 10
SIDE = 28
# Pictures that are answered at once.
LOT = 1000

Labels = npt.NDArray[np.int64]


class Estimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier to be fitted.

    Every one takes ``classes``: 10 means the digits, each of which must occur in what it is fitted to; None means
    whatever classes occur, as scikit-learn has it.

    Attributes:
        only_pictures: True if it takes 28x28 pictures only, and not any features.
        classes_: The classes, sorted, as in the columns of `predict_proba`.
        n_features_in_: How many features it was fitted to.
        predictor_: What was fitted.
    """

    only_pictures: ClassVar[bool] = False
    classes: int | None
    classes_: npt.NDArray[Any]
    n_features_in_: int
    predictor_: Predictor

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Fit.

        Args:
            X: (n, features), or pictures (n, 28, 28). uint8 is taken for pixels of 0..255 and scaled to 0..1; all
                else is taken as it is.
            y: (n,), the class of each.

        Raises:
            ValueError: If the shapes do not fit or a value is not finite; where the classes are the digits, also if a
                label is none, or a digit does not occur.
        """
        pictures, labels = validate_data(self, _flat(X), y, dtype=np.float32)
        check_classification_targets(labels)
        self._check_features()
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if self.classes is not None:
            self._check_digits()
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} tells classes apart; got 1 class: {self.classes_[0]!r}.")
        self.predictor_ = self._fit(pictures, codes.astype(np.int64))
        return self

    @abstractmethod
    def _fit(self, pictures: Floats, labels: Labels) -> Predictor:
        """Fit to float32 (n, features) and int64 (n,), every one of 0..classes-1 among them."""

    def predict_proba(self, X: npt.ArrayLike) -> Floats:
        """Probabilities of each class: float32 (n, classes).

        Raises:
            ValueError: If the shape is not that of `fit`, or a value is not finite.
        """
        check_is_fitted(self, "predictor_")
        pictures = validate_data(self, _flat(X), reset=False, dtype=np.float32)
        lots = [pictures[at : at + LOT] for at in range(0, len(pictures), LOT)]
        return np.concatenate([self.predictor_.predict_proba(lot) for lot in lots])

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """The likeliest class of each: (n,)."""
        # Looked at first: what was never fitted has no classes.
        chances = self.predict_proba(X)
        return np.asarray(self.classes_[chances.argmax(axis=1)])

    def save(self, path: Path, **known: Any) -> Path:
        """Write the fitted classifier and its card; without pickle, to be loaded by `tenfold.models.load.load_model`.

        Args:
            path: The file; its ending becomes that of the kind, ``.npz`` or ``.onnx``.
            known: Fields of `ModelCard`.

        Returns:
            The file.

        Raises:
            ValueError: If it was not fitted to the ten digits.
        """
        check_is_fitted(self, "predictor_")
        if not np.array_equal(self.classes_, np.arange(DIGITS)) or self.n_features_in_ != SIDE**2:
            raise ValueError("Only what was fitted to pictures of 28x28 and the ten digits can be saved as a model.")
        name = path.stem
        card = replace(ModelCard(name, normalization=VERSION, parameters=self.predictor_.parameters), **known)
        suffix = self.predictor_.suffix
        write_model(path.parent, name, self.predictor_.to_bytes(), card, suffix)
        return path.with_suffix(suffix)

    def _check_features(self) -> None:
        if self.only_pictures and self.n_features_in_ != SIDE**2:
            raise ValueError(
                f"{type(self).__name__} takes pictures of {SIDE}x{SIDE}, which are {SIDE**2} features; "
                f"got {self.n_features_in_}."
            )

    def _check_digits(self) -> None:
        strange = [label for label in self.classes_.tolist() if label not in range(DIGITS)]
        if strange:
            raise ValueError(f"Labels must be digits 0..9; got {strange[0]!r}. Give classes=None for other classes.")
        missing = sorted(set(range(DIGITS)) - set(self.classes_.tolist()))
        if missing:
            raise ValueError(
                f"There is no example of {', '.join(map(str, missing))}: a digit that was never seen cannot be read. "
                "Add some, or give classes=None to tell apart only what there is."
            )


def _flat(X: Any) -> Any:
    """Pictures as rows of pixels, bytes as 0..1; all else as it is, for `validate_data` to judge."""
    if isinstance(X, np.ndarray) and X.ndim == 3:
        X = X.reshape(len(X), -1)
    if isinstance(X, np.ndarray) and X.dtype == np.uint8:
        X = X.astype(np.float32) / np.float32(255)
    return X
