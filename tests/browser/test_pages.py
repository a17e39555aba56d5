"""The rendered pages in a real browser: phone, desk, dark and print, without a network."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.xdist_group("pipeline"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine; .ci/run installs one"),
    pytest.mark.filterwarnings("default"),
]

CONTRAST = """() => {
  const parts = c => { const v = c.match(/[\\d.]+/g).map(Number); return v.length < 4 ? [...v, 1] : v; };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
  const ground = e => e === null ? [255, 255, 255]
      : over(parts(getComputedStyle(e).backgroundColor), ground(e.parentElement));
  const light = c => { const [r, g, b] = c.map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  return [...document.querySelectorAll('h1, h2, p, td, th, dd, dt, a, summary')].filter(e => e.offsetParent)
    .map(e => { const under = ground(e), a = light(over(parts(getComputedStyle(e).color), under)), b = light(under);
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.tagName + ': ' + e.textContent.trim().slice(0, 40)]; })
    .filter(([ratio]) => ratio < 4.5).slice(0, 5);
}"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(evaluated):
    return evaluated[0] / "outputs" / "site"


def pages(site):
    found = [site / "index.html", *sorted(site.rglob("evaluations/*/*.html"))]
    assert len(found) == 8
    return found


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_speak_and_load_nothing_from_elsewhere(browser, site, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in pages(site):
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        assert said == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{path.name} is {sideways} pixels too wide at {width}"
        assert page.evaluate(CONTRAST) == [], f"{path.name}, {scheme}"
        page.close()
    context.close()


def test_every_figure_has_a_name_and_its_data(browser, site):
    page = browser.new_page()
    page.goto((site / "evaluations/turnout/03-trends-turnout.html").as_uri())
    figures = page.query_selector_all("figure svg[role=img]")
    assert len(figures) == 2
    for figure in figures:
        name = figure.evaluate(
            "e => (document.getElementById(e.getAttribute('aria-labelledby').split(' ')[0]) || {}).textContent"
        )
        assert "Voter turnout" in name
        opener = figure.evaluate_handle("e => e.closest('figure').querySelector('details summary')")
        opener.as_element().click()
        assert figure.evaluate("e => e.closest('figure').querySelector('details table').offsetHeight") > 0
    page.close()


def test_code_is_behind_a_toggle_and_links_lead_on(browser, site):
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name="Read 7 pages").click()
    seen = [page.title()]
    for _ in range(6):
        assert not page.locator("details.code pre").first.is_visible()
        page.locator("a[rel=next]").first.click()
        seen.append(page.title())
    assert len(set(seen)) == 7
    page.get_by_role("button", name="Show all code").click()
    assert page.locator("details.code pre").first.is_visible()
    page.close()


def test_print_shows_figures_and_hides_controls(browser, site):
    page = browser.new_page()
    page.goto((site / "evaluations/turnout/04-results.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator("figure svg[role=img]").first.is_visible()
    assert not page.get_by_role("button", name="Show all code").is_visible()
    page.close()
