"""What the officer does reaches the lane, exactly, for the entry that is on the screen."""

import itertools

import pytest
from selenium.webdriver.common.keys import Keys

import people

NEUTRAL_MS = 150  # between two verdicts the glass is neutral for so long
CONTEXT = ("CONTEXT", "DEPARTURE", "SEA", "KM CONTOH 12", "MYS", "NONE", "NONE")

# what the page shows, the key, what the lane must be told
KEYS = [
    ("key 1 clears a match", people.clear(), "1", ("ACTION", 412, "CLEARED", "OFFICER", "", "")),
    ("key 3 refers a match", people.clear(), "3", ("ACTION", 412, "SECONDARY", "OFFICER", "", "")),
    ("key 3 says referred", people.refer(), "3", ("ACTION", 413, "SECONDARY", "OFFICER", "", "")),
    ("key 1 logs who is no worker", people.tourist(), "1", ("ACTION", 416, "LOGGED_ONLY", "OFFICER", "", "")),
    ("key 1 logs a return", people.coming_back(), "1", ("ACTION", 417, "RETURN_LOGGED", "OFFICER", "", "")),
    ("key 3 refers a return", people.coming_back(), "3", ("ACTION", 417, "RETURN_REFERRED", "OFFICER", "", "")),
]


@pytest.mark.parametrize("says, view, key, action", KEYS, ids=[row[0] for row in KEYS])
def test_a_key_records_one_decision_for_the_shown_entry(page, says, view, key, action):
    page.show(**view)
    page.press(key)
    assert page.lane.expect("ACTION") == action


def test_the_soft_keys_do_what_the_keyboard_does(page):
    page.show(**people.clear())
    page.click("#key-1")
    assert page.lane.expect("ACTION") == ("ACTION", 412, "CLEARED", "OFFICER", "", "")


def test_news_does_not_replace_a_key_under_the_finger(page):
    page.show(**people.clear())
    page.script("document.getElementById('key-1').marked = true")
    page.news(**people.clear(unsent=7))
    assert page.script("return document.getElementById('key-1').marked")
    page.click("#key-1")
    assert page.lane.expect("ACTION") == ("ACTION", 412, "CLEARED", "OFFICER", "", "")


def test_a_key_that_looks_the_same_does_what_it_now_says(page):
    page.show(**people.clear(seq=442))
    page.show(**people.coming_back(seq=443))
    page.click("#key-3")
    assert page.lane.expect("ACTION") == ("ACTION", 443, "RETURN_REFERRED", "OFFICER", "", "")


def test_pressing_twice_records_once(page):
    page.show(**people.clear())
    page.press("1", "1", "3", "1")
    page.lane.expect("ACTION")
    page.news()
    assert [message for message in page.lane.received if message[0] == "ACTION"] == []


def test_locked_keys_send_nothing(page):
    page.show(**people.stop())
    page.press("1", "2", "5")
    page.news(**people.refer())
    page.wait_text("word", "RUJUK")
    page.press("1", "2")
    page.news()
    assert [message for message in page.lane.received if message[0] == "ACTION"] == []


def test_a_new_verdict_is_an_event_even_when_it_is_the_same(page):
    page.show(**people.clear(seq=440))
    page.script("""
        window.screens = [];
        window.waits = [];
        const wait = window.setTimeout;
        window.setTimeout = (then, ms) => { window.waits.push(Math.round(ms)); return wait(then, ms); };
        new MutationObserver(() => window.screens.push(document.documentElement.dataset.screen))
            .observe(document.documentElement, {attributes: true, attributeFilter: ["data-screen"]});""")
    page.show(**people.clear(seq=441))
    page.wait_text("seq", "#0441")
    screens = [screen for screen, _ in itertools.groupby(page.script("return window.screens"))]
    assert screens[-2:] == ["READING", "VERDICT"]
    assert NEUTRAL_MS in page.script("return window.waits")


