"""Opens a page in every view, looks at it in every way, and keeps the faults by what they are about."""

from collections import defaultdict

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response

from tests.browser.conftest import LOOK, Visits, set_text
from tests.browser.shown import Shown

VIEWS = ((360, "light"), (1280, "dark"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# axe cannot judge words before decoration on pseudo-elements (the pinked edges), so it is left out.
PLAIN = """
const plain = new CSSStyleSheet();
plain.replaceSync("::before, ::after{content:none !important}");
document.adoptedStyleSheets.push(plain);
"""
AXE = """rules => axe.run({runOnly: rules, resultTypes: ["violations", "incomplete"]})"""
# What axe leaves undecided: whether the cells of a table folded on a phone belong to their headings, and
# words before the lines of a text box, which test_letters.py measures.
UNDECIDED = (("th-has-data-cells", "<table"), ("color-contrast", "<textarea"))
SEND = """([address, fields]) => {
  const form = Object.assign(document.createElement("form"), {method: "post", action: address});
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("textarea"), {name, value}));
  }
  document.body.append(form);
  form.submit();
}"""


class Inspection:
    """`faults` has a list for each matter that a fault was found in; `rules` are those that axe applied."""

    def __init__(self, visits: Visits) -> None:
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.rules: set[str] = set()
        self.seen: list[str] = []
        self._visits = visits
        self._page = visits.page()

    def inspect(self, shown: Shown, site: str = "") -> None:
        """Look at a page of the site, or of another one like it, in every way."""
        page = self._page
        self._resize(360)
        page.emulate_media(color_scheme="light")
        self._visits.forget()
        answer = self._open(shown, site)
        if answer.status != shown.status:
            self._note("status", shown, [f"{answer.status}, not {shown.status}"])
        page.evaluate(LOOK)
        if shown.status == 422:
            self._note("errors", shown, page.evaluate("look.errorSummary()"))
        self._note("focus", shown, focus(page))
        page.evaluate("look.openAll()")
        self._note("headings", shown, page.evaluate("look.headings()"))
        for width in (320, 360, 1280):
            self._resize(width)
            self._note("fits", shown, page.evaluate("look.fits()"), f"at {width}")
            self._note("targets", shown, page.evaluate("look.targets()"), f"at {width}")
        self._enlarge(shown)
        self._note("quiet", shown, self._visits.faults())
        page.evaluate(AXE_SCRIPT)
        page.evaluate(PLAIN)
        for width, scheme in VIEWS:
            self._resize(width)
            page.emulate_media(color_scheme=scheme)
            self._note("axe", shown, self._axe(), f"at {width}, {scheme}")
        self.seen.append(str(shown))

    def _open(self, shown: Shown, site: str) -> Response:
        if shown.sent is None:
            answer = self._page.goto(f"{site}{shown.address}")
        else:
            self._page.goto(f"{site}/accessibility")
            with self._page.expect_navigation() as going:
                self._page.evaluate(SEND, [shown.address, shown.sent])
            answer = going.value
        assert answer is not None
        return answer

    def _enlarge(self, shown: Shown) -> None:
        set_text(self._page, 200)
        assert self._page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 32
        for width in (360, 1280):
            self._resize(width)
            self._note("enlarged", shown, self._page.evaluate("look.fits()"), f"at {width}")
        set_text(self._page, 100)

    def _axe(self) -> list[str]:
        outcome = self._page.evaluate(AXE, RULES)
        for kind in ("violations", "passes", "incomplete", "inapplicable"):
            self.rules |= {rule["id"] for rule in outcome[kind]}
        return [
            f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
            for kind in ("violations", "incomplete")
            for rule in outcome[kind]
            for node in rule["nodes"]
            if kind == "violations"
            or not any(rule["id"] == name and node["html"].startswith(tag) for name, tag in UNDECIDED)
        ]

    def _resize(self, width: int) -> None:
        self._page.set_viewport_size({"width": width, "height": 800})

    def _note(self, matter: str, shown: Shown, faults: list[str], where: str = "") -> None:
        self.faults[matter] += [f"{shown} {where}: {fault}" for fault in faults]


def focus(page: Page) -> list[str]:
    """Press Tab through the whole page: is everything reached, seen, and changed by having the focus?"""
    faults: list[str] = []
    for _ in range(page.evaluate("look.startTabbing()") + 3):  # once round, past the window's own stop
        page.keyboard.down("Tab")
        faults += page.evaluate("look.tabbed()")
    page.keyboard.up("Tab")
    return [*faults, *page.evaluate("look.neverReached()")]
