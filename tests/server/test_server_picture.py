"""POST /v1/picture: what was handed over, as it is read, for pages whose browser cannot show the file."""

from __future__ import annotations

import io
import json

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.browser.strokes import DIGITS
from tests.server.conftest import refused

from tenfold import Strokes
from tenfold.imaging.draw import draw_digit, draw_sheet

PICTURE = "/v1/picture"
STROKES = [{"x": [x for x, _ in line], "y": [y for _, y in line]} for line in DIGITS[4]]


def shown(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.content)))


@pytest.mark.parametrize(("sheet", "draw"), [(False, draw_digit), (True, draw_sheet)])
def test_strokes_come_back_as_they_are_drawn(client: httpx.Client, sheet: bool, draw: object):
    expected = draw(Strokes.of(STROKES))  # type: ignore[operator]
    body = json.dumps({"strokes": STROKES}).encode()
    for sent in ({"json": {"strokes": STROKES}}, {"files": {"image": ("four.json", body)}}):
        np.testing.assert_array_equal(shown(client.post(PICTURE, params={"sheet": sheet}, **sent)), expected)


@pytest.mark.parametrize("sheet", [False, True])
def test_what_browsers_do_not_show_comes_back_upright_and_in_colour(client: httpx.Client, sheet: bool):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :20] = (200, 30, 10)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter clockwise
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "TIFF", exif=exif)
    answer = client.post(PICTURE, params={"sheet": sheet}, files={"image": ("a.tiff", file.getvalue())})
    np.testing.assert_array_equal(shown(answer), np.rot90(pixels, -1))


@pytest.mark.parametrize("sheet", [False, True])
def test_it_refuses_as_predict_does(client: httpx.Client, sheet: bool):
    def sent(data: bytes) -> httpx.Response:
        return client.post(PICTURE, params={"sheet": sheet}, files={"image": data})

    refused(sent(b"no picture"), 415, "not_an_image")
    refused(sent(b"%PDF-1.7"), 415, "not_an_image")
    refused(sent(b'{"strokes": ['), 422, "damaged_image")
    refused(client.post(PICTURE, content=b"x", headers={"content-type": "text/plain"}), 415, "unsupported_media_type")