def test_a_reload_shows_the_same_verdict_and_says_so_again(page):
    page.show(**people.stop())
    page.lane.forget()
    page.driver.refresh()
    page.wait_text("word", "TUNDA")
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "open")


def test_decisions_off_the_keys_take_a_note(page):
    page.show(**people.clear())
    page.press("5")
    page.wait(lambda: len(page.css("#decisions .choice")) == 2, "the choices")
    page.press("1")
    page.wait(lambda: "wajib" in page.css(".field span")[0].text, "a note is asked for")
    page.press(Keys.ENTER)
    page.css("#note")[0].send_keys("Surat cuti diperlihatkan")
    page.assert_readable()
    page.picture("more-decisions")
    page.press(Keys.ENTER)
    assert page.lane.expect("ACTION") == ("ACTION", 412, "CLEARED_NOTE", "OFFICER", "", "Surat cuti diperlihatkan")


def test_withdrawn_needs_no_note(page):
    page.show(**people.refer())
    page.click("#more")
    page.click("[data-decision=WITHDRAWN]")
    page.press(Keys.ENTER)
    assert page.lane.expect("ACTION") == ("ACTION", 413, "WITHDRAWN", "OFFICER", "", "")


def test_the_supervisor_decides_with_number_and_note(page):
    page.show(**people.stop())
    page.press("4")
    page.wait(lambda: len(page.css("#decisions .choice")) == 6, "the choices")
    assert "belum diminta" in page.text("auth")
    page.click("[data-decision=DEFERRED]")
    page.press(Keys.ENTER)
    page.css("#supervisor-id")[0].send_keys("S-0007")
    page.press(Keys.ENTER)
    page.css("#note")[0].send_keys("Menunggu BP3MI")
    page.assert_readable()
    page.picture("supervisor")
    page.press(Keys.ENTER)
    assert page.lane.expect("ACTION") == ("ACTION", 414, "DEFERRED", "SUPERVISOR", "S-0007", "Menunggu BP3MI")
    assert [message for message in page.lane.received if message[0] == "ACTION"] == []


def test_the_pages_own_keyboard_types(page):
    page.show(**people.stop())
    page.press("4")
    page.click("[data-decision=SECONDARY]")
    page.wait(lambda: page.css(".kb button"), "the keyboard")
    for letter in "S7":
        next(key for key in page.css(".kb button") if key.text == letter).click()
    next(key for key in page.css(".kb button") if key.text == "⌫").click()
    next(key for key in page.css(".kb button") if key.text == "9").click()
    page.click("#dialog .key.pri")
    assert page.lane.expect("ACTION") == ("ACTION", 414, "SECONDARY", "SUPERVISOR", "S9", "")


def test_a_panel_closes_when_its_entry_is_gone(page):
    page.show(**people.stop(seq=450))
    page.press("4")
    page.wait(lambda: page.css("#decisions"), "the panel")
    page.show(**people.clear(seq=451))
    assert not page.css("#decisions")


REFUSALS = [
    ("STALE", "Tidak dicatat: #0412 sudah tidak terbuka. Lihat layar, lalu putuskan lagi."),
    ("NOT_ALLOWED", "Tidak dicatat: keputusan itu tidak diizinkan untuk #0412."),
    ("NEEDS_NOTE", "Tidak dicatat: keputusan itu perlu catatan."),
    ("BUSY", "Sedang menyimpan. Tekan lagi sebentar lagi."),
    ("STORAGE", "Tidak dicatat: penyimpanan bermasalah."),
    ("INVALID", "Tidak dicatat: permintaan tidak dipahami."),
    ("SAME_OFFICER", "Tidak dicatat: supervisor harus petugas lain."),
]


