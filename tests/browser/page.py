"""The officer's page as a test sees it: waits on conditions, never on time."""

import base64
import time

from selenium.common.exceptions import JavascriptException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

DEADLINE_S = 60

# Every text on the glass whose contrast with what is behind it is below the limit. Backgrounds are
# found by walking up; a gradient counts with its worst colour.
CONTRAST_JS = """
const limit = arguments[0];
const parse = (text) => (text.match(/rgba?\\([^)]*\\)/g) ?? []).map((rgb) => rgb.match(/[\\d.]+/g).map(Number));
const part = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const over = (top, under) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)); };
function behind(element) {
  if (!element) return [[255, 255, 255]];
  const style = getComputedStyle(element);
  const solid = parse(style.backgroundColor)[0];
  const images = parse(style.backgroundImage);
  const base = solid && (solid[3] ?? 1) === 1 ? [solid] : behind(element.parentElement);
  if (!images.length) return base;
  return images.flatMap((image) => base.map((under) => over(image, under)));
}
const low = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  const element = node.parentElement;
  if (!node.data.trim() || element.closest("svg, [hidden]")) continue;
  const style = getComputedStyle(element);
  if (style.visibility === "hidden" || !element.getClientRects().length) continue;
  const worst = Math.min(...behind(element).map((under) => ratio(parse(style.color)[0], under)));
  if (worst < limit) low.push(`${worst.toFixed(2)} "${node.data.trim().slice(0, 40)}"`);
}
return low;
"""

# Texts that do not fit their box, and boxes that leave the glass.
OVERFLOW_JS = """
const may = ".prog, #ribbon, .of, #dialog h1, .under"; // .under: beneath an input, scrolls with it
const out = [];
const stage = document.getElementById("stage").getBoundingClientRect();
for (const element of document.querySelectorAll("#stage *")) {
  if (element.closest("svg, [hidden]") || !element.getClientRects().length) continue;
  const style = getComputedStyle(element);
  if (style.visibility === "hidden") continue;
  const box = element.getBoundingClientRect();
  if (box.right > stage.right + 1 || box.bottom > stage.bottom + 1 || box.left < stage.left - 1) {
    if (!element.closest(may)) out.push(`outside: ${element.tagName}.${element.className} ${element.textContent.slice(0, 30)}`);
  }
  const clips = style.overflowX === "hidden" || style.overflowY === "hidden";
  if (clips && !element.closest(may) && element.id !== "stage" &&
      (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1))
    out.push(`cut: ${element.tagName}.${element.className}#${element.id} ${element.textContent.slice(0, 40)}`);
}
return out;
"""

# Texts that are smaller than the eye needs at 0.6 m (16 arc minutes on a 10.1 inch panel).
SMALL_JS = """
const small = [];
const walker = document.createTreeWalker(document.getElementById("stage"), NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  const element = node.parentElement;
  if (!node.data.trim() || element.closest("svg, [hidden]") || !element.getClientRects().length) continue;
  if (parseFloat(getComputedStyle(element).fontSize) < 23) small.push(node.data.trim());
}
return small;
"""

# Texts that lie on another text, or under a button that is not theirs. Of a line counts what is inked:
# from its capitals' top to the baseline.
OVERLAP_JS = """
const layer = (element) => element.closest("#dialog, .lost, #toast"); // covers what is below, and may
const seen = (element) => !element.closest("svg, [hidden], .under") && element.getClientRects().length &&
  getComputedStyle(element).visibility !== "hidden";
const cut = (a, b) => ({ left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
                         top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom) });
const isSome = (box, least) => box.right - box.left > least && box.bottom - box.top > least;
function shownOf(box, element) {
  for (let at = element; at; at = at.parentElement)
    if (getComputedStyle(at).overflow !== "visible") box = cut(box, at.getBoundingClientRect());
  return box;
}
const boxes = [...document.querySelectorAll("#stage button")].filter(seen)
  .map((element) => ({ element, text: element.id, box: element.getBoundingClientRect(), button: true }));
const texts = [], range = document.createRange();
const walker = document.createTreeWalker(document.getElementById("stage"), NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  const element = node.parentElement;
  if (!node.data.trim() || !seen(element)) continue;
  range.selectNodeContents(node);
  const half = 0.37 * parseFloat(getComputedStyle(element).fontSize) * element.getBoundingClientRect().height / (element.offsetHeight || 1);
  for (const line of range.getClientRects()) {
    const middle = (line.top + line.bottom) / 2;
    const box = shownOf({ left: line.left, right: line.right, top: middle - half, bottom: middle + half }, element);
    if (isSome(box, 0)) texts.push({ element, text: node.data.trim().slice(0, 30), box, node });
  }
}
const out = [];
texts.forEach((one, at) => {
  for (const other of [...boxes, ...texts.slice(at + 1)]) {
    if (other.node === one.node || (other.button && other.element.contains(one.element))) continue;
    if (layer(other.element) === layer(one.element) && isSome(cut(one.box, other.box), 1))
      out.push(`"${one.text}" and ${other.button ? "#" : ""}"${other.text}"`);
  }
});
return out;
"""


