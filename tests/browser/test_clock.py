"""A supervisor sets the clock: what is typed, what is shown before it counts, what the lane is told."""

import pytest
from selenium.webdriver.common.keys import Keys

import people

MINUTE_MS = 60_000
NOON_MS = 1795327200_000 // (24 * 3600 * 1000) * 24 * 3600 * 1000 + 5 * 3600 * 1000  # 22 Nov 2026 12.00 WIB
LOST_MS = 3 * MINUTE_MS  # 1 Jan 1970 07.03 WIB
LOST = dict(clock_quality=0, may_set=True, notices=["CLOCK_UNKNOWN"], now_ms=LOST_MS, likely_ms=NOON_MS,
            data_as_of_ms=LOST_MS, earliest_ms=NOON_MS - 86400_000, latest_ms=NOON_MS + 5 * 366 * 86400_000)
CROWDED = dict(mode="TRAINING", undecided_seq=399, online=False, unsent=1234, direction="RETURN")


@pytest.fixture
def lost(page):
    """The lane's clock is lost: its heartbeats say so too."""
    page.lane.wall_ms = lambda: page.lane.view["now_ms"]
    yield page
    page.lane.wall_ms = None


def open_panel(page, **view):
    page.show(**{**LOST, **view})
    page.press("j")
    page.wait(lambda: page.css("#clock-time"), "the panel")


def fill(page, member, text):
    field = page.css(f"#clock-{member}")[0]
    field.send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, text)


def to_confirm(page, **view):
    open_panel(page, **view)
    page.css("#clock-time")[0].send_keys("14.37")
    page.press(Keys.ENTER)
    page.css("#clock-id")[0].send_keys("S-0007")
    page.press(Keys.ENTER)
    page.wait(lambda: page.css(".clock-change"), "the second thought")


def test_the_clock_is_set_with_the_keyboard_alone(lost):
    page = lost
    open_panel(page)
    assert page.css("#clock-day")[0].get_attribute("value") == "22 11 2026"
    assert page.text("clock-weekday") == "Minggu, 22 November 2026"
    assert page.text("clock-says").startswith("Jam alat: Kamis, 1 Januari 1970, 07.03 WIB")
    assert page.script("return document.activeElement.id") == "clock-time"
    page.picture_in_both_languages("clock")
    page.press(*"1437", Keys.ENTER)
    assert page.script("return document.activeElement.id") == "clock-id"
    page.press(*"S-0007", Keys.ENTER)
    page.wait(lambda: page.css(".clock-change"), "the second thought")
    assert page.text("new-day") == "Minggu, 22 November 2026" and page.text("new-time").startswith("14.37.")
    assert page.text("old-day") == "Kamis, 1 Januari 1970" and page.text("old-time").startswith("07.03.")
    assert page.text("clock-by").startswith("maju 20")
    assert [message for message in page.lane.received if message[0] == "CLOCK"] == []
    page.picture_in_both_languages("clock-sure")
    page.press(Keys.ENTER)
    _, old_ms, new_ms, role, officer = page.lane.expect("CLOCK")
    assert LOST_MS <= old_ms < LOST_MS + MINUTE_MS
    assert NOON_MS + 157 * MINUTE_MS <= new_ms < NOON_MS + 158 * MINUTE_MS
    assert (role, officer) == ("SUPERVISOR", "S-0007")
    page.press(Keys.ENTER)
    page.news(clock_quality=1, may_set=True, now_ms=new_ms)
    page.wait(lambda: not page.css(".clock-change"), "the panel closes once it is so")
    assert [message for message in page.lane.received if message[0] == "CLOCK"] == []
    assert page.text("chip-clock") == "Jam supervisor"
    page.picture_in_both_languages("clock-set")


def test_it_is_set_by_touch_from_the_notice(lost):
    page = lost
    page.show(**LOST)
    assert "tombol J" in page.text("notice")
    page.picture_in_both_languages("clock-lost")
    page.click("#notice")
    page.wait(lambda: page.css(".notices li"), "the notices")
    page.picture_in_both_languages("clock-notices")
    page.css("#dialog .foot .key")[3].click()
    page.wait(lambda: page.css("#clock-time"), "the panel")
    for digit in "0905":
        next(key for key in page.css(".kb button") if key.text == digit).click()
    page.click("#clock-id")
    for letter in "S7":
        next(key for key in page.css(".kb button") if key.text == letter).click()
    page.click("#dialog .foot .key")
    page.wait(lambda: page.css(".clock-change"), "the second thought")
    assert page.text("new-time").startswith("09.05.")
    page.css("#dialog .foot .key")[3].click()
    page.wait(lambda: page.css("#clock-time"), "back, to change it")
    assert page.css("#clock-time")[0].get_attribute("value") == "0905"
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.css("#clock-time"), "closed")


