"""Manual entry: what the officer types is what the lane is told, and nothing of it stays behind."""

import pytest
from selenium.webdriver.common.keys import Keys

import people
from manual_page import (FIELDS, KEPT_JS, SITI, SMALL_TARGETS_JS, UNCUT_JS, at, fill, fill_siti, is_open, open_form,
                         placeholder, says, touch, value)


def keyed(**changes):
    return ("KEYED", 0, dict(SITI, **changes))


def sent(page):
    return [message for message in page.lane.received if message[0] == "KEYED"]


# ── opening ──

OPENS = [("ready", dict()), ("reading", dict(screen="READING")), ("unreadable", dict(screen="UNREADABLE", garbage=True)),
         ("scanner-gone", dict(scanner_ok=False))]


@pytest.mark.parametrize("name, view", OPENS, ids=[row[0] for row in OPENS])
def test_key_3_opens_the_form_where_nothing_was_read(page, name, view):
    page.show(**view)
    assert page.text("key-3") == "Input manualtombol 3"
    page.lane.press(3)
    page.wait(lambda: is_open(page), "the counter's key opens it")
    page.lane.press(3)
    page.wait(lambda: not is_open(page), "and closes it")
    page.click("#key-3")
    page.wait(lambda: is_open(page), "the glass opens it")
    page.press(Keys.ESCAPE)
    open_form(page)
    assert at(page) == "number"
    assert [value(page, field) for field in ("type", "country", "nationality")] == ["Paspor", "IDN", "IDN"]


def test_no_form_over_a_verdict_or_a_fault(page):
    for view in (people.clear(), people.stop(), dict(screen="STORAGE"), dict(screen="STARTING")):
        page.show(**view)
        page.press("3")
        page.lane.press(3)
        page.news(**view)
        assert not is_open(page)


# ── typing ──

def test_a_keyboard_types_a_whole_passport(page):
    open_form(page)
    page.press(*"x0000012", Keys.TAB, "4", Keys.TAB, *"02092031", Keys.TAB, *"Siti Rahmawati", Keys.TAB, "1", *"14031996",
               Keys.TAB, *"3201235403960001")
    assert [value(page, field) for field in FIELDS] == [
        "Paspor", "IDN", "IDN", "X0000012", "4", "02 09 2031", "SITI RAHMAWATI", "perempuan", "14 03 1996",
        "320123 540396 0001"]
    page.press(Keys.ENTER)
    assert page.lane.expect("KEYED") == keyed(nik="3201235403960001")


def test_the_keys_of_the_glass_type_a_whole_passport(page):
    open_form(page)
    touch(page, "X", *"0000012")
    assert at(page) == "number_check"
    touch(page, "4", *"02092031")
    assert at(page) == "name"
    touch(page, *"SITI", "space", *"RAHMAWATU", "erase", "I", "next")
    page.click("[data-value=F]")
    touch(page, *"14031996")
    assert at(page) == "nik", "it may be left out, but it is offered"
    touch(page, *"3201235403960002", "erase", "1")
    page.click("#dialog .key.pri")
    assert page.lane.expect("KEYED") == keyed(nik="3201235403960001")


def test_another_document_needs_neither_check_digit_nor_expiry(page):
    open_form(page)
    page.click("#f-type")
    page.click("[data-value=PLB]")
    fill(page, country="mys", nationality="", number="plb 123/45", name="o'brien-lee", sex="2", birth="??031960")
    assert placeholder(page, "number_check") == "bila ada"
    page.lane.press(1)
    assert page.lane.expect("KEYED") == keyed(type="PLB", country="MYS", nationality="", number="PLB12345",
                                              number_check="", name="O'BRIEN-LEE", sex="M", birth="1960-03-00", expiry="")


def test_enter_goes_to_what_is_missing_and_then_checks(page):
    open_form(page)
    order = []
    for text in ("X0000012", "4", "02092031", "SITI RAHMAWATI", None, "14031996"):
        order.append(at(page))
        page.press(*(text or "1"))
        if text:
            page.press(Keys.ENTER)
    assert order == ["number", "number_check", "expiry", "name", "sex", "birth"]
    assert page.lane.expect("KEYED") == keyed()


def test_a_letter_in_the_middle_leaves_the_cursor_there(page):
    open_form(page)
    page.press(*"X000012", *[Keys.ARROW_LEFT] * 3, *"-9", *"a")
    assert value(page, "number") == "X0009A012"
    assert page.script("return document.activeElement.selectionStart") == 6


