"""Ask a running server, first with a picture and then with pen strokes; nothing but the standard library.

tenfold serve                                # in one terminal
python examples/03_http_client.py            # in another; an address may follow
"""

import json
import sys
import urllib.request
from pathlib import Path

server = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"


def ask(body: bytes, content_type: str) -> dict:
    """Send one request and give back the answer."""
    request = urllib.request.Request(f"{server}/v1/predict", body, {"Content-Type": content_type})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


picture = (Path(__file__).parent / "digits" / "four-felt-pen.png").read_bytes()
head = b'--cut\r\nContent-Disposition: form-data; name="image"; filename="four.png"\r\nContent-Type: image/png\r\n\r\n'
answer = ask(head + picture + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut")
print(f"picture: {answer['status']} {answer['digit']}")

# A seven: along the top, then down. Coordinates may be in any unit, with y downwards.
strokes = [{"x": [10, 40, 66, 58, 48, 38, 32], "y": [6, 5, 6, 25, 48, 75, 98]}]
answer = ask(json.dumps({"strokes": strokes}).encode(), "application/json")
print(f"strokes: {answer['status']} {answer['digit']}")
