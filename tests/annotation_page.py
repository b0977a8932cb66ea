"""doccano's annotation page in a headless chromium, worked by mouse as an annotator does."""

from __future__ import annotations

import base64
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

T = TypeVar("T")
SECONDS = 60
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip
BUTTON = "header.toolbar-control .v-btn-toggle > button"
MENU_ITEM = ".menuable__content__active .v-list-item"
SWITCH = ".v-input--switch"

# The text is drawn as SVG: a line of it is a <text> with an id; a span's label is a <text> in a <g> below its words.
_WORDS = """
for (const line of document.querySelectorAll('.annotation-text svg text[id]')) {
  const at = line.textContent.indexOf(arguments[0]);
  if (at < 0) continue;
  const range = document.createRange();
  range.setStart(line.firstChild, at);
  range.setEnd(line.firstChild, at + arguments[0].length);
  const box = range.getBoundingClientRect();
  return [box.left, box.top, box.width, box.height];
}
return null;
"""
_LABELS = """
return Array.from(document.querySelectorAll('.annotation-text svg g > text:not([id])')).map(label => {
  const box = label.getBoundingClientRect();
  return [label.textContent.trim(), box.left, box.top, box.width, box.height];
});
"""
_BOX = "const box = arguments[0].getBoundingClientRect(); return [box.left, box.top, box.width, box.height];"

Box = tuple[float, float, float, float]


def missing_programs() -> list[str]:
    """Which of the two programs that the page needs are not here."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


class AnnotationPage:
    """A browser window; every step waits until the page shows what it did."""

    def __init__(self, profile: Path, width: int = 1400, height: int = 1100) -> None:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.binary_location = shutil.which("chromium") or ""
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()

    # -- waiting

    def _until(self, what: str, condition: Callable[[], T | None]) -> T:
        """The first true answer."""
        wait = WebDriverWait(self.driver, SECONDS, 0.1, (StaleElementReferenceException,))
        return wait.until(lambda _: condition(), f"the page does not show {what}")

    def _at_rest(self, what: str, place: Callable[[], Box | None]) -> Box:
        """A place, once it has stood still from one look to the next and all fonts are there."""
        last: list[Box | None] = [None]

        def still() -> Box | None:
            before, last[0] = last[0], place()
            fonts = self.driver.execute_script("return document.fonts.status")
            return last[0] if last[0] == before and fonts == "loaded" else None

        return self._until(what, still)

    def _elements(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def _box(self, element: WebElement) -> Box:
        left, top, width, height = self.driver.execute_script(_BOX, element)
        return left, top, width, height

    def _click(self, what: str, selector: str, text: str | None = None) -> None:
        """Click the first element that is meant, when it has come to rest."""

        def find() -> WebElement | None:
            found = self._elements(selector)
            return next((e for e in found if e.is_displayed() and (text is None or text in e.text.split("\n"))), None)

        def place() -> Box | None:
            element = find()
            return element and self._box(element)

        self._point(self._at_rest(what, place))

    def _point(self, box: Box) -> None:
        left, top, width, height = box
        actions = ActionChains(self.driver)
        actions.w3c_actions.pointer_action.move_to_location(int(left + width / 2), int(top + height / 2))
        actions.w3c_actions.pointer_action.click()
        actions.perform()

    # -- what an annotator does

    def log_in(self, url: str, user: str, password: str) -> None:
        """From the login page to the list of projects."""
        self.driver.get(f"{url}/auth")
        for name, value in (("username", user), ("password", password + Keys.ENTER)):
            selector = f"input[name={name}]"
            self._until(f"a field for the {name}", lambda s=selector: self._elements(s))[0].send_keys(value)
        self._until("the list of projects", lambda: self._elements(".v-data-table a[href*='/projects/']"))

    def open_project(self, name: str) -> None:
        """From any page to the first example of a project."""
        self._click("the way to the projects", "header .v-btn", "Projects")
        self._click(f"the project {name}", ".v-data-table a", name)
        # Before the project is there, the button leads nowhere.
        self._until(f"{name} above", lambda: [e for e in self._elements("header.v-app-bar") if name in e.text])
        self._click("the start of annotation", ".v-navigation-drawer .v-btn", "Start Annotation")
        self._until("a text", lambda: self.text().strip())

    def text(self) -> str:
        """The lines of the text, or the question of an item."""
        lines = self._elements(".annotation-text svg text[id]") or self._elements(".v-card__text.title")
        return "\n".join(line.text for line in lines)

    def labels(self) -> Counter[str]:
        """The labels drawn under spans and on relations."""
        return Counter(text for text, *_ in self.driver.execute_script(_LABELS))

    def words(self, words: str) -> Box:
        """Where the first such words of the text stand."""
        return self._at_rest(f"the words {words!r}", lambda: self.driver.execute_script(_WORDS, words))

    def _label(self, words: str, label: str) -> Box:
        """Where the label of the span that starts with these words stands."""
        left, top, _, _ = self.words(words)

        def nearest() -> Box | None:
            found: list[list[Any]] = self.driver.execute_script(_LABELS)
            below = [box for text, *box in found if text == label and abs(box[0] - left) < 20 and box[1] > top]
            return min(below, key=lambda box: box[1], default=None)  # type: ignore[return-value]

        return self._at_rest(f"the label {label} under {words!r}", nearest)

    def select(self, words: str) -> None:
        """Draw the mouse over words: the menu of labels opens."""
        left, top, width, height = self.words(words)
        actions = ActionChains(self.driver)
        pointer = actions.w3c_actions.pointer_action
        middle = int(top + height / 2)
        pointer.move_to_location(int(left + 1), middle)
        pointer.pointer_down()
        pointer.move_to_location(int(left + width / 2), middle)
        pointer.move_to_location(int(left + width), middle)
        pointer.pointer_up()
        actions.perform()
        self._until("the menu of labels", lambda: self._elements(MENU_ITEM))

    def _choose(self, label: str) -> None:
        before = self.labels()[label]
        self._click(f"{label} in the menu", MENU_ITEM, label)
        self._until(f"one more {label}", lambda: self.labels()[label] == before + 1)

    def mark(self, words: str, label: str) -> None:
        """Give words a label."""
        self.select(words)
        self._choose(label)

    def relation_mode(self) -> None:
        """Switch from spans to relations."""
        if not any(switch.text.strip() == "Relation" for switch in self._elements(SWITCH)):
            self._click("the switch of relation mode", f"{SWITCH} .v-input--selection-controls__input")
            self._until("relation mode", lambda: [e for e in self._elements(SWITCH) if e.text.strip() == "Relation"])

    def relate(self, source: tuple[str, str], target: tuple[str, str], kind: str) -> None:
        """Draw a relation from one span to another, each given by its first words and its label."""
        self.relation_mode()
        for end in (source, target):
            self._point(self._label(*end))
        self._choose(kind)

    def complete(self) -> str:
        """The share of confirmed examples, as the page shows it."""
        return self._until("the progress", lambda: self._elements(".v-progress-linear__content"))[0].text

    def confirm(self) -> None:
        """Press the first button of the toolbar."""
        before = self.complete()
        self._click("the button to confirm", BUTTON)
        self._until("more progress", lambda: self.complete() != before)

    def picture(self, path: Path, height: int) -> None:
        """Take a picture of the window down to a height, when the page has come to rest."""
        frame: list[str] = []

        def still() -> bool:
            frame.append(self.driver.get_screenshot_as_base64())
            return len(frame) > 1 and frame[-1] == frame[-2]

        self._until("the same picture twice", still)
        width = self.driver.execute_script("return document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
        path.write_bytes(base64.b64decode(taken["data"]))