def test_what_cannot_stand_in_a_field_does_not_get_there(page):
    open_form(page)
    fill(page, number="a-1 /ö<2", number_check="x7", name="  jos\u00e9 4 d'\u00e0, jr.", country="d3", birth="ab1403", expiry="?1",
         nik="32-01?23X5403")
    assert [value(page, field) for field in ("number", "number_check", "name", "country", "birth", "expiry", "nik")] == [
        "A1<2", "7", "JOSE D'A JR.", "D", "14 03", "1", "320123 5403"]


def test_the_number_asks_for_a_letter_and_then_for_digits(page):
    open_form(page)
    letters = lambda: bool(page.css(".pad.letters"))
    assert letters()
    touch(page, "X")
    assert not letters()
    touch(page, "letters")
    assert letters()
    touch(page, "Y", "7", "<")
    assert value(page, "number") == "XY7<"
    touch(page, "erase", "erase", "erase", "erase")
    assert letters()


# ── judged while it is typed ──

def test_the_check_digit_is_live(page):
    open_form(page)
    fill_siti(page)
    assert says(page, "number_check") == "cocok"
    fill(page, number_check="5")
    assert says(page, "number_check") == "tidak cocok"
    assert "perbaiki: Digit uji" in page.css("#dialog .foot")[0].text
    page.assert_readable()
    page.picture("manual-check-digit")
    page.lane.press(1)
    page.press(Keys.ENTER)
    page.news(counts=(1, 1, 0, 0))
    assert sent(page) == []
    fill(page, number="X0000013")
    assert says(page, "number_check") == "tidak cocok"
    fill(page, number_check="7")
    assert says(page, "number_check") == "cocok"


# the second and third are the examples of ICAO 9303-4 and -5
@pytest.mark.parametrize("number, digit", [("X0000012", "4"), ("L898902C3", "6"), ("D23145890", "7"), ("A<1", "1")])
def test_check_digits_are_those_of_9303(page, number, digit):
    open_form(page)
    fill(page, number=number)
    for tried in "0123456789":
        fill(page, number_check=tried)
        assert says(page, "number_check") == ("cocok" if tried == digit else "tidak cocok")


DATES = [
    ("a day", "birth", "14031996", "14 Mar 1996", "1996-03-14"),
    ("no day", "birth", "??031996", "Mar 1996", "1996-03-00"),
    ("no day, printed as zeros", "birth", "00031996", "Mar 1996", "1996-03-00"),
    ("neither day nor month", "birth", "????1996", "1996", "1996-00-00"),
    ("29 February of a leap year", "birth", "29022000", "29 Feb 2000", "2000-02-29"),
    ("29 February of another", "birth", "29021900", "bukan tanggal", None),
    ("31 April", "birth", "31041996", "bukan tanggal", None),
    ("month 13", "birth", "01131996", "bukan tanggal", None),
    ("a day without its month", "birth", "14??1996", "bukan tanggal", None),
    ("a birth to come", "birth", "01012999", "belum terjadi", None),
    ("a birth before 1900", "birth", "31121899", "tahun salah", None),
    ("no year", "birth", "1403????", "bukan tanggal", None),
    ("an expiry", "expiry", "02092031", "2 Sep 2031", "2031-09-02"),
    ("an expiry that has passed", "expiry", "02092011", "2 Sep 2011", "2011-09-02"),
    ("an expiry in 19xx", "expiry", "02091999", "tahun salah", None),
    ("an expiry on 31 September", "expiry", "31092031", "bukan tanggal", None),
]


def test_a_date_is_said_in_words_or_refused(page):
    open_form(page)
    fill_siti(page)
    good = dict(birth="14031996", expiry="02092031")
    for name, field, typed, told, day in DATES:
        fill(page, **{field: typed})
        assert says(page, field) == told, name
        page.press(Keys.ENTER)
        if day:
            assert page.lane.expect("KEYED") == keyed(**{field: day}), name
            page.lane.refuse(0, "BUSY")
            page.wait(lambda: page.css("#dialog .key.pri"), "it may be sent again")
        else:
            page.news(counts=(1, 1, 0, 0))
            assert sent(page) == [] and at(page) == field, name
        fill(page, **{field: good[field]})


