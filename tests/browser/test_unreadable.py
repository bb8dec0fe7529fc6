"""A document that could not be read: why, in plain words, never a verdict; and the lane's proposal."""

import pytest
from selenium.webdriver.common.keys import Keys

import people
from manual_page import FIELDS, UNCUT_JS, at, fill, is_open, says, value


@pytest.fixture
def page(glass):
    return glass

LENGTH, CHARACTERS, FRENCH, CODE = 1, 2, 4, 8  # bits of enum mrz_issue
WIPE = ["Lap kaca dan halaman data", "Letakkan lagi, tekan rata"]
CALL = ["Layani pelintas ini dengan Input manual", "Hubungi teknisi, sebut kalimat di atas"]
PASSPORT = ["Buka halaman data paspor (ada foto)", "Letakkan halaman itu di pemindai"]


def fault(kind, line=0, column=0, count=0, symbol=""):
    return dict(kind=kind, line=line, column=column, count=count, symbol=symbol)


WHY = [
    ("unread", dict(fault=fault("UNREAD", 2, 14, 3, "_")), "Karakter tidak terbaca: 3 (baris 2, kolom 14).", WIPE),
    ("high-bit", dict(fault=fault("HIGH_BIT", 1, 1, 44)), "Pengaturan pemindai salah: bit paritas ikut terbaca.",
     [*CALL, "Teknisi: samakan bit data dan paritas dengan pemindai"]),
    ("keyboard", dict(fault=fault("KEYBOARD_LAYOUT", 1, 2, 38, ";")),
     "Pengaturan pemindai salah: tata letak papan ketik. Tanda < terbaca ;",
     [*CALL, "Teknisi: setel tata letak papan ketik pemindai ke US"]),
    ("lower-case", dict(fault=fault("LOWER_CASE", 1, 6, 20)), "Pengaturan pemindai salah: huruf kecil.",
     [*CALL, "Teknisi: matikan Caps Lock dan ubah huruf di pemindai"]),
    ("characters", dict(fault=fault("CHARACTERS", 1, 9, 1, "é")), "Tanda é di baris 1 kolom 9 tidak ada di dokumen mana pun. Coba lagi.", WIPE),
    ("rows-mixed", dict(fault=fault("ROWS_MIXED")), "Baris dari dua dokumen tercampur. Coba lagi, satu dokumen saja.", WIPE),
    ("row-cut", dict(fault=fault("ROW_CUT", 2, 31)), "Baris 2 terpotong: hilang mulai kolom 31. Coba lagi.", WIPE),
    ("row-long", dict(fault=fault("ROW_LONG", 1, 45)), "Baris 1 terlalu panjang: kelebihan mulai kolom 45.",
     [*CALL, "Teknisi: matikan awalan dan akhiran di pemindai"]),
    ("row-count", dict(fault=fault("ROW_COUNT")), "Jumlah baris tidak sesuai. Coba lagi.", WIPE),
    ("rows-swapped", dict(fault=fault("ROWS_SWAPPED")), "Pengaturan pemindai salah: urutan baris tertukar.",
     [*CALL, "Teknisi: setel urutan baris MRZ di pemindai"]),
    ("french-card", dict(issues=FRENCH), "Kartu identitas Prancis model lama tidak didukung.", PASSPORT),
    ("garbage", dict(garbage=True), "Data pemindai bukan dokumen. Coba lagi.", WIPE),
    ("visa", dict(visa=True, checks=[1, 1, 1, 2, 2], has_checks=True), "Yang diperiksa adalah paspor.", PASSPORT),
]
# Names of verdicts, and what looks like one.
NO_VERDICT_JS = "return [...document.querySelectorAll('.verdict, .hero, #word')].length"


@pytest.mark.parametrize("name, view, line, steps", WHY, ids=[row[0] for row in WHY])
def test_the_screen_says_what_is_wrong_and_what_to_do(page, name, view, line, steps):
    page.show(screen="UNREADABLE", undecided_seq=399, **people.OFFLINE, **view)
    page.wait_text("line", line)
    assert page.text("title") == ("INI VISA" if name == "visa" else "TIDAK TERBACA")
    assert [step.text.split("\n")[-1] for step in page.css(".steps li")] == steps
    assert page.script(NO_VERDICT_JS) == 0
    assert page.text("key-1") == "Coba lagitombol 1" and page.text("key-2") == "Cetak infobelum tersedia"
    page.assert_readable()
    page.picture(f"unreadable-{name}")
    page.press(Keys.F2)
    page.wait(lambda: page.text("line") != line, "English")
    page.assert_readable()
    page.picture(f"unreadable-{name}-en")
    page.press(Keys.F2)


PARTIAL = dict(number="X0000016", country="IDN", nationality="IDN", name="PERMATA INTAN", sex="F", birth_raw="9O0314",
               expiry_raw="310902")
