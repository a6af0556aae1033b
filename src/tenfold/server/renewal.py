"""The version of digit that answers: taken up as soon as it is promoted, between two requests."""

from __future__ import annotations

import logging
import threading

from tenfold.errors import TenfoldError
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import OnnxClassifier
from tenfold.recognizer import Recognizer
from tenfold.server.desk import Shelf
from tenfold.server.keeper import Keeper
from tenfold.server.metrics import Metrics
from tenfold.store.errors import StoreUnavailable
from tenfold.store.versions import Versions

_log = logging.getLogger(__name__)

# How often the database is asked which version is to answer.
SECONDS = 2.0
NAME = "digit"


class Renewal:
    """Watches which version is promoted, and puts it where requests find it; those under way keep the one before.

    Args:
        shelf: Where requests find it.
        shipped: What answers as long as no version is promoted.
        keeper: Knows the database.
        metrics: Watches the confidence of whichever answers.

    Attributes:
        promoted: The version that answers; None as long as it is the shipped network.
    """

    def __init__(self, shelf: Shelf, shipped: Recognizer, keeper: Keeper, metrics: Metrics) -> None:
        self._shelf, self._shipped, self._keeper, self._metrics = shelf, shipped, keeper, metrics
        self.promoted: OnnxClassifier | None = None
        self._now: int | None = None
        # What cannot be used is said once; no version has the number 0.
        self._refused: int | None = 0
        self._ended = threading.Event()
        self.look()
        self._thread = threading.Thread(target=self._work, name="renewal", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Take up what is promoted now; without a database, or with one that cannot be used, all stays as it is."""
        try:
            versions = Versions(self._keeper.store, NAME)
            wanted = versions.current()
        except TenfoldError:
            return
        if wanted in (self._now, self._refused):
            return
        try:
            promoted = None if wanted is None else self._opened(versions, wanted)
        except StoreUnavailable:
            return
        except Exception as error:  # a later Tenfold's, a damaged one: whatever answers now goes on
            _log.warning("Version %s of %s is not taken up: %s", wanted, NAME, error)
            self._refused = wanted
            return
        recognizer = self._shipped.with_classifier(promoted) if promoted else self._shipped
        self._metrics.expect(recognizer.classifier.card)
        self._shelf.recognizer = recognizer
        self.promoted, self._now = promoted, wanted

    def close(self) -> None:
        """Stop watching."""
        self._ended.set()
        self._thread.join()

    def _opened(self, versions: Versions, version: int) -> OnnxClassifier:
        weights, card = versions.weights(version)
        if card.normalization != VERSION:
            raise TenfoldError(f"Version {version} is of normalisation {card.normalization}, this is {VERSION}.")
        return OnnxClassifier(weights, card, self._shipped.settings.threads)

    def _work(self) -> None:
        while not self._ended.wait(SECONDS):
            self.look()