def test_a_half_date_is_no_mistake_until_it_is_left(page):
    open_form(page)
    fill(page, birth="1403")
    assert says(page, "birth") == ""
    page.click("#f-name")
    page.wait(lambda: says(page, "birth") == "belum lengkap", "it is said")


def test_a_flaw_in_the_place_of_a_field_s_name_leaves_the_name_in_the_field(page):
    open_form(page)
    assert [placeholder(page, field) for field in ("number", "number_check", "birth")] == ["", "wajib", "HH BB TTTT"]
    page.press(Keys.ENTER)
    page.lane.refuse(0, "FLAWS", number="MISSING", number_check="MISSING", birth="MISSING")
    page.wait(lambda: says(page, "number") == "wajib diisi", "the refusal")
    assert [placeholder(page, field) for field in ("number", "number_check", "birth")] == ["Nomor", "Digit uji", "Lahir"]
    page.assert_readable()
    page.picture("manual-empty-refused")


def test_the_glass_has_a_key_for_what_a_document_does_not_say(page):
    open_form(page)
    page.click("#f-birth")
    touch(page, "unknown", "unknown", *"1996")
    assert value(page, "birth") == "?? ?? 1996" and says(page, "birth") == "1996"
    page.click("#f-expiry")
    assert not page.css("[data-key=unknown]")


def test_an_unusual_number_is_hinted_at_and_taken(page):
    open_form(page)
    fill(page, number="AB123456", number_check="1")
    page.click("#f-name")
    assert says(page, "number") == "tak biasa"
    assert page.script(UNCUT_JS) == []


NIKS = [  # what is typed of the holder, the NIK, and what is said of it
    ("born as the form says, a woman", dict(), "3201235403960001", "cocok"),
    ("born as the form says, a man", dict(sex="2"), "3201231403960001", "cocok"),
    ("the day of a man", dict(), "3201231403960001", "jenis kelamin lain"),
    ("the day of a woman", dict(sex="2"), "3201235403960001", "jenis kelamin lain"),
    ("sex not stated", dict(sex="3"), "3201231403960001", "cocok"),
    ("another day", dict(), "3201235503960001", "tanggal lahir lain"),
    ("another month", dict(), "3201235404960001", "tanggal lahir lain"),
    ("another year", dict(), "3201235403970001", "tanggal lahir lain"),
    ("the same year of another century", dict(birth="14031996"), "3201235403960001", "cocok"),
    ("a day that the document does not say", dict(birth="??031996"), "3201235503960001", "cocok"),
    ("only the year is known, and it differs", dict(birth="????1995"), "3201235503960001", "tanggal lahir lain"),
    ("29 February of a leap year", dict(birth="29022000"), "3201236902000001", "cocok"),
    ("the last day of a woman", dict(birth="31031996"), "3201237103960001", "cocok"),
    ("a day after it", dict(), "3201237203960001", "tanggal tak wajar"),
    ("a day between a man's and a woman's", dict(), "3201234003960001", "tanggal tak wajar"),
    ("day 0", dict(), "3201230003960001", "tanggal tak wajar"),
    ("month 13", dict(), "3201235413960001", "tanggal tak wajar"),
    ("nothing to compare it with", dict(birth=""), "3201235403960001", "dari KTP, bila ada"),
    ("a digit too few", dict(), "320123540396000", "belum lengkap"),
]


def test_what_a_nik_says_otherwise_is_hinted_at_and_taken(page):
    open_form(page)
    fill_siti(page)
    for name, holder, nik, told in NIKS:
        fill(page, **dict(dict(sex="1", birth="14031996"), **holder), nik=nik)
        page.click("#f-name")
        assert says(page, "nik") == told, name
        if told.startswith(("jenis", "tanggal")):
            page.press(Keys.ENTER)
            assert page.lane.expect("KEYED")[2]["nik"] == nik, name
            page.lane.refuse(0, "BUSY")
            page.wait(lambda: page.css("#dialog .key.pri"), "it may be sent again")
        elif told == "belum lengkap":
            page.press(Keys.ENTER)
            page.news(counts=(1, 1, 0, 0))
            assert sent(page) == [] and at(page) == "nik"


