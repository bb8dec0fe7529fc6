"""The last record is taken back: where that is offered, what is asked, what the lane is told, what is said."""

import pytest
from selenium.webdriver.common.keys import Keys

import people
from fake_lane import VOID_REASONS

MS = 1795246620000  # 21 Nov 2026 14.37 WIB
OFFICERS = (415, 413, MS, "CLEARED", "OFFICER", "X0000012")
SUPERVISORS = (417, 416, MS, "DEFERRED", "SUPERVISOR", "X0000037")
CROWDED = dict(mode="TRAINING", undecided_seq=399, online=False, unsent=1234, direction="RETURN", notices=["CACHE_DAMAGED"])


def recorded(voidable=OFFICERS, **changes):
    return people.clear(seq=413, screen="RECORDED", decision="CLEARED", decided_seq=415, voidable=voidable, **changes)


def open_panel(page, **view):
    page.show(**view)
    page.press("x")
    page.wait(lambda: page.css("#void-reasons"), "the panel")


def test_it_is_offered_where_it_was_recorded_and_on_the_ready_screen_after(page):
    page.show(**recorded())
    page.wait(lambda: page.text("void") == "Batalkan #0413X", "the small key")
    page.picture_in_both_languages("void-recorded")
    page.press("3")
    assert not page.css("#void-reasons")  # who presses the key of a referral twice means nothing by it
    page.press("x")
    page.wait(lambda: page.css("#void-reasons"), "the panel")
    page.show(voidable=OFFICERS)
    assert page.css("#void-reasons")  # the screen's four seconds are over, the panel stays
    page.press(Keys.ESCAPE)
    page.wait(lambda: page.text("void") == "Batalkan #0413X", "the small key")
    page.picture_in_both_languages("void-ready")
    page.click("#void")
    page.wait(lambda: page.css("#void-reasons"), "the panel")
    page.press(Keys.ESCAPE)
    page.news()
    assert not page.css("#void")
    page.press("x")
    page.news()
    assert not page.css("#void-reasons")


@pytest.mark.parametrize("number, reason", enumerate(VOID_REASONS[1:], 1))
def test_an_officer_chooses_why_and_then_takes_it_back(page, number, reason):
    open_panel(page, voidable=OFFICERS)
    page.press(Keys.ENTER)  # nothing chosen yet
    page.wait(lambda: "pilih alasan" in page.css("#dialog .foot .key")[0].text, "what is missing")
    page.press(str(number))
    page.wait(lambda: page.css(f"[data-reason={reason}][aria-pressed=true]"), reason)
    page.picture_in_both_languages(f"void-{reason.lower().replace('_', '-')}")
    page.press(Keys.ENTER, Keys.ENTER)
    assert page.lane.expect("VOID") == ("VOID", 415, reason, "OFFICER", "")
    page.lane.forget()
    page.show(**people.clear(seq=413, screen="VOIDED", decision="CLEARED", decided_seq=415))
    assert not page.css("#void-reasons")
    assert page.text("title") == "DIBATALKAN #0413"
    assert not [message for message in page.lane.received if message[0] == "VOID"]


def test_what_a_supervisor_decided_takes_one(page):
    open_panel(page, voidable=SUPERVISORS)
    page.press("2")
    page.wait(lambda: "isi nomor supervisor" in page.css("#dialog .foot .key")[0].text, "what is missing")
    page.press(*"S-0007")
    page.picture_in_both_languages("void-supervisor")
    page.press(Keys.ENTER)
    assert page.lane.expect("VOID") == ("VOID", 417, "WRONG_DECISION", "SUPERVISOR", "S-0007")


def test_it_is_said_when_it_is_done(page):
    page.show(**people.clear(seq=413, screen="VOIDED", decision="CLEARED", decided_seq=415))
    page.wait_text("title", "DIBATALKAN #0413")
    page.picture_in_both_languages("voided")
    page.press("1")
    assert page.lane.expect("DISMISS") == ("DISMISS",)


def test_a_crowd_leaves_room_for_it(page):
    page.show(voidable=SUPERVISORS, **CROWDED)
    page.picture_in_both_languages("void-crowded-ready")
    page.press("x", "1")
    page.wait(lambda: page.css("[data-reason][aria-pressed=true]"), "the panel")
    page.picture_in_both_languages("void-crowded")
    page.press(Keys.ESCAPE)
    page.show(**people.clear(seq=413, screen="VOIDED", decision="REFUSED_EXIT", decided_seq=415, **{**CROWDED, "notices": []}))
    page.picture_in_both_languages("voided-crowded")


@pytest.mark.parametrize("why", ["STALE", "NOT_ALLOWED", "SAME_OFFICER", "BUSY", "STORAGE"])
def test_a_refusal_is_told_in_the_panel_and_it_can_be_tried_again(page, why):
    open_panel(page, voidable=OFFICERS)
    page.press("1", Keys.ENTER)
    page.lane.expect("VOID")
    page.lane.refuse(415, why)
    page.wait(lambda: "refused" in page.css("#void-says")[0].get_attribute("class"), why)
    page.assert_readable()
    page.news()  # nothing can be taken back by now: what was refused stays to be read, in both languages
    page.press(Keys.F2)
    page.wait(lambda: page.language() == "en" and "refused" in page.css("#void-says")[0].get_attribute("class"), "in English")
    page.press(Keys.F2)
    page.wait(lambda: page.language() == "id", "in Indonesian")
    page.press(Keys.ENTER)
    assert page.lane.expect("VOID")[1] == 415


def test_the_next_traveller_takes_the_glass(page):
    open_panel(page, voidable=OFFICERS)
    page.show(**people.refer(seq=470))
    assert not page.css("#void-reasons")
    page.press("x")
    page.news(**people.refer(seq=470))
    assert not page.css("#void-reasons")