@pytest.mark.parametrize("why, says", REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refused_action_says_why_and_may_be_tried_again(page, why, says):
    page.show(**people.clear())
    page.press("1")
    page.lane.expect("ACTION")
    page.lane.refuse(412, why)
    page.wait_text("toast", says)
    page.assert_readable()
    page.picture(f"refused-{why.lower()}")
    page.press("1")
    assert page.lane.expect("ACTION")[1] == 412


def test_a_refusal_is_gone_with_what_it_was_about(page):
    page.show(**people.clear())
    page.lane.refuse(412, "STALE")
    page.wait(lambda: page.text("toast"), "the refusal")
    page.press(Keys.F2)
    page.wait_text("toast", "Not recorded: #0412 is no longer open. Look at the screen, then decide again.")
    page.assert_readable()
    page.press(Keys.F2)
    page.show(**people.refer())
    assert page.text("toast") == ""


def test_a_refused_supervisor_loses_nothing_that_was_typed(page):
    page.show(**people.stop())
    page.press("4")
    page.wait(lambda: page.css("#decisions .choice"), "the choices")
    assert page.css("#decisions .choice")[0].get_attribute("data-decision") == "DEFERRED"
    assert page.text("cause") == "S-16 · Penempatan tidak berlaku"
    page.press("1")
    page.css("#supervisor-id")[0].send_keys("P-0001")
    page.css("#note")[0].send_keys("Menunggu BP3MI")
    page.press(Keys.ENTER)
    assert page.lane.expect("ACTION")[1:] == (414, "DEFERRED", "SUPERVISOR", "P-0001", "Menunggu BP3MI")
    page.lane.refuse(414, "SAME_OFFICER")
    page.wait_text("toast", "Tidak dicatat: supervisor harus petugas lain.")
    page.assert_readable()
    page.picture("supervisor-same-officer")
    number = page.css("#supervisor-id")[0]
    number.clear()
    number.send_keys("S-0007")
    page.press(Keys.ENTER)
    assert page.lane.expect("ACTION")[1:] == (414, "DEFERRED", "SUPERVISOR", "S-0007", "Menunggu BP3MI")


def test_another_language_keeps_what_was_typed(page):
    page.show(**people.stop(undecided_seq=399, **people.OFFLINE))
    page.press("4", "1")
    page.wait(lambda: page.css("#note"), "the panel")
    page.css("#note")[0].send_keys("Menunggu BP3MI")
    page.press(Keys.F2)
    page.wait(lambda: "Note (required)" in page.text("dialog"), "English")
    assert page.css("#note")[0].get_attribute("value") == "Menunggu BP3MI"
    rows = [row.rect for row in page.css(".kb div")]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in zip(rows, rows[1:]))
    assert min(key.rect["height"] for key in page.css(".kb button")) >= 28
    page.assert_readable()
    page.picture("supervisor-offline-en")
    page.press(Keys.F2)


def test_a_live_stop_without_logins_names_the_manual_procedure(page):
    page.show(**people.stop(mode="LIVE", allowed_supervisor=[]))
    page.press("4")
    page.news(**people.stop(mode="LIVE", allowed_supervisor=[]))
    assert not page.css("#decisions")
    assert "prosedur manual" in page.css(".steps")[0].text


def test_a_reload_does_not_repeat_an_old_refusal(page):
    page.show(**people.clear())
    page.lane.refuse(412, "STALE")
    page.wait(lambda: page.text("toast"), "the refusal")
    page.driver.refresh()
    page.wait_text("word", "SESUAI")
    assert page.text("toast") == ""


def test_one_key_names_the_category(page):
    page.show(**people.unknown())
    assert [key.text.split("\n")[0] for key in page.css(".cat")] == list("QWERTYUIOP")
    page.press("q")
    assert page.lane.expect("CONTEXT") == (*CONTEXT[:5], "TOUR", "TOUR")
    page.click("[data-category=FAMILY]")
    assert page.lane.expect("CONTEXT") == (*CONTEXT[:5], "FAMILY", "FAMILY")