@pytest.mark.parametrize("nik", ["3201235403960001", "3201231403960001", "3201235503960001", "3201237203960001"])
def test_what_is_said_of_a_nik_fits(page, nik):
    open_form(page)
    fill_siti(page)
    fill(page, nik=nik)
    for language in ("id", "en"):
        assert page.script(UNCUT_JS) == []
        page.assert_readable()
        page.picture(f"manual-nik-{nik[6:10]}-{language}")
        page.press(Keys.F2)


# ── refused by the lane ──

CODES = ["country", "nationality"]
FLAWS = [  # what the lane may say of which fields, and its words
    ("MISSING", FIELDS[:-1], "wajib diisi"), ("CHARACTERS", ["number", "number_check", *CODES, "name", "nik"], "tanda salah"),
    ("LENGTH", ["number", *CODES, "nik"], "panjang salah"), ("CALENDAR", ["birth", "expiry"], "bukan tanggal"),
    ("CENTURY", ["birth", "expiry"], "tahun salah"), ("FUTURE", ["birth"], "belum terjadi"),
    ("CHECK_DIGIT", ["number_check"], "tidak cocok"), ("VALUE", ["type", "sex"], "tidak dikenal")]


def test_a_refusal_is_said_at_its_field(page):
    open_form(page)
    fill_siti(page)
    page.press(Keys.ENTER)
    page.lane.expect("KEYED")
    for flaw, fields, told in FLAWS:
        page.lane.refuse(0, "FLAWS", **{field: flaw for field in fields})
        page.wait(lambda: [says(page, field) for field in fields] == [told] * len(fields), "the refusal")
        assert at(page) == next(field for field in FIELDS if field in fields)
        assert not page.css("#toast")[0].is_displayed() and not page.css("#dialog .key.pri")
        assert page.script(UNCUT_JS) == []
        page.assert_readable()
        page.picture(f"manual-refused-{flaw.lower()}")
        page.press(Keys.F2)
        page.wait(lambda: says(page, fields[0]) != told, "English")
        assert page.script(UNCUT_JS) == []
        page.assert_readable()
        page.press(Keys.F2)
        page.wait(lambda: says(page, fields[0]) == told, "Indonesian again")


def test_after_a_refusal_what_is_wrong_is_typed_again_and_nothing_else(page):
    open_form(page)
    fill_siti(page)
    page.lane.press(1)
    page.lane.expect("KEYED")
    page.lane.refuse(0, "FLAWS", name="CHARACTERS", birth="FUTURE")
    page.wait(lambda: at(page) == "name", "the first that is wrong")
    assert "perbaiki: Nama lengkap" in page.css("#dialog .foot")[0].text
    page.press("H")
    assert says(page, "name") == "" and says(page, "birth") == "belum terjadi"
    fill(page, birth="15031996")
    page.press(Keys.ENTER)
    assert page.lane.expect("KEYED") == keyed(name="SITI RAHMAWATIH", birth="1996-03-15")


@pytest.mark.parametrize("why", ["STALE", "BUSY", "NOT_ALLOWED", "STORAGE", "INVALID"])
def test_other_refusals_are_said_over_the_form_and_lose_nothing(page, why):
    open_form(page)
    fill_siti(page)
    page.press(Keys.ENTER)
    page.lane.expect("KEYED")
    page.lane.refuse(0, why)
    page.wait(lambda: page.text("toast"), "the refusal")
    assert "{" not in page.text("toast") and "  " not in page.text("toast")
    page.picture(f"manual-refused-{why.lower()}")
    page.press(Keys.ENTER)
    assert page.lane.expect("KEYED") == keyed()


def test_pressing_twice_asks_once(page):
    open_form(page)
    fill_siti(page)
    page.press(Keys.ENTER, Keys.ENTER)
    page.lane.press(1)
    page.lane.expect("KEYED")
    assert "memeriksa" in page.css("#dialog .foot")[0].text
    page.news(counts=(1, 1, 0, 0))
    assert sent(page) == []


def test_what_the_console_refuses_may_be_sent_again(page):
    page.allowed_log = ["400 (Bad Request)"]
    open_form(page)
    fill_siti(page)
    page.script("const real = fetch; window.fetch = (path, how) => real(path, {...how, body: '{}'});")
    page.press(Keys.ENTER)
    page.wait(lambda: "Tidak terkirim" in page.text("toast"), "it is said")
    assert page.css("#dialog .key.pri")
    log = (page.console.folder / "console.log").read_text()
    assert "SITI" not in log and "X0000012" not in log


# ── nothing stays ──

