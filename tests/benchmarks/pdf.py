"""Prints how much of a known text comes back from PDFs of several producers and layouts, beside pdfium's plain text.

    python tests/benchmarks/pdf.py [FOLDER]

The documents are made here, from invented text, by whichever of weasyprint, typst, reportlab and chromium is at hand
(none of them is needed by Seabridge; put the first three on PYTHONPATH). With FOLDER the files are kept there.

F1: shingles of four words in their order, of all text that belongs to the article, mean over the files. Words: the
same with single words, which forgives wrong order. Noise: share of those words that must not appear (running heads,
footnotes) which do. Broken: paragraphs that did not come back as one.
"""

import html
import importlib
import io
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import pypdfium2

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(Path(__file__).parent)]

from extraction import score, shingles  # noqa: E402

from parsers.model import Page  # noqa: E402
from parsers.reading.pdfs.pdf import parse_pdf  # noqa: E402

TITLE = "Common stores for allied forces"
AUTHORS = ("Ana Kowalska", "Jean Dupont")
HEAD = "Northern Institute for Supply Studies"
FOOT = "Members' Readership Service"

WHO = (
    "The European Commission", "A group of four governments", "The transatlantic partners", "Congress",
    "The defence ministers", "Officials in Washington", "The agency's steering board", "An independent auditor",
    "Each participating administration", "The newly established directorate",
)  # fmt: skip
DOES = (
    "has proposed to harmonise", "continues to support", "postponed the modernisation of", "will co-finance",
    "reported considerable difficulties with", "intends to strengthen", "is responsible for", "questioned",
    "published a long-term assessment of", "agreed to accelerate",
)  # fmt: skip
WHAT = (
    "the interoperability of command systems", "EU-US procurement rules", "cross-border transport of ammunition",
    "the certification of uncrewed aircraft", "joint maintenance facilities", "the decision-making procedure",
    "counter-terrorism training in third countries", "export authorisations for dual-use components",
    "the classification of confidential information", "infrastructure for military mobility",
)  # fmt: skip
WHY = (
    "because the existing agreements expired", "although industry representatives objected",
    "in order to reduce unnecessary duplication", "which parliamentarians had requested repeatedly",
    "after negotiations that lasted eighteen months", "despite insufficient administrative resources",
    "under the supervision of an international committee", "while the financial consequences remain unclear",
    "so that smaller manufacturers can participate", "without prejudice to national responsibilities",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """What a document says, in the order in which it is to be read. `blocks`: (kind, text); kinds h, p and li.

    `notes[n]` belongs to the end of block `n`. `aside`: the box beside the text.
    """

    blocks: Sequence[tuple[str, str]]
    notes: dict[int, str] = field(default_factory=dict)
    aside: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    body: bytes
    text: Text


def invented(seed: int, paragraphs: int, *, notes: bool = True, aside: bool = True) -> Text:
    chance = random.Random(seed)

    def sentence() -> str:
        return f"{chance.choice(WHO)} {chance.choice(DOES)} {chance.choice(WHAT)} {chance.choice(WHY)}."

    blocks, foot = [], {}
    for number in range(paragraphs):
        if number % 4 == 0:
            blocks.append(("h", f"{chance.choice(('Costs', 'Law', 'Industry', 'People'))} and {chance.choice(WHAT)}"))
        if number % 6 == 5:
            blocks += [("li", sentence()) for _ in range(3)]
        blocks.append(("p", " ".join(sentence() for _ in range(chance.randint(2, 6)))))
        if notes and number % 3 == 1:
            foot[len(blocks) - 1] = f"See report {chance.randint(100, 999)} of the librarian, Ghent, pages 12-{number}."
    boxed = [f"Boxed: {sentence()}" for _ in range(3)] if aside else []
    return Text(blocks, foot, boxed)


# ---------------------------------------------------------------- producers


def page_of_html(text: Text, css: str, foot: Callable[[str], str]) -> str:
    parts = [f"<h1>{TITLE}</h1><p class=by>{' and '.join(AUTHORS)}</p><p class=date>October 2026</p>"]
    if text.aside:
        parts.append("<aside>" + "".join(f"<p>{html.escape(line)}</p>" for line in text.aside) + "</aside>")
    inside = False
    for number, (kind, words) in enumerate(text.blocks):
        if (kind == "li") != inside:
            parts.append("</ul>" if inside else "<ul>")
            inside = not inside
        note = foot(html.escape(text.notes[number])) if number in text.notes else ""
        tag = "h2" if kind == "h" else kind
        parts.append(f"<{tag}>{html.escape(words)}{note}</{tag}>")
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{TITLE}</title><style>{CSS}{css}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


CSS = """
body { font: 10.5pt/1.35 'Liberation Serif'; text-align: justify; hyphens: auto; margin: 0 }
h1 { font: bold 22pt 'Liberation Sans'; text-align: left } h2 { font: bold 12pt 'Liberation Sans'; text-align: left }
p { margin: 0 0 7pt } aside { font: 9pt 'Liberation Sans'; text-align: left; hyphens: manual; padding: 6pt }
"""
PAGED = f"""
@page {{ size: A4; margin: 25mm 20mm;
  @top-left {{ content: "{HEAD}"; font: 8pt 'Liberation Sans' }}
  @bottom-left {{ content: "{FOOT}"; font: 8pt 'Liberation Sans' }}
  @bottom-right {{ content: "Page " counter(page) " of " counter(pages); font: 8pt 'Liberation Sans' }}
  @footnote {{ border-top: 0.5pt solid; padding-top: 4pt }} }}
@page :left {{ @top-left {{ content: "{TITLE}" }} }}
.note {{ float: footnote; font-size: 8pt; hyphens: manual; text-align: left }}
"""
BOX_RIGHT = "aside { float: right; width: 38%; margin: 0 0 6pt 12pt }"
COLUMNS = "h1, .by, .date { column-span: all } body { columns: %d; column-gap: 7mm } h2 { break-after: avoid }"


def weasyprint(text: Text, css: str) -> bytes:
    module: Any = importlib.import_module("weasyprint")
    page = page_of_html(text, PAGED + css, lambda note: f"<span class=note>{note}</span>")
    return bytes(module.HTML(string=page).write_pdf())


def chromium(text: Text, css: str) -> bytes:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise ImportError("chromium")
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(page_of_html(text, css, lambda note: ""))
        subprocess.run(
            [program, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={out}", page.as_uri()],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        return out.read_bytes()


def typst(text: Text, columns: int) -> bytes:
    module: Any = importlib.import_module("typst")
    named = ", ".join(f'"{name}"' for name in AUTHORS)
    lines = [
        f'#set document(title: "{TITLE}", author: ({named}))',
        f'#set page(paper: "a4", columns: {columns}, header: align(right, text(8pt)[{HEAD}]), numbering: "1")',
        '#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en", hyphenate: true)',
        "#set par(justify: true, first-line-indent: 1.2em, spacing: 0.65em)",
        '#place(top + center, scope: "parent", float: true)[#align(center)[',
        f"#text(20pt)[{TITLE}]\n\n{' #h(1em) '.join(AUTHORS)}\n\n12 October 2026]]",
    ]
    if text.aside:
        boxed = "\n\n".join(text.aside)
        lines.append(f"#place(bottom, float: true, rect(inset: 6pt, text(9pt, [{boxed}])))")
    for number, (kind, words) in enumerate(text.blocks):
        note = f"#footnote[{text.notes[number]}]" if number in text.notes else ""
        lines.append(f"{ {'h': '= ', 'li': '- ', 'p': ''}[kind] }{words}{note}\n" + ("" if kind == "li" else "\n"))
    return bytes(module.compile("\n".join(lines).encode()))


def reportlab(text: Text, columns: int, *, by_rows: bool = False) -> bytes:
    """Text in frames. `by_rows`: the letters stand in the file row by row across the columns, as scanners' programs
    and some printer drivers write them."""
    from_lab = importlib.import_module
    canvas: Any = from_lab("reportlab.pdfgen.canvas")
    split = from_lab("reportlab.lib.utils").simpleSplit
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    sheet.setTitle("Microsoft Word - stores_final_v3.docx")
    gutter, left, right = 20.0, 60.0, 535.0
    width = (right - left - gutter * (columns - 1)) / columns
    drawn: list[tuple[float, float, str, str, float]] = []
    page = 1
    column, y, floor = 0, 700.0, 110.0
    waiting: list[str] = []

    def finish() -> None:
        nonlocal page, waiting
        for at, note in enumerate(waiting):
            drawn.append((left, 90 - 10 * at, note, "Helvetica", 7.5))
        waiting = []
        drawn.append((left, 810, HEAD if page % 2 else TITLE, "Helvetica", 8))
        drawn.append((right - 20, 30, str(page), "Helvetica", 8))
        if by_rows:
            drawn.sort(key=lambda one: (-one[1], one[0]))
        for x, at_y, words, font, size in drawn:
            sheet.setFont(font, size)
            sheet.drawString(x, at_y, words)
        drawn.clear()
        sheet.showPage()
        page += 1

    drawn.append((left, 770, TITLE, "Helvetica-Bold", 22))
    drawn.append((left, 740, f"By {' and '.join(AUTHORS)}", "Helvetica", 11))
    drawn.append((left, 724, "NI 765.432 – October 2026", "Helvetica", 9))
    for number, (kind, words) in enumerate(text.blocks):
        font, size = ("Helvetica-Bold", 12.0) if kind == "h" else ("Times-Roman", 10.0)
        y -= 6 if kind == "h" else 0
        shown = f"• {words}" if kind == "li" else words
        rows = split(shown, font, size, width)
        for at, row in enumerate(rows):
            if y < floor:
                column, y = column + 1, 760.0 if page > 1 else 700.0
                if column == columns:
                    finish()
                    column, y = 0, 760.0
            x = left + column * (width + gutter)
            drawn.append((x, y, row, font, size))
            if at == len(rows) - 1 and number in text.notes:
                mark = str(len(text.notes))
                end = x + from_lab("reportlab.pdfbase.pdfmetrics").stringWidth(row, font, size)
                drawn.append((end, y + 4, mark, font, 6))
                waiting.append(f"{mark} {text.notes[number]}")
            y -= 12.5
        y -= 6
    finish()
    sheet.save()
    return out.getvalue()


def samples() -> Iterator[tuple[str, Callable[[Text], bytes], Text]]:
    """Layouts with the text that each is to show. Chromium shows no footnotes, reportlab's pages no box."""
    for seed in (1, 2):
        whole = invented(seed, 24)
        plain, noted = invented(seed, 24, notes=False), invented(seed, 24, aside=False)
        yield "weasyprint, one column, box", lambda t: weasyprint(t, BOX_RIGHT), whole
        yield "weasyprint, two columns", lambda t: weasyprint(t, COLUMNS % 2), whole
        yield "weasyprint, three columns", lambda t: weasyprint(t, COLUMNS % 3), noted
        yield "chromium, one column, box", lambda t: chromium(t, BOX_RIGHT), plain
        yield "chromium, two columns", lambda t: chromium(t, COLUMNS % 2), plain
        yield "typst, one column", lambda t: typst(t, 1), whole
        yield "typst, two columns", lambda t: typst(t, 2), whole
        yield "reportlab, one column", lambda t: reportlab(t, 1), noted
        yield "reportlab, two columns", lambda t: reportlab(t, 2), noted
        yield "reportlab, two columns, by rows", lambda t: reportlab(t, 2, by_rows=True), noted
        yield "reportlab, three columns, by rows", lambda t: reportlab(t, 3, by_rows=True), noted


# ---------------------------------------------------------------- measuring


def bare(body: bytes) -> str:
    """What pdfium gives without any rule."""
    document = pypdfium2.PdfDocument(body)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def words(text: str) -> list[str]:
    return re.findall(r"[\w-]+", text.replace("’", "'"))


def noise(found: str, text: Text) -> float:
    unwanted = [FOOT, "Page 2 of", *text.notes.values()]
    return mean(one in " ".join(found.split()) for one in unwanted)


def broken(found: str, text: Text) -> float:
    paragraphs = {" ".join(words(one)) for one in found.split("\n\n")}
    return mean(" ".join(words(one)) not in paragraphs for kind, one in text.blocks if kind != "h")


def facts(page: Page) -> str:
    right = (page.title == TITLE, page.authors == AUTHORS, page.published and f"{page.published:%Y-%m}" == "2026-10")
    return "".join(letter if ok else "-" for letter, ok in zip("tad", right, strict=True))


def main(folder: Path | None) -> None:
    rows: dict[str, list[tuple[Sample, Page, float]]] = defaultdict(list)
    missing = set()
    for number, (name, make, text) in enumerate(samples()):
        try:
            sample = Sample(name, make(text), text)
        except ImportError as error:
            missing.add(f"not installed: {error.name or error}")
            continue
        if folder:
            (folder / f"{number:02} {name}.pdf").write_bytes(sample.body)
        start = process_time()
        page = parse_pdf(sample.body)
        rows[name].append((sample, page, (process_time() - start) / max(1, page.pages or 1)))
        if folder:
            (folder / f"{number:02} {name}.txt").write_text(page.text)
    print(
        f"{'layout':36} {'F1':>6} {'words':>6} {'broken':>6} {'noise':>6} {'plain F1':>8} {'facts':>6} {'ms/page':>8}"
    )
    for name, found in rows.items():
        true = [" ".join([*s.text.aside, *(words for _, words in s.text.blocks)]) for s, _, _ in found]
        texts = [page.text for _, page, _ in found]
        values = (
            score((shingles(t), shingles(f)) for t, f in zip(true, texts, strict=True))[2],
            score((shingles(t, 1), shingles(f, 1)) for t, f in zip(true, texts, strict=True))[2],
            mean(broken(f, s.text) for f, (s, _, _) in zip(texts, found, strict=True)),
            mean(noise(f, s.text) for f, (s, _, _) in zip(texts, found, strict=True)),
            score((shingles(t), shingles(bare(s.body))) for t, (s, _, _) in zip(true, found, strict=True))[2],
        )
        print(
            f"{name:36} {values[0]:6.3f} {values[1]:6.3f} {values[2]:6.3f} {values[3]:6.3f} {values[4]:8.3f}"
            f" {facts(found[0][1]):>6} {1000 * mean(seconds for _, _, seconds in found):8.1f}"
        )
    print(*sorted(missing), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