class Page:
    def __init__(self, driver, console, screenshots):
        self.driver = driver
        self.console = console
        self.lane = console.lane
        self.screenshots = screenshots
        self.allowed_log = []

    def open(self):
        self.driver.get_log("browser")
        self.driver.get(f"{self.console.address}/?token={self.console.token}")
        self.wait_screen("READY")

    # ── looking ──

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def text(self, element_id):
        return self.script("return document.getElementById(arguments[0])?.textContent ?? null", element_id)

    def css(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, condition, what, deadline_s=DEADLINE_S):
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            try:
                value = condition()
            except (StaleElementReferenceException, JavascriptException):
                value = None
            if value:
                return value
            time.sleep(0.02)
        raise AssertionError(f"waited {deadline_s} s: {what}")

    def wait_screen(self, name):
        self.wait(lambda: self.script("return document.documentElement.dataset.screen") == name, f"screen {name}")

    def wait_text(self, element_id, text):
        self.wait(lambda: self.text(element_id) == text, f"{element_id} = {text!r}, is {self.text(element_id)!r}")

    def news(self, **view):
        """Sends a view and waits until it is drawn."""
        self.lane.show(**view)
        told = str(self.lane.view["now_ms"])
        self.wait(lambda: self.script("return document.documentElement.dataset.told") == told, "the view is drawn")

    def show(self, **view):
        """Shows another screen or verdict; waits until the lane was told that it is on the glass."""
        self.lane.forget()
        self.news(**view)
        self.wait_screen(view.get("screen", "READY"))
        if view.get("screen") == "VERDICT":
            while self.lane.expect("PAINTED") != ("PAINTED", view["seq"], "open"):
                pass

    def picture(self, name):
        self.script("return document.fonts.ready.then(() => true)")
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"optimizeForSpeed": True})
        (self.screenshots / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def picture_in_both_languages(self, name):
        """Pictures NAME (Indonesian) and NAME-en, both readable; it is Indonesian again afterwards."""
        for language, other, suffix in (("id", "en", ""), ("en", "id", "-en")):
            assert self.language() == language
            self.assert_readable()
            self.picture(name + suffix)
            self.press(Keys.F2)
            self.wait(lambda: self.language() == other, f"the page in {other}")

    def language(self):
        return self.script("return document.documentElement.lang")

    def assert_readable(self):
        """What every screen owes every eye."""
        wrong = {"contrast": self.script(CONTRAST_JS, 7), "overflow": self.script(OVERFLOW_JS),
                 "small": self.script(SMALL_JS), "overlap": self.script(OVERLAP_JS)}
        assert not any(wrong.values()), wrong

    def assert_clean(self):
        missing = self.driver.execute_async_script(
            "const done = arguments[0]; import('/words.js').then((words) => done([...words.missing]))")
        assert missing == []
        log = [entry["message"] for entry in self.driver.get_log("browser")]
        assert [line for line in log if not any(allowed in line for allowed in self.allowed_log)] == []

    # ── acting ──

    def press(self, *keys):
        actions = ActionChains(self.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def hold(self, key):
        ActionChains(self.driver).key_down(key).perform()

    def release(self, key):
        ActionChains(self.driver).key_up(key).perform()

    def click(self, selector):
        self.wait(lambda: self.css(selector), f"{selector} is there")
        self.css(selector)[0].click()
