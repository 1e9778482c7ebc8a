"""A writer of PDFs for tests, object by object: pages of lines at given places, and whatever is wrong with the file."""

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FONTS = {"Helvetica": "F1", "Helvetica-Bold": "F2", "Times-Roman": "F3"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of text; `x`, `y` in points from the lower left corner, `turned` in degrees against the clock."""

    x: float
    y: float
    text: str
    size: float = 11
    font: str = "Helvetica"
    turned: int = 0


def rows(*paragraphs: Sequence[str], top: float = 700, left: float = 72, size: float = 11) -> list[Row]:
    """Paragraphs with a distance of 14 between lines and of 28 between paragraphs."""
    found, y = [], top
    for paragraph in paragraphs:
        for line in paragraph:
            found.append(Row(left, y, line, size))
            y -= 14
        y -= 14
    return found


def pdf(pages: Iterable[Sequence[Row]], info: str = "", catalogue: str = "", *, password: str | None = None) -> bytes:
    """A whole file; with `password` (of the user, may be empty) its text is encrypted with RC4 of 40 bits."""
    contents = [content_of(page) for page in pages]
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        *(f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>".encode() for font in FONTS),
    ]
    locked = Locked(password) if password is not None else None
    for number, content in enumerate(contents):
        objects.append(page_of(f"{7 + 2 * number} 0 R"))
        objects.append(stream(locked.closed(content, 7 + 2 * number) if locked else content))
    objects.append(f"<< {info} >>".encode("cp1252"))
    return written(objects, f"/Info {len(objects)} 0 R {locked.trailer if locked else ''}")


def page_of(content: str, more: str = "") -> bytes:
    fonts = " ".join(f"/{name} {number} 0 R" for number, name in enumerate(FONTS.values(), 3))
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << {fonts} >> >>"
        f" /Contents {content} {more} >>"
    ).encode()


def content_of(page: Sequence[Row]) -> bytes:
    turns = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}
    shown = "".join(
        f"BT /{FONTS[row.font]} {row.size} Tf {turns[row.turned]} {row.x} {row.y} Tm ({escaped(row.text)}) Tj ET\n"
        for row in page
    )
    return shown.encode("cp1252")


def escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def stream(data: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(data)} {more} >>\nstream\n".encode() + data + b"\nendstream"


def written(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """The objects, numbered from 1, with their table; the first is the catalogue."""
    parts = [f"{number} 0 obj\n".encode() + content + b"\nendobj\n" for number, content in enumerate(objects, 1)]
    offsets = list(itertools.accumulate(map(len, parts), initial=len(b"%PDF-1.4\n")))
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets[:-1])
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{offsets[-1]}\n%%EOF\n"
    )
    return b"%PDF-1.4\n" + b"".join(parts) + end.encode()


class Locked:
    """The standard security handler, revision 2 (ISO 32000-1, 7.6.3)."""

    PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

    def __init__(self, password: str) -> None:
        padded = (password.encode() + self.PADDING)[:32]
        owner = rc4(hashlib.md5(padded).digest()[:5], padded)
        permissions, name = (-4 & 0xFFFFFFFF).to_bytes(4, "little"), b"seabridge-tests!"
        self._key = hashlib.md5(padded + owner + permissions + name).digest()[:5]
        keys = f"/O <{owner.hex()}> /U <{rc4(self._key, self.PADDING).hex()}>"
        self.trailer = f"/Encrypt << /Filter /Standard /V 1 /R 2 {keys} /P -4 >> /ID [<{name.hex()}> <{name.hex()}>]"

    def closed(self, data: bytes, number: int) -> bytes:
        return rc4(hashlib.md5(self._key + number.to_bytes(3, "little") + b"\0\0").digest()[:10], data)


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
