"""The page: served whole, and driven once by a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from simulator import page as page_module
from simulator.client import Platform
from simulator.server import Simulator
from tests.simulator.doubles import Webhook

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def test_the_page_and_all_it_refers_to_are_served(sim: Simulator) -> None:
    index = requests.get(sim.url, timeout=5)
    assert index.headers["Content-Type"].startswith("text/html")
    asked = set(re.findall(r'(?:src|href)="(/[^"]+)"', index.text))
    for name in page_module.FILES:
        text = requests.get(f"{sim.url}/page/{name}", timeout=5).text
        asked |= set(re.findall(r'from "(/[^"]+)"', text))
        assert not re.search(r"https?://(?!www\.w3\.org|example\.com)\w", text), (
            f"{name} refers to another host"
        )
    assert asked == {"/published", *(f"/page/{name}" for name in page_module.FILES)}
    for path in asked:
        assert requests.get(f"{sim.url}{path}", timeout=5).status_code == 200
    assert requests.get(f"{sim.url}/samples/sewage.jpg", timeout=5).content.startswith(b"\xff\xd8")
    assert requests.get(f"{sim.url}/page/__init__.py", timeout=5).status_code == 404


@pytest.fixture
def browser_page(sim: Simulator) -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(sim.url)
        yield page
        browser.close()


def test_a_person_talks_through_the_page(browser_page: Page, platform: Platform, webhook: Webhook) -> None:
    troubles: list[str] = []
    browser_page.on("pageerror", lambda error: troubles.append(str(error)))
    browser_page.locator(".phone").nth(1).wait_for()  # the page's script draws them
    left, right = browser_page.locator(".phone").all()
    left.locator("select").select_option("li")
    right.locator("select").select_option("chen")

    left.locator(".say input").fill("河面有黑水")
    left.locator(".send").click()
    expect(left.locator(".row.mine .bubble")).to_have_text("河面有黑水")
    expect(left.locator(".row:not(.mine) .bubble")).to_have_text("收到：河面有黑水")
    expect(right.locator(".row")).to_have_count(0)

    left.locator(".plus").click()
    left.locator("[data-sheet=photos]").click()
    left.locator(".sample").nth(0).click()
    left.locator(".sample").nth(1).click()
    left.locator(".sheet .primary").click()
    expect(left.locator(".row.mine img")).to_have_count(2)

    left.locator(".plus").click()
    left.locator("[data-sheet=place]").click()
    left.locator(".map svg").click(position={"x": 100, "y": 100})
    left.locator(".sheet .primary").click()
    expect(left.locator(".row:not(.mine) .bubble").last).to_have_text("收到：location")

    browser_page.set_viewport_size({"width": 375, "height": 740})
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(right).to_be_hidden()
    assert troubles == []
    assert [message.findtext("MsgType") for message in webhook.received] == [
        "text",
        "image",
        "image",
        "location",
    ]