CHECKS = [([0, 1, 1, 2, 0], "Nomor paspor"), ([0, 0, 1, 2, 0], "Nomor paspor, Tanggal lahir"), ([1, 1, 1, 2, 0], "Seluruh baris"),
          ([1, 1, 0, 0, 0], "Berlaku sampai, Nomor pribadi")]


@pytest.mark.parametrize("checks, told", CHECKS, ids=[row[1] for row in CHECKS])
def test_it_names_the_check_digit_that_fails_and_greys_what_was_read(page, checks, told):
    page.show(screen="UNREADABLE", checks=checks, has_checks=True, partial=PARTIAL)
    page.wait_text("line", f"Digit pemeriksa tidak cocok: {told}.")
    rows = [row.text.split("\n") for row in page.css("#checks > div")]
    assert [row[0] for row in rows] == ["Nama lengkap", "Nomor paspor", "Tanggal lahir", "Berlaku sampai", "Nomor pribadi",
                                        "Seluruh baris"]
    assert rows[0][1] == "PERMATA INTAN" and rows[1][1] == "X0000016" and rows[2][1] == "9O0314" and rows[3][1] == "02 09 31"
    assert [row[-1] for row in rows[1:]] == [["tidak cocok", "cocok", "tidak dicetak"][check] for check in checks]
    page.assert_readable()
    page.picture(f"unreadable-checks-{''.join(map(str, checks))}")


def test_what_was_read_in_part_fits_under_every_banner(page):
    partial = dict(PARTIAL, name="SRI WAHYUNINGSIH KUSUMAWARDHANI WIBOWOW", number="X0000012345678901234567")
    page.show(screen="UNREADABLE", checks=[0, 0, 0, 0, 0], has_checks=True, partial=partial, undecided_seq=399, **people.OFFLINE)
    page.assert_readable()
    page.picture("unreadable-partial-long")
    box = page.script("return [document.querySelector('.partial').getBoundingClientRect().top, "
                      "document.querySelector('.partial').getBoundingClientRect().bottom, "
                      "document.getElementById('screen').getBoundingClientRect().top, "
                      "document.getElementById('keys').getBoundingClientRect().top]")
    assert box[0] >= box[2] and box[1] <= box[3]


# ── a proposal ──

KEYED = dict(type="P", number="X0000012", number_check="4", country="IDN", nationality="IDN", name="RAHMAWATI SITI", sex="F",
             birth="1996-03-14", expiry="2031-09-02", nik="")
TD3 = ["P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<", "X0000012<4IDN9603144F3109022<<<<<<<<<<<<<<06"]
TD2 = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]
TD1 = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
ANNA = dict(KEYED, number="D23145890", number_check="7", country="UTO", nationality="UTO", name="ERIKSSON ANNA MARIA",
            birth="1974-08-12", expiry="2012-04-15", nik="")


def proposal(lines, keyed, *positions):
    return dict(screen="UNREADABLE", checks=[0, 1, 1, 2, 0], has_checks=True,
                proposal=dict(id=7, proof="CLASS", positions=positions, lines=lines, keyed=keyed))


# what it is, the lines, the form, one position, the field it is in and the character there, as typed
MARKS = [
    ("number", TD3, KEYED, (2, 4, "O", "0"), "number", 3), ("check digit", TD3, KEYED, (2, 10, "A", "4"), "number_check", 0),
    ("issuer", TD3, KEYED, (1, 4, "O", "D"), "country", 1), ("nationality", TD3, KEYED, (2, 11, "1", "I"), "nationality", 0),
    ("primary name", TD3, KEYED, (1, 7, "4", "A"), "name", 1), ("secondary name", TD3, KEYED, (1, 18, "1", "I"), "name", 11),
    ("birth year", TD3, KEYED, (2, 15, "G", "6"), "birth", 9), ("birth month", TD3, KEYED, (2, 16, "O", "0"), "birth", 3),
    ("birth day", TD3, KEYED, (2, 19, "A", "4"), "birth", 1), ("expiry day", TD3, KEYED, (2, 27, "Z", "2"), "expiry", 1),
    ("TD2 name", TD2, ANNA, (1, 22, "4", "A"), "name", 15), ("TD2 number", TD2, ANNA, (2, 2, "Z", "2"), "number", 1),
    ("TD1 number", TD1, ANNA, (1, 7, "Z", "2"), "number", 1), ("TD1 birth", TD1, ANNA, (2, 1, "T", "7"), "birth", 8),
    ("TD1 nationality", TD1, ANNA, (2, 18, "0", "O"), "nationality", 2), ("TD1 name", TD1, ANNA, (3, 11, "4", "A"), "name", 9),
]


