"""Reasons: each code has words in both languages for whatever facts it comes with, and however many
there are, every one of them can be read."""

import functools

import pytest
from selenium.webdriver.common.keys import Keys

import people
import reasons


@pytest.fixture
def page(glass):
    return glass

SENSITIVE = ["R070", "R071", "R072", "R074", "R075"]
TABLE = reasons.table()
RESULTS = {"RED": people.stop, "AMBER": people.refer, "GREEN": people.clear}


def test_every_code_a_rule_may_give_has_a_row_here():
    assert len(TABLE) > 40 and {"R001", "R093"} <= set(TABLE)
    by_rule = {code for code, (_, origin, *_) in TABLE.items() if origin != "OFFICER"}
    assert {row[0] for row in reasons.SAID} == by_rule


def test_the_page_has_the_words_of_every_code(page):
    served = page.driver.execute_async_script(
        "const done = arguments[0]; fetch('/reasons.json').then((answer) => answer.json()).then(done)")
    assert {code: (words["id"], words["en"]) for code, words in served.items()} == {
        code: (id_words, en_words) for code, (*_, id_words, en_words) in TABLE.items()}


def test_every_part_of_ours_that_may_fail_has_a_row_here():
    parts = reasons.failing_parts()
    assert len(parts) > 3 and parts == {found for code, found, *_ in reasons.SAID if code == "R093"}


def first_item(page):
    """What the first reason says: its words, and the line below."""
    return page.script("const item = document.querySelector('.why li > span');"
                       "return [item.firstChild.data, item.querySelector('small')?.textContent ?? '']")


def told(page, view):
    """The first reason of a verdict; key 3 is held on a stop, key D where the reason is sensitive."""
    page.news(**view)
    key = "3" if view["result"] == "TUNDA" else "d" if page.css("#details") else None
    if key:
        page.hold(key)
    page.wait(lambda: page.css(".why li"), "the reasons")
    try:
        return first_item(page)
    finally:
        if key:
            page.release(key)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_reason_says_its_facts(page, language):
    if language == "en":
        page.press(Keys.F2)
    for at, (code, found, expected, *words) in enumerate(reasons.SAID):
        colour, titles = TABLE[code][0], reasons.titles(code, found)
        at_language = ["id", "en"].index(language)
        seq = 700 + at
        view = RESULTS[colour](seq=seq, reasons=[(code, colour, found, expected)], placement=None)
        page.news(**view)
        page.wait_text("seq", f"#{seq:04}")
        assert told(page, view) == [titles[at_language], words[at_language]], code
        page.assert_readable()
    if language == "en":
        page.press(Keys.F2)


PICTURES = [
    ("sesuai-exempt", people.clear, ["R001", "R052"]),
    ("rujuk-documents", people.refer, ["R025", "R061", "R063"]),
    ("rujuk-company", people.refer, ["R040", "R042"]),
    ("rujuk-place", people.refer, ["R014", "R017", "R018"]),
    ("rujuk-sensitive", people.refer, ["R070", "R074", "R075"]),
    ("tunda-lost", people.stop, ["R023"]),
    ("tunda-moratorium", people.stop, ["R050", "R041", "R062"]),
    ("tunda-again", people.stop, ["R071", "R070", "R072"]),
]


@pytest.mark.parametrize("name, person, codes", PICTURES, ids=[row[0] for row in PICTURES])
def test_reasons_together_can_be_read_and_are_pictured(page, name, person, codes):
    rows = [next(row for row in reasons.SAID if row[0] == code) for code in codes]
    page.show(**person(seq=760, reasons=reasons.worst_first(rows)))
    page.assert_readable()
    page.picture(name)
    key = "3" if person is people.stop else "d" if page.css("#details") else None
    if key:
        page.hold(key)
        page.wait(lambda: page.css(".told .why li"), "details")
        page.assert_readable()
        page.picture(f"{name}-details")
        page.release(key)
    page.press(Keys.F2)
    page.assert_readable()
    page.picture(f"{name}-en")
    page.press(Keys.F2)