NIK = "3201235403960001"


def nothing_kept(page):
    kept = page.script(KEPT_JS)
    return not any(word in kept for word in ["X0000012", "SITI", "RAHMAWATI", "14 03 1996", "1996-03-14", NIK, "320123 540396"])


def end_by_cancel(page):
    page.lane.press(3)


def end_by_escape(page):
    page.press(Keys.ESCAPE)


def end_by_verdict_of_another(page):
    page.show(**people.refer(seq=470))
    page.show()


def end_by_storage_fault(page):
    page.show(screen="STORAGE")
    page.show()


def end_by_lost_lane(page):
    page.lane.beating = False
    page.wait(lambda: page.text("lost"), "the lost screen")
    page.lane.beating = True
    page.wait(lambda: page.text("lost") is None, "the screen is back")


def end_by_reload(page):
    page.driver.refresh()
    page.wait_screen("READY")


ENDS = [end_by_cancel, end_by_escape, end_by_verdict_of_another, end_by_storage_fault, end_by_lost_lane, end_by_reload]


@pytest.mark.parametrize("end", ENDS, ids=[end.__name__ for end in ENDS])
def test_nothing_that_was_typed_stays(page, end):
    open_form(page)
    fill_siti(page)
    fill(page, nik=NIK)
    assert not nothing_kept(page)
    end(page)
    page.wait(lambda: not is_open(page), "the form is gone")
    assert nothing_kept(page)
    open_form(page)
    assert [value(page, field) for field in FIELDS] == ["Paspor", "IDN", "IDN", "", "", "", "", "pilih", "", ""]
    page.press(Keys.ESCAPE)
    log = (page.console.folder / "console.log").read_text()
    assert "SITI" not in log and "X0000012" not in log and NIK not in log


def test_success_leaves_only_the_verdict(page):
    open_form(page)
    fill_siti(page)
    fill(page, nik=NIK)
    page.press(Keys.ENTER)
    page.lane.expect("KEYED")
    page.show(**people.refer(seq=471))
    assert not is_open(page) and nothing_kept(page)
    log = (page.console.folder / "console.log").read_text()
    assert "SITI" not in log and "X0000012" not in log and NIK not in log


# Long waits come due when a test says so.
HELD_JS = """
const real = setTimeout;
window.due = {};
window.setTimeout = (f, ms, ...rest) => { if (ms < 100000) return real(f, ms, ...rest); window.due[ms] = f; return 0; };
"""


def test_a_form_that_nobody_types_in_is_wiped_and_says_so_before(page):
    page.script(HELD_JS)
    open_form(page)
    page.press(*"X00")
    marked = page.text("note")
    page.script("window.due[100000]()")
    assert page.text("note") == "Isian segera dihapus. Lanjutkan mengetik."
    page.assert_readable()
    assert page.script(UNCUT_JS) == []
    page.press("1")
    assert page.text("note") == marked
    page.script("window.due[120000]()")
    assert not is_open(page) and nothing_kept(page)


def test_a_form_outlives_readings_that_give_no_verdict(page):
    open_form(page)
    fill_siti(page)
    for view in (dict(screen="READING"), dict(screen="UNREADABLE", garbage=True), dict()):
        page.show(**view)
    assert value(page, "number") == "X0000012"


def test_another_language_keeps_what_was_typed_and_where(page):
    open_form(page)
    fill_siti(page)
    page.click("#f-birth")
    page.press(Keys.F2)
    page.wait(lambda: "Born" in page.text("typed"), "English")
    assert at(page) == "birth" and value(page, "birth") == "14 03 1996" and says(page, "birth") == "14 Mar 1996"
    page.press(Keys.F2)
    page.press(Keys.ENTER)
    assert page.lane.expect("KEYED") == keyed()


def test_help_is_under_the_form_and_loses_nothing(page):
    open_form(page)
    fill_siti(page)
    page.lane.press(4)
    page.wait(lambda: page.css(".help-typed"), "the help")
    page.assert_readable()
    page.picture("manual-help")
    page.lane.press(4)
    page.wait(lambda: page.css(".pad button"), "the keys again")
    assert value(page, "name") == "SITI RAHMAWATI"


# ── to be read and touched ──

ABOVE = [("plain", dict(mode="LIVE")), ("banners", dict(people.OFFLINE, mode="TRAINING", undecided_seq=399))]
LONG = dict(number="X00000123456789012345678", name="SRI WAHYUNINGSIH KUSUMAWARDHANI WIBOWOWATI")


