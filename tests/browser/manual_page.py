"""The officer's form as tests use it: typed on a keyboard, or on the keys of the glass."""

from selenium.webdriver.common.keys import Keys

FIELDS = ["type", "country", "nationality", "number", "number_check", "expiry", "name", "sex", "birth", "nik"]
SITI = dict(type="P", number="X0000012", number_check="4", country="IDN", nationality="IDN", name="SITI RAHMAWATI",
            sex="F", birth="1996-03-14", expiry="2031-09-02", nik="")

# Texts of the form that are wider than their place (an input scrolls, a label must not).
UNCUT_JS = """
return [...document.querySelectorAll("#typed label, #typed button.value, #pad button, #note, #dialog .key span")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 8)
  .map((e) => e.textContent);
"""
SMALL_TARGETS_JS = """
return [...document.querySelectorAll("#pad button, #dialog .foot button:not(.none)")]
  .map((e) => [e.textContent, e.offsetWidth, e.offsetHeight]).filter(([, w, h]) => w < 96 || h < 95);
"""
# Everything a page could keep, and what the glass shows.
KEPT_JS = """
return [document.body.textContent, [...document.querySelectorAll("input")].map((i) => i.value).join(), location.href,
  document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.title, history.length].join("|");
"""


def open_form(page, key="3"):
    page.press(key)
    page.wait(lambda: page.css("#typed"), "the form")


def is_open(page):
    return bool(page.css("#typed"))


def value(page, field):
    return page.script("const e = document.getElementById(`f-${arguments[0]}`); return e.value || e.textContent", field)


def placeholder(page, field):
    return page.script("return document.getElementById(`f-${arguments[0]}`).placeholder", field)


def says(page, field):
    return page.text(f"says-{field}")


def at(page):
    return page.script("return document.activeElement.id.replace('f-', '')")


def fill(page, **texts):
    """By keyboard; dates as the form shows them, choices by the digit of their key."""
    for field, text in texts.items():
        page.script("const e = document.getElementById(`f-${arguments[0]}`); e.focus(); e.select?.()", field)
        page.press(*([] if field in ("type", "sex") else [Keys.BACKSPACE]), *text)


def fill_siti(page):
    fill(page, number="X0000012", number_check="4", name="Siti Rahmawati", sex="1", birth="14031996", expiry="02092031")
    page.wait(lambda: page.css("#dialog .key.pri"), "key 1 is there to press")


# The key of the glass that shows a text, or is called so.
KEY_JS = """
return [...document.querySelectorAll("#pad button")]
  .find((key) => [key.innerText, key.dataset.key].includes(arguments[0]));
"""


def touch(page, *labels):
    """On the keys of the glass, by what stands on them."""
    for label in labels:
        page.wait(lambda: page.script(KEY_JS, label), f"a key {label}").click()