def test_category_keys_do_nothing_where_nobody_asks(page):
    page.show(**people.clear())
    page.press("q", "w")
    page.news()
    page.press("q")
    page.news(counts=(412, 398, 12, 1))
    assert [message for message in page.lane.received if message[0] == "CONTEXT"] == []


def test_direction_turns_on_one_key(page):
    page.press("b")
    assert page.lane.expect("CONTEXT") == ("CONTEXT", "RETURN", *CONTEXT[2:])
    page.show(direction="RETURN")
    page.wait_text("direction", "ArahPulangB")
    page.click("#direction")
    assert page.lane.expect("CONTEXT") == CONTEXT


def test_the_journey_is_set_once_per_sailing(page):
    page.press("v")
    page.wait(lambda: page.css("#carrier"), "the panel")
    page.click("[data-carrier=AIR]")
    number = page.css("#carrier-no")[0]
    number.clear()
    number.send_keys("ga 832")
    page.css("#dest-find")[0].send_keys("jep")
    page.wait(lambda: page.css("[data-country=JPN]"), "Japan")
    page.press(Keys.ENTER)
    page.wait(lambda: page.css("[data-country=JPN][aria-pressed=true]"), "Japan is taken")
    assert len(page.css("#dest .choice")) == 6
    page.css("#dest-find")[0].send_keys("xyz")
    page.press(Keys.ENTER)
    page.wait_text("dest-label", "Tidak ada negara dengan nama itu")
    page.css("#dest-find")[0].send_keys(Keys.BACKSPACE * 3)
    page.assert_readable()
    page.picture("journey")
    page.click("#dialog .key.pri")
    assert page.lane.expect("CONTEXT") == ("CONTEXT", "DEPARTURE", "AIR", "GA 832", "JPN", "NONE", "NONE")


def test_what_is_said_and_what_is_judged_are_kept_apart(page):
    page.show(**people.unknown())
    page.press("k")
    page.wait(lambda: page.css("#choose-purpose"), "the panel")
    page.click("#choose-purpose [data-name=TOUR]")
    page.click("#choose-category [data-name=WORK]")
    page.assert_readable()
    page.picture("traveller")
    page.press(Keys.ENTER)
    assert page.lane.expect("CONTEXT") == (*CONTEXT[:5], "TOUR", "WORK")


def test_before_a_traveller_the_direction_is_the_sailings(page):
    page.press("k")
    page.wait(lambda: page.css("#choose-purpose"), "the panel")
    assert not page.css("#choose-direction")
    page.press(Keys.ESCAPE)
    page.show(**people.clear())
    page.press("k")
    page.wait(lambda: page.css("#choose-direction"), "the panel")
    assert "hanya untuk pelintas ini" in page.css("#dialog h1")[0].text


def test_escape_leaves_everything_as_it_was(page):
    page.press("v")
    page.wait(lambda: page.css("#carrier"), "the panel")
    page.click("[data-carrier=AIR]")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.css("#carrier"), "closed")
    page.news()
    assert [message for message in page.lane.received if message[0] == "CONTEXT"] == []


def test_help_lists_the_keys(page):
    page.press("4")
    page.wait(lambda: page.css(".helps"), "the help")
    page.assert_readable()
    page.picture("help")
    page.press(Keys.ESCAPE)


def test_help_makes_room_for_what_was_scanned(page):
    page.press("4")
    page.wait(lambda: page.css(".helps"), "the help")
    page.show(screen="UNREADABLE", garbage=True)
    page.wait(lambda: not page.css(".helps"), "closed")
    page.press("4")
    page.news(screen="UNREADABLE", garbage=True)
    assert page.css(".helps")
    page.press(Keys.ESCAPE)


def test_dismissing_goes_back_to_ready(page):
    page.show(screen="UNREADABLE", garbage=True)
    page.press("1")
    assert page.lane.expect("DISMISS") == ("DISMISS",)