@pytest.mark.parametrize("name, view", ABOVE, ids=[row[0] for row in ABOVE])
def test_every_field_and_its_keys_fit_and_can_be_touched(page, name, view):
    page.show(**view)
    for language in ("id", "en"):
        open_form(page)
        for field in FIELDS:
            page.click(f"#f-{field}")
            assert page.script(SMALL_TARGETS_JS) == [], field
            assert page.script(UNCUT_JS) == [], field
            page.assert_readable()
            if field in ("number", "type", "sex", "birth", "nik"):
                page.picture(f"manual-{name}-{field}-{language}")
        fill_siti(page)
        page.assert_readable()
        page.picture(f"manual-{name}-filled-{language}")
        fill(page, **LONG)
        page.click("#f-type")
        page.click("[data-value=PLB]")
        page.assert_readable()
        assert page.script(UNCUT_JS) == []
        page.picture(f"manual-{name}-long-{language}")
        scrolls = page.script("const e = document.scrollingElement; return e.scrollHeight > e.clientHeight")
        assert not scrolls
        page.press(Keys.ESCAPE, Keys.F2)


# Countries whose name begins before the letters of their code end.
OVER_JS = """
const rect = (element) => { const all = document.createRange(); all.selectNodeContents(element); return all.getBoundingClientRect(); };
return ["country", "nationality"].filter((field) => {
  const box = document.querySelector(`.f.${field}`), echo = box.querySelector(".echo");
  return rect(echo).width === 0 || rect(echo).left < rect(box.querySelector(".under")).right;
});
"""


@pytest.mark.parametrize("codes", [("PHL", "BGD"), ("AFG", "MMR"), ("SGP", "ARE")])
def test_a_country_is_named_beside_its_code_not_over_it(page, codes):
    open_form(page)
    fill(page, country=codes[0], nationality=codes[1])
    for _ in ("id", "en"):
        assert page.script(OVER_JS) == []
        page.press(Keys.F2)


def test_keyed_is_said_beside_the_document_for_ever(page):
    for document_type, word in [("P", "Paspor"), ("SPLP", "SPLP"), ("PLB", "Pas lintas batas"), ("CREW_BOOK", "Buku pelaut")]:
        document = dict(people.AGUS, capture=0, type=document_type)
        page.show(**people.refer(seq=480 + len(word), document=document, reasons=[("R024", "AMBER", "", "")]))
        page.wait_text("keyed", "diketik")
        assert page.css("#person h2")[0].text.startswith(word)
        assert page.css(".why li")[0].text == "1\nDokumen diketik manual\nCocokkan sekali lagi dengan dokumen"
        page.assert_readable()
        page.picture(f"refer-keyed-{document_type.lower()}")
    page.show(**people.refer(seq=490))
    assert not page.css("#keyed")


@pytest.mark.parametrize("key, told", [
    (3, ("Lewat NIK · dokumen SP0000019 · data X0000051", "By NIK · document SP0000019 · record X0000051")),
    (4, ("Lewat nama, tanggal lahir · dokumen SP0000019 · data X0000051",
         "By name, birth date · document SP0000019 · record X0000051"))], ids=["nik", "name"])
def test_how_a_placement_was_found_is_said(page, key, told):
    document = dict(people.AGUS, capture=0, type="SPLP", number="SP0000019")
    page.show(**people.refer(seq=495, document=document, match_key=key, match_grade=3, reasons=[
        ("R013", "AMBER", "SP0000019", "X0000051"), ("R024", "AMBER", "", ""), ("R001", "GREEN", "", "")]))
    for words in told:
        page.wait(lambda: page.css(".why li small")[0].text == words, words)
        page.assert_readable()
        page.picture(f"refer-found-{key}-{'id' if words is told[0] else 'en'}")
        page.press(Keys.F2)


def test_an_expiry_that_nobody_knows_is_said_to_be_unknown(page):
    document = dict(people.AGUS, capture=0, type="SPLP", expiry="")
    page.show(**people.refer(seq=491, document=document, reasons=[("R021", "AMBER", "", "2027-05-22")]))
    assert page.css(".why li")[0].text == "1\nMasa berlaku tidak diketahui\nPerlu s.d. 22 Mei 2027"
