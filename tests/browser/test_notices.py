"""What the kiosk has to tell about itself: said on every screen, in the way of none."""

import pytest
from selenium.webdriver.common.keys import Keys

import people
from fake_lane import NOTICES

CODES = {"SPACE_FULL": "E-STO-03", "SPACE_LITTLE": "E-STO-03", "SCAN_AGAIN": "E-JRN-02", "STORAGE_NOT_DURABLE": "E-STO-02", "CLOCK_UNKNOWN": "E-JAM-01",
         "JOURNAL_DAMAGED": "E-JRN-02", "ENTRY_UNREADABLE": "E-JRN-01", "WAL_REMOVED": "E-JRN-03",
         "NEW_EPOCH": "E-JRN-04", "CACHE_DAMAGED": "E-DAT-01", "SYNC_DAMAGED": "E-SND-01",
         "SCANNER_QUIET": "E-SCN-04", "BUTTON_STUCK": "E-BTN-01"}
CROWDED = dict(mode="TRAINING", undecided_seq=399, online=False, unsent=1234, direction="RETURN")


def shown_notices(page):
    """Those whose words stand whole above the panel's foot."""
    foot = page.css("#dialog .foot")[0].rect
    items = [item for item in page.css(".notices li") if item.is_displayed()]
    assert all(item.rect["y"] + item.rect["height"] <= foot["y"] for item in items)
    return [item.get_attribute("data-notice") for item in items]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_says_what_to_do_where_nobody_is_served(page, notice):
    page.show(notices=[notice], clock_quality=0 if notice == "CLOCK_UNKNOWN" else 3)
    quiet = notice == "SCANNER_QUIET"  # of which the whole screen speaks
    page.wait(lambda: CODES[notice] in page.text("screen" if quiet else "notice"), "the code for the technician")
    assert page.text("title") == ("Pemindai diam" if quiet else "SIAP")
    page.picture_in_both_languages(f"notice-{notice.lower().replace('_', '-')}")
    page.press("n")
    page.wait(lambda: page.css(f".notices [data-notice={notice}]"), "the panel")
    page.picture_in_both_languages(f"notices-{notice.lower().replace('_', '-')}")
    page.press(Keys.ESCAPE)


CROWDS = [
    ("crowd-ready", dict(), "Pemindai diam"),
    ("crowd-ready-no-scanner", dict(scanner_ok=False, panel_ok=False), "Pemindai terputus"),
]


@pytest.mark.parametrize("name, view, title", CROWDS, ids=[row[0] for row in CROWDS])
def test_all_notices_at_once_leave_room_for_the_work(page, name, view, title):
    page.show(notices=NOTICES, clock_quality=0, **CROWDED, **view)
    page.wait_text("title", title)
    assert f"+ {len(NOTICES) - 2} lainnya" in page.text("notice")
    page.picture_in_both_languages(f"notices-{name}")
    page.click("#notice")
    page.wait(lambda: len(page.css(".notices li")) == len(NOTICES), "all of them")
    page.picture_in_both_languages(f"notices-{name}-panel")
    told = []
    while (items := shown_notices(page))[0] not in told:
        told += items
        page.press("1")
        page.wait(lambda: shown_notices(page) != items, "the next page")
    assert told == NOTICES
    page.press(Keys.ESCAPE)


VERDICTS = [("clear", people.clear(seq=460)), ("refer", people.refer(seq=461)), ("stop", people.stop(seq=462))]


@pytest.mark.parametrize("name, view", VERDICTS, ids=[row[0] for row in VERDICTS])
def test_over_a_verdict_a_notice_is_a_chip_and_no_more(page, name, view):
    page.show(**view)
    word = page.css("#word")[0].rect
    page.news(**view, notices=["JOURNAL_DAMAGED", "NEW_EPOCH"])
    assert page.css("#word")[0].rect == word
    assert page.css("#chip-notice") and not page.css("#notice")
    page.picture_in_both_languages(f"notice-over-{name}")


def test_a_notice_that_ends_leaves_the_screen_and_the_panel(page):
    page.show(notices=["CACHE_DAMAGED", "SYNC_DAMAGED"])
    page.click("#chip-notice")
    page.wait(lambda: len(page.css(".notices li")) == 2, "both")
    page.news(notices=["SYNC_DAMAGED"])
    assert [item.get_attribute("data-notice") for item in page.css(".notices li")] == ["SYNC_DAMAGED"]
    page.news()
    assert not page.css(".notices") and not page.css("#chip-notice") and not page.css("#notice")


def test_without_a_notice_the_key_does_nothing(page):
    page.press("n")
    page.news()
    assert not page.css(".notices")
