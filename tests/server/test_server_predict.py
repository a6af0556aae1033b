"""What POST /v1/predict answers: the contract's fields, for pictures and for strokes."""

from __future__ import annotations

import io
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.browser.strokes import DIGITS, smooth
from tests.server.conftest import serving

from tenfold.models.base import ModelCard
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.types import Floats, Strokes

FIELDS = {
    "id", "status", "digit", "confidence", "probabilities", "alternatives", "reason", "model", "one_digit",
    "saw", "box",
}  # fmt: skip


def post(client: httpx.Client, picture: bytes, **query: object) -> dict:
    answer = client.post("/v1/predict", params=query, files={"image": ("seven.png", picture)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_picture_gets_the_answer_python_gets(client: httpx.Client, recognizer: Recognizer, seven: bytes):
    answer = post(client, seven)
    assert set(answer) == FIELDS
    assert {name: answer[name] for name in FIELDS - {"id", "saw", "box"}} == recognizer.predict(seven).to_dict()
    assert (answer["status"], answer["digit"]) == ("ok", 7)


@pytest.mark.parametrize("digit", range(10))
def test_each_digit_is_read_from_a_picture(client: httpx.Client, digit_png: Callable[[int], bytes], digit: int):
    assert post(client, digit_png(digit))["digit"] == digit


def test_it_shows_what_the_network_was_given(client: httpx.Client, recognizer: Recognizer, seven: bytes):
    saw = np.array(post(client, seven)["saw"])
    assert saw.shape == (784,)
    assert (saw.reshape(28, 28) == recognizer.saw(seven)).all()
    assert saw.max() > 128


def test_the_box_holds_the_ink(client: httpx.Client, seven: bytes):
    box = post(client, seven)["box"]
    y, x = np.nonzero(np.asarray(Image.open(io.BytesIO(seven))) < 128)
    given = [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]
    assert given == pytest.approx([x.min(), y.min(), x.max() + 1, y.max() + 1], abs=4)


def test_each_answer_has_its_own_id(client: httpx.Client, seven: bytes):
    ids = {post(client, seven)["id"] for _ in range(5)}
    assert len(ids) == 5
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in ids)


def test_blank_paper_is_empty(client: httpx.Client, blank: bytes):
    answer = post(client, blank)
    assert (answer["status"], answer["digit"], answer["box"]) == ("empty", None, None)
    assert answer["reason"]
    assert answer["saw"] == [0] * 784


@pytest.mark.parametrize("form", ["objects", "lists", "lists with time"])
def test_strokes_get_the_answer_python_gets(client: httpx.Client, recognizer: Recognizer, form: str):
    lines = [smooth(stroke) for stroke in DIGITS[4]]
    pairs = [[[x for x, _ in line], [y for _, y in line]] for line in lines]
    if form == "objects":
        strokes: list = [{"x": x, "y": y, "t": list(range(len(x)))} for x, y in pairs]
    else:
        strokes = [[x, y, list(range(len(x)))][: 3 if "time" in form else 2] for x, y in pairs]
    answer = client.post("/v1/predict", json={"strokes": strokes}).json()
    assert (answer["status"], answer["digit"], answer["box"]) == ("ok", 4, None)
    assert answer["probabilities"] == list(recognizer.predict(Strokes.of(strokes)).probabilities)


def test_no_strokes_are_empty(client: httpx.Client):
    assert client.post("/v1/predict", json={"strokes": []}).json()["status"] == "empty"


class Hesitant:
    """A network that is 80 % sure of every seven."""

    card = ModelCard(name="hesitant", sha256="1" * 64, thresholds=((0.01, 0.9), (0.5, 0.5)))

    def predict_proba(self, batch: Floats) -> Floats:
        row = np.full(10, 0.2 / 9, np.float32)
        row[7] = 0.8
        return np.tile(row, (len(batch), 1))


def test_the_error_budget_decides_what_is_sure_enough(seven: bytes):
    with serving(create_app(Recognizer(Hesitant()))) as client:
        assert post(client, seven, error_budget=0.01)["status"] == "uncertain"
        assert post(client, seven, error_budget=0.5)["status"] == "ok"
        guess = post(client, seven)["alternatives"][0]
    assert guess == {"digit": 7, "probability": pytest.approx(0.8)}


def test_a_shipped_model_can_be_named(seven: bytes, recognizer: Recognizer):
    with serving(create_app(Recognizer(Hesitant()))) as client:
        assert post(client, seven, model="digit")["model"] == recognizer.model
        assert post(client, seven)["model"] == "hesitant@11111111"
        assert post(client, seven, model="hesitant")["model"] == "hesitant@11111111"


def test_models_lists_the_cards(client: httpx.Client, recognizer: Recognizer):
    answer = client.get("/v1/models").json()
    assert answer["default"] == recognizer.model
    names = [card["name"] for card in answer["models"]]
    assert "digit" in names
    assert "gate" not in names  # no model for digits: it cannot be asked for
    digit = answer["models"][names.index("digit")]
    assert ModelCard.from_dict(digit) == recognizer.classifier.card


def test_health(client: httpx.Client):
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
