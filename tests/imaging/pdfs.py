"""PDF files: of pictures, and by hand what no library would write."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image


def pdf_of(*pages: np.ndarray, resolution: float = 100) -> bytes:
    """A PDF with a picture a page, as a scanner writes it."""
    first, *others = (Image.fromarray(page) for page in pages)
    buffer = io.BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=others, resolution=resolution)
    return buffer.getvalue()


def by_hand(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, len(out))
    return out + table + end


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"


def without_pages() -> bytes:
    return by_hand(CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>")


def behind_a_password() -> bytes:
    """Encrypted with a password that nobody knows (PDF 32000-1:2008, section 7.6.3)."""
    lock = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"3c" * 32, b"7e" * 32)
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>"
    return by_hand(CATALOGUE, pages, page, lock, trailer=b"/Encrypt 4 0 R/ID[<00112233><00112233>]")


def bare(*boxes: Sequence[float]) -> bytes:
    """A bare page for each media box."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(len(boxes)))
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[%s]>>" % b" ".join(b"%g" % side for side in box) for box in boxes]
    return by_hand(CATALOGUE, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(boxes)), *pages)


def with_a_broken_page() -> bytes:
    """Three pages, of which the second is none."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>"
    return by_hand(CATALOGUE, b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>", page, b"(no page)", page)
