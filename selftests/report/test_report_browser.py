"""The page in a real Chromium: accessible, usable by keyboard, complete without JavaScript, printable."""

import re
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

AXE = """async tags => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
    return {passes: found.passes.length,
            wrong: found.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.html}`))};
}"""


# Every pair of language, colour scheme and width occurs; a run of axe-core takes seconds.
@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        ("nl", "light", 320),
        ("nl", "dark", 1280),
        ("en", "light", 1280),
        ("en", "dark", 320),
        ("portfolio", "light", 1280),
        ("hostile", "dark", 320),
    ],
)
def test_axe_finds_nothing(open_page: Any, name: str, scheme: str, width: int) -> None:
    page = open_page(name, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(el => { el.open = true })")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(AXE, RULES)
    assert found["wrong"] == []
    assert found["passes"] > 20


@pytest.mark.parametrize("name", ["nl", "portfolio", "hostile"])
def test_a_phone_never_scrolls_sideways(open_page: Any, name: str) -> None:
    page = open_page(name, 320)
    page.evaluate("document.querySelectorAll('details').forEach(el => { el.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_without_javascript_everything_is_there(open_page: Any) -> None:
    page = open_page("nl", script=False)
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("li.r:visible")).to_have_count(10)
    expect(page.get_by_text("Zet LOG_FORMAT op json.").first).to_be_visible()
    expect(page.locator("#skipped .cols li:visible")).to_have_count(36)


def test_filters_work_by_keyboard(open_page: Any) -> None:
    page = open_page("nl")
    status = page.get_by_role("status")
    expect(status).to_have_text("10 van 10 eisen getoond.")
    page.get_by_role("checkbox", name="voldoet niet (4)").focus()
    page.keyboard.press("Space")
    expect(status).to_have_text("6 van 10 eisen getoond. Let op: dit is een gefilterde weergave.")
    expect(page.locator("li.r.fail:visible")).to_have_count(0)
    expect(page.get_by_role("heading", name="Niveau 4: verbeterafspraak (prognose)")).to_be_hidden()
    page.get_by_role("button", name="Wis filters").focus()
    page.keyboard.press("Enter")
    expect(status).to_have_text("10 van 10 eisen getoond.")
    page.get_by_label("Zoek in eisen en bevindingen").focus()
    page.keyboard.type("log_format")
    expect(status).to_have_text(re.compile("^1 van 10 "))
    expect(page.locator("#t1-DDC-7\\.20-03")).to_be_visible()
    page.get_by_role("button", name="Wis filters").press("Enter")
    page.get_by_role("checkbox", name="Alleen wat blokkeert").press("Space")
    expect(status).to_have_text(re.compile("^4 van 10 "))
    page.get_by_role("checkbox", name="3 productie").press("Space")
    expect(status).to_have_text(re.compile("^3 van 10 "))
    page.get_by_role("button", name="Klap bevindingen in").press("Enter")
    expect(page.locator("li.r > details[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Klap bevindingen uit")).to_be_focused()


def test_a_portfolio_filters_by_target(open_page: Any) -> None:
    page = open_page("portfolio")
    page.get_by_label("Toetsobject", exact=True).select_option(label="leverancier-02-component")
    expect(page.get_by_role("status")).to_have_text(re.compile("^4 van 12 "))
    expect(page.locator("section.t:visible")).to_have_count(1)


def test_a_link_to_a_hidden_row_clears_the_filters(open_page: Any) -> None:
    page = open_page("nl")
    page.get_by_label("Zoek in eisen en bevindingen").fill("zzz")
    expect(page.get_by_role("status")).to_have_text(re.compile("^0 van 10 "))
    page.locator(".concl a", has_text="DDC-7.3-12").first.click()
    expect(page.locator("#t1-DDC-7\\.3-12")).to_be_in_viewport()


def test_a_link_arrives_in_a_target_out_of_sight(open_page: Any) -> None:
    page = open_page("portfolio", 320)
    page.locator("#t3 .concl a").last.click(timeout=5000)
    expect(page.locator("li.r:target")).to_be_in_viewport()
    page.get_by_role("link", name="leverancier-02-component").click()
    expect(page.locator("#t3-h")).to_be_in_viewport()


def test_skip_link_comes_first_and_focus_shows(open_page: Any) -> None:
    page = open_page("nl")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Naar de inhoud")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(outline) == "solid"


def test_print_shows_what_is_folded_and_hides_what_cannot_be_used(open_page: Any) -> None:
    page = open_page("nl", scheme="dark")
    page.get_by_role("button", name="Klap bevindingen in").click()
    expect(page.locator("#skipped .cols li:visible")).to_have_count(0)
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#filter")).to_be_hidden()
    unseen = "[...document.querySelectorAll('.cols li, .fs li')].filter(el => !el.checkVisibility()).length"
    assert page.evaluate(unseen) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4


def test_hostile_page_runs_nothing(open_page: Any) -> None:
    page = open_page("hostile")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status")).to_have_text("6 van 6 eisen getoond.")
    assert page.evaluate("document.scripts.length") == 1