@pytest.mark.parametrize("name, lines, keyed, position, field, index", MARKS, ids=[row[0] for row in MARKS])
def test_what_was_read_otherwise_is_marked_on_the_screen_and_in_the_form(page, name, lines, keyed, position, field, index):
    line, column, was, proposed = position
    page.show(**proposal(lines, keyed, position))
    read, may_be = page.css("#readings code")
    assert read.text == lines[line - 1][:column - 1] + was + lines[line - 1][column:] and may_be.text == lines[line - 1]
    marks = [mark.text for mark in page.css("#readings mark")]
    assert marks == [was, proposed]
    before = "const r = document.createRange(); r.selectNodeContents(arguments[0].parentElement); r.setEndBefore(arguments[0]); return r.toString().length"
    assert [page.script(before, mark) for mark in page.css("#readings mark")] == [column - 1] * 2
    page.press("2")
    page.wait(lambda: is_open(page), "the form")
    marked = page.css("#typed mark")
    assert [page.script("return arguments[0].textContent", mark) for mark in marked] == [proposed]
    assert page.css(f".f.{field} mark") and page.script(before, marked[0]) == index
    assert value(page, field)[index] == proposed


def test_a_proposal_is_compared_confirmed_and_sent_with_its_id(page):
    page.show(**proposal(TD3, KEYED, (1, 7, "4", "A"), (2, 4, "O", "0")))
    page.wait_text("line", "Dua karakter meragukan: bandingkan dengan paspor.")
    assert [row.text.split("\n") for row in page.css("#changes li")] == [
        ["Nama lengkap", "RAHMAWATI SITI", "terbaca angka 4, mungkin huruf A"],
        ["Nomor", "X0000012", "terbaca huruf O, mungkin angka 0"]]
    assert page.text("key-1") == "Coba lagitombol 1" and page.text("key-2") == "Bandingkantombol 2"
    assert page.text("key-3") == "Input manualtombol 3"
    assert page.script(NO_VERDICT_JS) == 0
    page.assert_readable()
    page.picture("proposal")
    page.lane.press(2)
    page.wait(lambda: is_open(page), "the form")
    assert [value(page, field) for field in FIELDS] == ["Paspor", "IDN", "IDN", "X0000012", "4", "02 09 2031", "RAHMAWATI SITI",
                                                        "perempuan", "14 03 1996", ""]
    assert at(page) == "number" and says(page, "number_check") == "cocok"
    page.assert_readable()
    assert page.script(UNCUT_JS) == []
    page.picture("proposal-form")
    page.lane.press(1)
    assert page.lane.expect("KEYED") == ("KEYED", 7, KEYED)


def test_a_proposal_that_is_not_so_is_corrected_by_the_officer(page):
    page.show(**proposal(TD3, KEYED, (2, 4, "O", "0")))
    page.click("#key-2")
    page.wait(lambda: is_open(page), "the form")
    fill(page, number="X0000013", number_check="7")
    assert not page.css("#typed mark")
    page.press(Keys.ENTER)
    assert page.lane.expect("KEYED") == ("KEYED", 7, dict(KEYED, number="X0000013", number_check="7"))


def test_manual_entry_beside_a_proposal_begins_empty(page):
    page.show(**proposal(TD3, KEYED, (2, 4, "O", "0")))
    page.press("3")
    page.wait(lambda: is_open(page), "the form")
    assert value(page, "number") == "" and not page.css("#typed mark")


def test_a_proposal_outside_of_the_form_is_shown_all_the_same(page):
    page.show(**proposal(TD3, KEYED, (2, 44, "G", "6")))
    assert page.css("#changes li")[0].text.split("\n") == ["Digit pemeriksa", "6", "terbaca huruf G, mungkin angka 6"]
    page.press("2")
    page.wait(lambda: is_open(page), "the form")
    assert not page.css("#typed mark")


def test_the_next_reading_ends_a_proposal_and_its_form(page):
    page.show(**proposal(TD3, KEYED, (2, 4, "O", "0")))
    page.press("2")
    page.wait(lambda: is_open(page), "the form")
    page.show(screen="READING")
    page.wait(lambda: not is_open(page), "the form is gone")


def test_key_2_confirms_nothing_where_nothing_is_proposed(page):
    page.show(screen="UNREADABLE", checks=[0, 1, 1, 2, 0], has_checks=True, partial=PARTIAL)
    page.press("2")
    page.lane.press(2)
    page.news(screen="UNREADABLE", checks=[0, 1, 1, 2, 0], has_checks=True, partial=PARTIAL)
    assert not is_open(page)


def test_proposals_fit_under_every_banner_in_both_languages(page):
    long = ["P<IDNWIBOWOWATI<<SRI<WAHYUNINGSIH<KUSUMAWARDH", TD3[1]]
    long[0] = long[0][:44]
    keyed = dict(KEYED, name="WIBOWOWATI SRI WAHYUNINGSIH KUSUMAWARDH")
    for language in ("id", "en"):
        page.show(**proposal(long, keyed, (1, 44, "0", "D"), (2, 4, "O", "0")), undecided_seq=399, **people.OFFLINE)
        page.assert_readable()
        page.picture(f"proposal-banners-{language}")
        page.press("2")
        page.wait(lambda: is_open(page), "the form")
        page.assert_readable()
        page.picture(f"proposal-form-banners-{language}")
        page.press(Keys.ESCAPE, Keys.F2)
