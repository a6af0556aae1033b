"""A classifier that knows nothing, for tests of all that is not about reading."""

from __future__ import annotations

import numpy as np

from tenfold.models.base import ModelCard
from tenfold.types import Floats


class NullClassifier:
    """Every digit is equally likely, whatever is shown."""

    card = ModelCard(name="null", summary="Every digit equally likely", sha256="0" * 64)

    def predict_proba(self, batch: Floats) -> Floats:
        return np.full((len(batch), 10), 0.1, np.float32)
