"""The edition as a browser draws it: narrow and wide, light and dark, with and without its style sheet."""

import email
import email.policy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from digests.background import Continued
from digests.edition import Edition
from digests.render import render_archive, render_html
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.judging.documents.citations import Citation
from parsers.judging.texts.reuse import Reuse
from parsers.model import JudgedItem, Story

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPOSITORY = Path(__file__).parents[2]
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (375, 800)
SCHEMES = ("light", "dark")
PAGES = ("mail", "page", "index", "hostile mail", "hostile page")
LEGIBLE = 4.5
"""Contrast of text, WCAG 2.2 criterion 1.4.3 (level AA)."""

TEXTS = """
const number = rgb => (rgb.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
const over = (top, below) => {
  const alpha = top.length > 3 ? top[3] : 1;
  return [0, 1, 2].map(i => top[i] * alpha + below[i] * (1 - alpha));
};
const light = rgb => {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const canvas = matchMedia('(prefers-color-scheme: dark)').matches
  && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? [18, 18, 18] : [255, 255, 255];
const behind = element => {
  if (!element) return canvas;
  const own = number(getComputedStyle(element).backgroundColor);
  return (own.length < 4 || own[3] === 1) ? own.slice(0, 3) : over(own, behind(element.parentElement));
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; node = walker.nextNode();) {
  const text = node.textContent.trim(), style = getComputedStyle(node.parentElement);
  const box = document.createRange(); box.selectNodeContents(node);
  const {width, height} = box.getBoundingClientRect();
  if (!text || !node.parentElement.checkVisibility({opacityProperty: true}) || width * height < 4) continue;
  const ground = behind(node.parentElement), ink = over(number(style.color), ground);
  const [a, b] = [light(ink), light(ground)];
  found.push({text, contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size: parseFloat(style.fontSize)});
}
return found;
"""


class Browser:
    """Headless Chromium that shows one file after the other."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def show(self, page: Path, width: int, scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.get(page.as_uri())

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def requests(self) -> set[str]:
        """Addresses asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    options = Options()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(service=Service(chromedriver), options=options)
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a demo run."""
    home = tmp_path_factory.mktemp("demo")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "SEABRIDGE_"))}
    environment = plain | {"SEABRIDGE_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "flows", "demo"], cwd=REPOSITORY, env=environment, check=True, timeout=180)
    return home / "demo"


@pytest.fixture(scope="session")
def pages(
    demo: Path,
    judged: Callable[..., JudgedItem],
    edit: Callable[..., Edition],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """The demo's mail, archive page and index, and an edition whose headlines do their worst."""
    folder = tmp_path_factory.mktemp("pages")
    [message] = (demo / "outbox").glob("*.eml")
    mail = email.message_from_bytes(message.read_bytes(), policy=email.policy.default).get_body(("html",))
    assert mail is not None
    hostile = edit(
        judged("W" * 1000, "dialogue", name="a", words=("E" * 300, "F" * 300)),
        judged("<h1>Owned</h1><img src=http://tracker.example/p.gif>", "pesco", name="b", text="<script>x</script>"),
        judged(
            "Plain", "nato-eu", name="c", url="https://example.org/" + "u" * 900, text="t" * 2000, summary="s" * 900
        ),
        judged("\u202eright to left\u202c", "ukraine-war", name="d"),
        judged("X" * 1000, "dialogue", name="e", source="nato"),
        stories=[Story("a", ("a", "e"))],
        reuses=[Reuse("a", "e", None, 0.9, "time")],
        documents={"a": [Citation("d", "com", "D" * 300, "https://example.org/d", "D", "text", 0, 1)]},
        continued={"a": Continued(date(2026, 3, 3), 3, "T" * 300, "2026-W40/weekly/en", "S" * 60, 12)},
        calendar=[
            CalendarEvent(name, letter * 300, date(2026, 11, 20), date(2026, 11, 20), "day", "", (name,), "ahead")
            for name, letter in (("a", "C"), ("unknown", "U"))
        ],
    )
    made = {
        "mail": str(mail.get_content()),
        "page": next((demo / "site").glob("2025-W26*.html")).read_text(),
        "index": (demo / "site" / "index.html").read_text(),
        "hostile mail": render_html(hostile),
        "hostile page": render_archive(hostile),
    }
    for name, content in made.items():
        (folder / f"{name}.html").write_text(content, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_fits_and_can_be_read(browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    """No sideways scrolling, and every text stands out from its ground."""
    browser.show(pages[name], width, scheme)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    texts = browser.run(TEXTS)
    assert len(texts) > 5
    assert [text for text in texts if text["contrast"] < LEGIBLE] == []
    assert min(text["size"] for text in texts) >= 13


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["mail", "hostile mail"])
def test_needs_no_style_sheet(browser: Browser, pages: dict[str, Path], name: str, scheme: str) -> None:
    """Mail programs drop `<style>`: the same words are there without it, fit, and can be read."""
    browser.show(pages[name], 375, scheme)
    before = [text["text"] for text in browser.run(TEXTS)]
    browser.run("document.querySelectorAll('style').forEach(style => style.remove())")
    texts = browser.run(TEXTS)
    assert [text["text"] for text in texts] == before
    assert [text for text in texts if text["contrast"] < LEGIBLE] == []
    assert browser.run("return document.documentElement.scrollWidth") <= 375


def test_dark_is_dark(browser: Browser, pages: dict[str, Path]) -> None:
    """Who asks for a dark page gets one."""
    grounds = []
    for scheme in SCHEMES:
        browser.show(pages["page"], 375, scheme)
        grounds.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    assert grounds[0] != grounds[1]


@pytest.mark.parametrize("name", PAGES)
def test_asks_nobody_for_anything(browser: Browser, pages: dict[str, Path], name: str) -> None:
    """Opening it sends no request, so that nobody learns of it."""
    browser.requests()
    browser.show(pages[name], 375, "light")
    asked = browser.requests()
    assert pages[name].as_uri() in asked
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()


@pytest.mark.parametrize("name", PAGES)
def test_headings_make_an_outline(browser: Browser, pages: dict[str, Path], name: str) -> None:
    """One h1, first, no level is jumped, and the language is named: what a screen reader needs."""
    browser.show(pages[name], 800, "light")
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= level + 1 for level, after in pairwise(levels))
    assert browser.run("return document.documentElement.lang") == "en"


def test_the_index_leads_to_the_edition(browser: Browser, demo: Path) -> None:
    """A click in the archive's index opens the page of the edition."""
    browser.show(demo / "site" / "index.html", 375, "light")
    browser.run("document.querySelector('h3 a, li a, td a, a').click()")
    assert browser.run("return document.querySelector('h1').innerText") == "EU-US Defence Weekly"
    assert "2025-W26" in browser.run("return location.href")