def shown(page):
    return [item.get_attribute("data-code") for item in page.css("#dialog .why li") if item.is_displayed()]


@pytest.mark.parametrize("language, banners", [("id", {}), ("en", {}), ("id", dict(people.OFFLINE, undecided_seq=399))],
                         ids=["id", "en", "id-banners"])
def test_thirty_six_reasons_can_all_be_read(page, language, banners):
    rows = [row for row in reasons.SAID if TABLE[row[0]][0] != "GREEN"][:36]
    said = reasons.worst_first(rows)
    assert len(said) == 36
    if language == "en":
        page.press(Keys.F2)
    page.show(**people.refer(seq=770, reasons=said, **banners))
    page.assert_readable()
    page.picture(f"reasons-36-{language}{'-banners' if banners else ''}")
    page.press("l")
    page.wait(lambda: shown(page), "the panel")
    read = []
    for at in range(36):
        if not banners:
            page.picture(f"reasons-36-{language}-page-{at + 1}")
        page.assert_readable()
        codes = shown(page)
        assert codes
        read += codes
        if len(read) == 36:
            break
        page.press(Keys.ENTER)
        page.wait(lambda: shown(page) != codes, "the next page")
    assert read == [reason[0] for reason in said]
    page.lane.press(1)
    page.wait(lambda: shown(page) == read[:len(shown(page))], "the first page again")
    page.press(Keys.F2)
    page.wait(lambda: page.css("#dialog .why li"), "the same panel in the other language")
    page.assert_readable()
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.css("#dialog .why li"), "closed")
    if language == "id":
        page.press(Keys.F2)


@pytest.mark.parametrize("name, person, key, without", [
    ("ask", people.refer, "d", ""), ("refer", people.refer, "d", "R010"), ("stop", people.stop, "3", ""),
    ("return", functools.partial(people.refer, direction="RETURN"), "d", "")])
def test_details_of_many_reasons_fit_under_every_banner(page, name, person, key, without):
    rows = [row for row in reasons.SAID if TABLE[row[0]][0] != "GREEN" and row[0] != without][:36]
    page.show(**person(seq=775, reasons=reasons.worst_first(rows), undecided_seq=399, **people.OFFLINE))
    page.hold(key)
    page.wait(lambda: page.css(".told .why li"), "details")
    page.picture(f"details-many-{name}")
    page.assert_readable()
    bottom = "return document.querySelector(arguments[0])?.getBoundingClientRect().bottom ?? 0"
    assert page.script(bottom, ".seq") <= page.script(bottom, ".hero")
    page.release(key)
    page.wait(lambda: not page.css(".told"), "details gone")


@pytest.mark.parametrize("code", SENSITIVE)
def test_a_delicate_reason_is_told_only_while_its_key_is_held(page, code):
    _, found, expected, told_id, _ = next(row for row in reasons.SAID if row[0] == code)
    page.show(**people.refer(seq=780, reasons=[(code, "AMBER", found, expected)]))
    assert first_item(page) == ["Perlu konfirmasi BP3MI", ""]
    page.hold("d")
    page.wait(lambda: first_item(page) == [TABLE[code][2], told_id], "the details")
    page.release("d")
    page.wait(lambda: first_item(page) == ["Perlu konfirmasi BP3MI", ""], "neutral words again")


def test_the_glass_tells_a_delicate_reason_while_it_is_pressed(page):
    from selenium.webdriver.common.action_chains import ActionChains
    page.show(**people.refer(seq=781, reasons=[("R070", "AMBER", "2026-11-20", "TPI-BATAM-CENTRE")]))
    ActionChains(page.driver).click_and_hold(page.css("#details")[0]).perform()
    page.wait(lambda: first_item(page)[0] == "Pernah ditunda", "the details")
    ActionChains(page.driver).release().perform()
    page.wait(lambda: first_item(page)[0] == "Perlu konfirmasi BP3MI", "neutral words again")


def test_where_nothing_is_delicate_no_key_offers_more(page):
    page.show(**people.refer(seq=782))
    assert not page.css("#details")
    page.press("d")
    page.news(**people.refer(seq=782))
    assert not page.css(".told")