@pytest.mark.parametrize("where", ["#chip-clock", "button.clock"])
def test_it_is_reached_from_the_status_line(lost, where):
    page = lost
    page.show(**LOST)
    page.click(where)
    page.wait(lambda: page.css("#clock-time"), "the panel")


def test_in_a_crowd_nothing_is_cut(lost):
    page = lost
    open_panel(page, **CROWDED)
    page.picture_in_both_languages("clock-crowded")
    page.press(*"1437", Keys.ENTER, *"S-0007", Keys.ENTER)
    page.wait(lambda: page.css(".clock-change"), "the second thought")
    page.picture_in_both_languages("clock-crowded-sure")


TYPED = [
    ("a day of another calendar", "day", "31 11 2026", "tanggal tidak ada"),
    ("a leap day that is none", "day", "29 02 2027", "tanggal tidak ada"),
    ("half a day", "day", "22 11", "tanggal tidak ada"),
    ("the 25th hour", "time", "24.00", "isi jam"),
    ("the 61st minute", "time", "14.60", "isi jam"),
    ("letters", "time", "dua", "isi jam"),
    ("no time yet", "time", "", "isi jam"),
]


@pytest.mark.parametrize("says, member, text, missing", TYPED, ids=[row[0] for row in TYPED])
def test_what_is_no_time_goes_no_further(lost, says, member, text, missing):
    page = lost
    open_panel(page)
    page.css("#clock-time")[0].send_keys("14.37")
    fill(page, "id", "S-0007")
    fill(page, member, text)
    page.wait(lambda: missing in page.css("#dialog .foot .key")[0].text, missing)
    page.press(Keys.ENTER)
    assert page.css("#clock-time")
    assert page.script("return document.activeElement.id") == f"clock-{member}"


SPELLED = [("22 11 2026", "14.37"), ("22112026", "1437"), ("22/11/2026", "14:37"), ("22-11-2026", "14 37")]


@pytest.mark.parametrize("day, time", SPELLED, ids=[row[0] for row in SPELLED])
def test_days_and_times_are_typed_as_people_do(lost, day, time):
    page = lost
    open_panel(page)
    fill(page, "day", day)
    fill(page, "time", time)
    fill(page, "id", "S-0007")
    page.press(Keys.ENTER)
    page.wait(lambda: page.text("new-day") == "Minggu, 22 November 2026" and page.text("new-time").startswith("14.37."), "the same time")


REFUSALS = [
    ("TIME_PAST", "Tidak diatur: tidak mungkin sebelum Sabtu, 21 November 2026"),
    ("TIME_FUTURE", "Tidak diatur: tidak mungkin sesudah Rabu, 26 November 2031"),
    ("TIME_SYNCED", "Tidak diatur: jam sudah tepat lewat jaringan"),
    ("STALE", "Tidak diatur: jam alat berubah. Ulangi."),
    ("BUSY", "Sedang menyimpan. Ulangi sebentar lagi."),
    ("STORAGE", "Tidak diatur: penyimpanan bermasalah"),
    ("NOT_ALLOWED", "Tidak diatur: hanya supervisor"),
    ("SAME_OFFICER", "Tidak diatur: supervisor harus petugas lain"),
]


def test_a_refusal_is_told_where_it_is_mended(lost):
    page = lost
    to_confirm(page)
    for why, says in REFUSALS:
        page.press(Keys.ENTER)
        page.lane.expect("CLOCK")
        page.lane.refuse(0, why)
        page.wait(lambda: page.text("clock-says") == says, says)
        assert page.css("#clock-time")[0].get_attribute("value") == "14.37"
        page.picture_in_both_languages(f"clock-refused-{why.lower().replace('_', '-')}")
        page.press(Keys.ENTER)
        page.wait(lambda: page.css(".clock-change"), "the second thought again")


def test_a_clock_that_is_set_meanwhile_closes_the_panel(lost):
    page = lost
    open_panel(page)
    page.news(now_ms=NOON_MS)
    assert not page.css("#clock-time")


def test_a_new_verdict_takes_the_glass(lost):
    page = lost
    open_panel(page)
    page.show(**people.refer(seq=470, **LOST))
    assert not page.css("#clock-time")


def test_where_nobody_may_the_page_says_who_can(lost):
    page = lost
    page.show(**{**LOST, "mode": "LIVE", "may_set": False})
    page.picture_in_both_languages("clock-lost-live")
    page.press("j")
    page.news(**{**LOST, "mode": "LIVE", "may_set": False})
    assert not page.css("#clock-time") and not page.css("button.clock")
    page.click("#chip-clock")
    page.wait(lambda: "hubungi teknisi" in page.css(".notices p")[0].text, "whom to call")
    page.picture_in_both_languages("clock-notices-live")
