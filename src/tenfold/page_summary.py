"""A summary of many pages: one HTML file that can be searched, with a cutting of each number."""

from __future__ import annotations

import base64
from html import escape

import cv2
import numpy as np

from tenfold.output import percent
from tenfold.types import Number, Page, Picture

CUT_HEIGHT = 44
CUT_WIDTH = 420

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Numbers read</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>
:root{font:16px/1.4 system-ui,sans-serif;--sure:#16803c;--doubt:#b45309}
@media (prefers-color-scheme:dark){:root{--sure:#4ade80;--doubt:#fbbf24}}
body{margin:0 auto;padding:1rem;max-width:70rem}
form{position:sticky;top:0;background:Canvas;padding:.6rem 0;display:flex;gap:.8rem;flex-wrap:wrap;align-items:center}
input[type=search]{font:inherit;padding:.4rem .6rem;flex:1 1 14rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #8884}
td.text{font:600 1.15rem ui-monospace,monospace;color:var(--sure)}tr.doubt td.text{color:var(--doubt)}
img{display:block;background:#fff;max-width:100%}td.file{overflow-wrap:anywhere}tr[hidden]{display:none}
</style></head><body><h1>Numbers read</h1>
<form role="search" onsubmit="return false"><label for="wanted">Search</label>
<input id="wanted" type="search" placeholder="digits, or part of a file's name" autofocus>
<label><input id="doubt" type="checkbox"> doubtful only</label><output id="count"></output></form>
<table><thead><tr><th>Cutting</th><th>Read</th><th>Sure</th><th>Or</th><th>File</th><th>Page</th></tr></thead><tbody>
"""
FOOT = """</tbody></table><script>
const rows=[...document.querySelectorAll("tbody tr")],wanted=document.getElementById("wanted"),
doubt=document.getElementById("doubt"),count=document.getElementById("count");
function look(){const text=wanted.value.trim().toLowerCase();let shown=0;
for(const row of rows){row.hidden=!(row.dataset.find.includes(text)&&(!doubt.checked||row.classList.contains("doubt")));
shown+=!row.hidden}count.textContent=shown+" of "+rows.length}
wanted.addEventListener("input",look);doubt.addEventListener("change",look);look();
</script></body></html>
"""


def page_rows(file: str, picture: Picture | None, page: Page) -> str:
    """The rows of one page: one a number, or one that says why there is none."""
    if not page.numbers:
        return (
            f'<tr data-find="{escape(file.lower())}"><td></td><td colspan="3">{escape(page.reason)}</td>'
            f'<td class="file">{escape(file)}</td><td>{page.page}</td></tr>\n'
        )
    return "".join(_row(file, picture, page, number) for number in page.numbers)


def _row(file: str, picture: Picture | None, page: Page, number: Number) -> str:
    others = ", ".join(f"{one.value} ({percent(one.probability)})" for one in number.alternatives[:2])
    said = escape(f"{others}. {number.note}" if number.note else others)
    find = escape(f"{number.value} {number.text} {file}".lower())
    return (
        f'<tr class="{"" if number.sure else "doubt"}" data-find="{find}"><td>{_cutting(picture, number)}</td>'
        f'<td class="text">{escape(number.text)}</td><td>{percent(number.confidence)}</td><td>{said}</td>'
        f'<td class="file">{escape(file)}</td><td>{page.page}</td></tr>\n'
    )


def _cutting(picture: Picture | None, number: Number) -> str:
    if picture is None:
        return ""
    box, more = number.box, max(3, number.box.height // 6)
    part = picture.pixels[
        max(0, box.y - more) : box.y + box.height + more, max(0, box.x - more) : box.x + box.width + more
    ]
    if part.size == 0:
        return ""
    scale = min(CUT_HEIGHT / part.shape[0], CUT_WIDTH / part.shape[1])
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, coded = cv2.imencode(".png", small if small.ndim == 2 else small[..., ::-1])
    data = base64.b64encode(coded.tobytes()).decode("ascii")
    return f'<img width="{size[0]}" height="{size[1]}" alt="{escape(number.value)}" src="data:image/png;base64,{data}">'
