"""What an operator watches: requests, batches, answers, and how far their confidence has drifted."""

from __future__ import annotations

import os
import threading
from collections import Counter as Count
from collections import deque

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from tenfold.models.base import CONFIDENCE_EDGES, ModelCard
from tenfold.types import Prediction

router = APIRouter()

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Drift is told from so many of the latest answers, and not from fewer than that.
RECENT, FEWEST = 1000, 100
# Told as long as there are fewer.
UNKNOWN = -1.0
# What an interval that nothing fell into counts for.
LEAST = 1e-4
# Where several processes write their figures, if there are several.
SHARED = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """The figures of one application.

    Args:
        card: Of the network that answers where none is named: its confidence is what drift is told from.
    """

    def __init__(self, card: ModelCard) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self._requests = Counter(
            "tenfold_requests", "Requests answered", ["path", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            "tenfold_request_seconds", "Time to the answer", ["path"], buckets=SECONDS, registry=registry
        )
        self._places = Gauge(
            "tenfold_places_taken", "Requests being answered or waiting", multiprocess_mode="livesum", registry=registry
        )
        self._batches = Histogram(
            "tenfold_batch_pictures",
            "Pictures in one call of the network",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=registry,
        )
        self._answers = Counter("tenfold_answers", "Answers about one digit", ["model", "status"], registry=registry)
        self._confidence = Histogram(
            "tenfold_confidence", "Confidence in the best reading", buckets=CONFIDENCE_EDGES[1:], registry=registry
        )
        self._drift = Gauge(
            "tenfold_confidence_drift",
            "Population stability index of the latest answers' confidence; -1 for too few",
            multiprocess_mode="livemax",
            registry=registry,
        )
        self._lost = Counter(
            "tenfold_answers_lost", "Answers forgotten before they could be written down", registry=registry
        )
        self._corrections = Counter("tenfold_corrections", "Corrections taken", registry=registry)
        self._card = card
        self._lock = threading.Lock()
        self._recent: deque[int] = deque(maxlen=RECENT)
        self._drift.set(UNKNOWN)

    def expect(self, card: ModelCard) -> None:
        """Another network answers from now on."""
        with self._lock:
            self._card = card
            self._recent.clear()
            self._drift.set(UNKNOWN)

    def requested(self, path: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(path, method, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def places(self, taken: int) -> None:
        """So many requests are under way."""
        self._places.set(taken)

    def batch(self, pictures: int) -> None:
        """The network was shown so many pictures at once."""
        self._batches.observe(pictures)

    def lost(self, answers: int) -> None:
        """So many answers were not written down."""
        self._lost.inc(answers)

    def corrected(self) -> None:
        """A correction was written down."""
        self._corrections.inc()

    def answered(self, prediction: Prediction, drifts: bool = True) -> None:
        """An answer was given.

        Args:
            prediction: What was answered.
            drifts: Whether drift is told from it: its confidence is the network's own, and it was asked as any other.
        """
        self._answers.labels(prediction.model, prediction.status).inc()
        if prediction.status not in ("ok", "uncertain"):
            return
        self._confidence.observe(prediction.confidence)
        if not drifts or prediction.model != self._card.identity or not self._card.confidence:
            return
        place = int(np.searchsorted(CONFIDENCE_EDGES[1:-1], prediction.confidence))
        with self._lock:
            self._recent.append(place)
            if len(self._recent) >= FEWEST:
                self._drift.set(stability_index(self._recent, self._card.confidence))

    def text(self) -> str:
        """The figures of all processes, as Prometheus reads them."""
        registry = self.registry
        if os.environ.get(SHARED):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # has no types
        return generate_latest(registry).decode()


def stability_index(places: deque[int], expected: tuple[float, ...]) -> float:
    """How far one distribution is from another: the population stability index (Siddiqi 2006), 0 for none.

    Below 0.1 is taken for none, above 0.25 for a change that matters.

    Args:
        places: In which interval each value lies.
        expected: The share of each interval.
    """
    counts = Count(places)
    found = np.maximum([counts[place] / len(places) for place in range(len(expected))], LEAST)
    wanted = np.maximum(expected, LEAST)
    return float(((found - wanted) * np.log(found / wanted)).sum())


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> PlainTextResponse:
    """Figures in the text format of Prometheus."""
    figures: Metrics = request.app.state.metrics
    return PlainTextResponse(figures.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
