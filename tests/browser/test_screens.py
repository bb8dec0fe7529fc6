"""Every screen, as an officer meets it: what it says, that it can be read, and a picture of it."""

import re

import pytest
from selenium.webdriver.common.keys import Keys

import people


@pytest.fixture
def page(glass):
    return glass

LENGTH = 1  # the bit of enum mrz_issue

# name of the picture, what the lane shows, what the page must say
SCREENS = [
    ("starting", dict(screen="STARTING"), {"title": "MENYIAPKAN…"}),
    ("ready", dict(), {"title": "SIAP", "journey": "PerjalananKapal KM CONTOH 12 → MalaysiaV"}),
    ("ready-undecided", dict(undecided_seq=411), {"undecided": "#0411 ditinggal tanpa keputusan"}),
    ("reading", dict(screen="READING"), {"title": "MEMBACA…"}),
    ("unreadable-check-digit", dict(screen="UNREADABLE", checks=[1, 0, 1, 2, 0], has_checks=True),
     {"title": "TIDAK TERBACA", "line": "Digit pemeriksa tidak cocok: Tanggal lahir.",
      "checks": "Nomor pasporcocokTanggal lahirtidak cocokBerlaku sampaicocok"
                "Nomor pribaditidak dicetakSeluruh baristidak cocok"}),
    ("unreadable-garbage", dict(screen="UNREADABLE", garbage=True),
     {"line": "Data pemindai bukan dokumen. Coba lagi."}),
    ("unreadable-length", dict(screen="UNREADABLE", issues=LENGTH),
     {"line": "Baris paspor tidak utuh. Coba lagi."}),
    ("clear", people.clear(), {"word": "SESUAI", "do": "Data penempatan cocok dan masih berlaku", "seq": "#0412",
                               "name": "SITI RAHMAWATI", "number": "X0000012Indonesia",
                               "key-1": "Berangkattombol 1 · catat", "key-2": "Cetak infobelum tersedia",
                               "key-3": "Rujuktombol 3", "key-4": "Supervisortombol 4"}),
    ("clear-live", people.clear(seq=512, mode="LIVE"), {"word": "SESUAI"}),
    ("clear-offline", people.clear(seq=421, **people.OFFLINE), {"word": "SESUAI", "unsent": "37 catatan belum terkirim"}),
    ("refer", people.refer(), {"word": "RUJUK", "do": "Antar ke Meja Pelindungan, lantai 1", "seq": "#0413",
                               "name": "AGUS SUPRIYADI", "key-1": "Berangkatperlu supervisor",
                               "key-3": "Sudah dirujuktombol 3"}),
    ("refer-stale", people.refer(seq=422, reasons=[("R019", "AMBER", "2026-11-19T01:10:00Z", "24")], **people.STALE),
     {"word": "RUJUK", "unsent": "412 belum terkirim"}),
    ("stop", people.stop(), {"word": "TUNDA", "do": "Jangan dicap. Panggil supervisor sekarang.", "seq": "#0414",
                             "name": "DEWI ANGGRAINI", "code": "S-16", "key-1": "Berangkatterkunci",
                             "key-3": "Rinciantahan tombol 3", "chip-scanner": "Dikunci"}),
    ("stop-offline", people.stop(seq=423, **people.OFFLINE), {"word": "TUNDA"}),
    ("unknown", people.unknown(), {"word": "RUJUK", "name": "BUDI SANTOSO", "key-1": "Berangkatperlu supervisor"}),
    ("unknown-offline", people.unknown(seq=424, **people.OFFLINE), {"word": "RUJUK"}),
    ("not-a-worker", people.tourist(), {"word": "SESUAI", "do": "Bukan PMI · Wisata", "key-1": "Bukan PMItombol 1 · catat"}),
    ("return", people.coming_back(), {"word": "SESUAI", "do": "Kepulangan: catat lalu persilakan",
                                      "key-1": "Pulangtombol 1 · catat"}),
    ("recorded", people.clear(seq=413, screen="RECORDED", decision="CLEARED", decided_seq=415),
     {"title": "TERCATAT #0413", "line": "Diizinkan berangkat", "key-1": "Lanjuttombol 1"}),
    ("recorded-referred", people.refer(seq=414, screen="RECORDED", decision="SECONDARY", decided_seq=416),
     {"title": "TERCATAT #0414", "line": "Dirujuk ke pemeriksaan lanjutan"}),
    ("storage", dict(screen="STORAGE"), {"title": "PENYIMPANAN BERMASALAH"}),
    ("scanner-gone", dict(scanner_ok=False), {"title": "Pemindai terputus", "chip-scanner": "Pemindai terputus"}),
    ("scanner-quiet", dict(notices=["SCANNER_QUIET"]),
     {"title": "Pemindai diam", "line": "Tidak menjawab: pakai Input manual.", "chip-scanner": "Pemindai diam",
      "key-3": "Input manualtombol 3"}),
    ("scanner-quiet-crowd", dict(notices=["SCANNER_QUIET", "BUTTON_STUCK"], panel_ok=False, clock_quality=0, direction="RETURN",
                                 undecided_seq=411, mode="TRAINING", **people.OFFLINE),
     {"title": "Pemindai diam"}),
    ("clear-scanner-quiet", people.clear(seq=451, notices=["SCANNER_QUIET"]), {"word": "SESUAI", "chip-scanner": "Pemindai diam"}),
    ("clock-untrusted", dict(clock_quality=0), {"chip-clock": "JAM BELUM TEPAT"}),
    ("panel-gone", dict(panel_ok=False), {"chip-panel": "Panel lampu terputus"}),
    ("everything-gone", dict(panel_ok=False, scanner_ok=False, clock_quality=0, direction="RETURN"), {"title": "Pemindai terputus"}),
    ("verdict-undecided", people.refer(undecided_seq=411), {"undecided": "#0411 ditinggal tanpa keputusan", "seq": "#0413"}),
    ("unreadable-undecided", dict(screen="UNREADABLE", garbage=True, undecided_seq=413),
     {"title": "TIDAK TERBACA", "undecided": "#0413 ditinggal tanpa keputusan"}),
    ("recorded-undecided", people.clear(seq=413, screen="RECORDED", decision="CLEARED", decided_seq=415, undecided_seq=412),
     {"title": "TERCATAT #0413", "undecided": "#0412 ditinggal tanpa keputusan"}),
    ("clear-seen", people.clear(seq=441, seen=people.seen()),
     {"word": "SESUAI", "seen": "Sudah dicatat di sini: berangkat 12 Nov 2025 09.12, diizinkan"}),
    ("refer-seen", people.refer(seq=442, seen=people.seen("WITHDRAWN"), undecided_seq=411, mode="TRAINING", **people.OFFLINE),
     {"seen": "Sudah dicatat di sini: berangkat 12 Nov 2025 09.12, batal oleh pelintas", "undecided": "#0411 ditinggal tanpa keputusan"}),
    ("unknown-seen", people.unknown(seq=443, seen=people.seen("CLEARED_NOTE"), undecided_seq=411, mode="TRAINING", **people.OFFLINE),
     {"seen": "Sudah dicatat di sini: berangkat 12 Nov 2025 09.12, diizinkan dengan catatan"}),
    ("return-seen", people.coming_back(seq=444, seen=people.seen("RETURN_LOGGED", "RETURN", wall_ms=0)),
     {"seen": "Sudah dicatat di sini: pulang 12 Nov 2025"}),
    ("stop-seen", people.stop(seq=445, seen=people.seen("DEFERRED"), undecided_seq=411, mode="TRAINING", **people.OFFLINE),
     {"word": "TUNDA", "seen": "Sudah dicatat di sini: berangkat 12 Nov 2025 09.12"}),
    ("stop-live", people.stop(mode="LIVE", allowed_supervisor=[]), {"key-4": "Supervisorlogin belum tersedia"}),
    ("stop-return", people.stop(direction="RETURN", key_refer="NONE"), {"word": "TUNDA", "key-1": "Pulangterkunci"}),
    ("ready-return", dict(direction="RETURN"), {"title": "SIAP", "direction": "ArahPulangB"}),
    ("no-data", dict(data_as_of_ms=0, online=False, unsent=3, mode="TRAINING"),
     {"unsent": "3 belum terkirim", "chip-link": "Luring", "ribbon": "LATIHAN   ·   bukan untuk pelayanan   ·   LATIHAN"}),
]


def test_a_scanner_that_does_not_answer_is_offered_no_passport(page):
    page.show(notices=["SCANNER_QUIET"])
    for language in ("id", "en"):
        glass = page.script("return document.body.innerText")
        assert "E-SCN-04" in glass and not re.search("SIAP|READY|[Ll]etakkan|Place|siap|ready", glass), glass
        page.click("#language")
        page.wait(lambda: page.language() != language, "the other language")
    assert not page.css("#chip-notice") and not page.css("#notice")
    page.click("#chip-scanner")
    page.wait(lambda: page.css(".notices [data-notice=SCANNER_QUIET]"), "what it is")
    page.press(Keys.ESCAPE)
    page.press("3")
    page.wait(lambda: page.css("#dialog"), "manual entry")
    page.press(Keys.ESCAPE)
    page.news()
    page.wait_text("title", "SIAP")


@pytest.mark.parametrize("name, view, says", SCREENS, ids=[row[0] for row in SCREENS])
def test_a_screen_says_what_it_must_and_can_be_read(page, name, view, says):
    page.show(**view)
    for element, text in says.items():
        page.wait_text(element, text)
    page.picture_in_both_languages(name)


ENGLISH = [
    (people.clear(), "MATCH", "Placement record matches and is valid"),
    (people.refer(), "REFER", "Take to Meja Pelindungan, lantai 1"),
    (people.stop(), "HOLD", "Do not stamp. Call the supervisor now."),
]


@pytest.mark.parametrize("view, word, do", ENGLISH, ids=[row[1] for row in ENGLISH])
def test_the_language_button_speaks_english(page, view, word, do):
    page.show(**view)
    page.click("#language")
    page.wait_text("word", word)
    page.wait_text("do", do)
    assert page.language() == "en"
    page.click("#language")
    page.wait(lambda: page.text("word") != word, "Indonesian again")


def test_the_configured_language_is_the_first(driver, start_console, tmp_path):
    from page import Page
    page = Page(driver, start_console(more="language = en"), tmp_path)
    page.open()
    page.wait_text("title", "READY")
    page.assert_clean()
    driver.get("about:blank")


def test_reasons_carry_the_two_facts_that_differ(page):
    page.show(**people.refer())
    items = [item.text for item in page.css(".why li")]
    assert items == ["1\nNama mirip, tidak sama\nDokumen AGUS SUPRIYADI · data AGUS SUPRIADI",
                     "2\nMasa berlaku kurang dari 6 bulan\nBerlaku s.d. 18 Jan 2027 · perlu s.d. 21 Mei 2027"]


def test_at_most_three_reasons_are_shown_and_the_rest_is_counted(page):
    many = [("R013", "AMBER", "X0000037", "X0000012"), ("R017", "AMBER", "2026-11-21", "2026-11-01"),
            ("R018", "AMBER", "SAU", "TWN"), ("R021", "AMBER", "2027-01-18", "2027-05-21"),
            ("R061", "AMBER", "", "")]
    page.show(**people.refer(seq=430, reasons=many))
    shown = page.css(".why li")
    assert 1 <= len(shown) <= 3
    assert page.text("rest") == f"+ {5 - len(shown)} lainnyaL"
    page.assert_readable()
    page.picture("refer-many-reasons")
    page.press("l")
    page.wait(lambda: len(page.css("#dialog .why li")) == 5, "all reasons")
    page.assert_readable()
    page.picture("all-reasons")


def test_what_speaks_for_the_traveller_is_not_said_beside_what_speaks_against(page):
    page.show(**people.refer(seq=435, reasons=[("R021", "AMBER", "2027-01-18", "2027-05-21"), ("R001", "GREEN", "", "")]))
    assert [item.get_attribute("data-code") for item in page.css(".why li")] == ["R021"]


def test_a_reason_without_words_is_shown_by_its_code(page):
    page.show(**people.refer(seq=431, reasons=[("R999", "AMBER", "a", "b")]))
    assert page.css(".why li")[0].text == "1\nR999\na · b"


def test_a_long_name_stays_whole(page):
    long = people.document("X0000099", "WIDYANINGSIH KUSUMAWARDHANI", "SRI HANDAYANI", "F", "1996-03-00", "2031-09-02")
    page.show(**people.clear(seq=432, document=long, **people.OFFLINE))
    page.wait_text("name", "SRI HANDAYANI WIDYANINGSIH KUSUMAWARDHANI")
    assert "lahir Mar 1996" in page.css(".meta")[0].text
    page.assert_readable()
    page.picture("clear-long-name")


def test_delicate_reasons_show_only_neutral_words(page):
    page.show(**people.stop(seq=433, reasons=[("R072", "RED", "list 7", ""), ("R075", "AMBER", "FAMILY_REPORT", "")]))
    page.wait_text("code", "S-00")
    glass = page.script("return document.body.innerText")
    assert "Perlu pemeriksaan supervisor" in glass
    for word in ["Subject", "list 7", "keluarga", "FAMILY"]:
        assert word not in glass
    page.show(**people.refer(seq=434, reasons=[("R075", "AMBER", "FAMILY_REPORT", "")]))
    assert page.css(".why li")[0].text == "1\nPerlu konfirmasi BP3MI"


def test_details_of_a_stop_show_only_while_the_key_is_held(page):
    page.show(**people.stop())
    assert not page.css(".why li")
    page.hold("3")
    page.wait(lambda: page.css(".why li"), "details")
    assert [item.text for item in page.css(".why li")] == [
        "1\nPenempatan dibatalkan/dicabut\nStatus: dibatalkan",
        "2\nLaporan keluarga/pengaduan terbuka\nPengaduan"]
    page.assert_readable()
    page.picture("stop-details")
    page.release("3")
    page.wait(lambda: not page.css(".why li"), "details gone")


def test_under_every_strip_nothing_leaves_its_part_of_the_screen(page):
    long = people.document("X0000099", "WIDYANINGSIH KUSUMAWARDHANI", "SRI HANDAYANI", "F", "1996-03-00", "2031-09-02")
    for seq, document in [(449, people.BUDI), (450, long)]:
        page.show(**people.unknown(seq=seq, document=document, seen=people.seen(), undecided_seq=411, mode="TRAINING", **people.OFFLINE))
        page.assert_readable()
        page.picture(f"every-strip-{seq}")
        assert page.script("const [hero, ...parts] = ['.hero', '#more', '.mark svg'].map((at) => document.querySelector(at).getBoundingClientRect().bottom);"
                           "return parts.every((part) => part <= hero - 6)")


def test_who_was_held_back_is_told_so_only_in_the_details(page):
    page.show(**people.refer(seq=446, reasons=[("R010", "AMBER", "", "")], seen=people.seen("REFUSED_EXIT"), category="WORK"))
    line = "Sudah dicatat di sini: berangkat 12 Nov 2025 09.12"
    page.wait_text("seen", line)
    page.hold("d")
    page.wait_text("seen", f"{line}, ditolak keluar")
    page.assert_readable()
    page.release("d")
    page.wait_text("seen", line)


def test_an_earlier_crossing_is_told_beside_its_verdict_only(page):
    page.show(**people.clear(seq=447, seen=people.seen(wall_ms=people.now_ms())))
    assert page.text("seen").startswith("Sudah dicatat di sini: berangkat hari ini ")
    assert page.text("word") == "SESUAI" and page.text("key-1") == "Berangkattombol 1 · catat"
    page.show(**people.clear(seq=448))
    assert not page.script("return document.getElementById('seen').offsetHeight") and page.text("seen") == ""
    page.show(**people.clear(seq=447, seen=people.seen(), screen="RECORDED", decision="CLEARED", decided_seq=448))
    assert page.text("seen") == ""


def test_the_waiting_time_of_a_stop_runs(page):
    page.show(**people.stop())
    first = page.text("waiting")
    page.wait(lambda: page.text("waiting") != first, "a later time")


def test_the_strips_tell_age_and_backlog(page):
    now = people.now_ms()
    page.show(online=False, unsent=1234, data_as_of_ms=now - 54 * 3600_000)
    strip = page.text("net-say")
    assert strip.startswith("LURING") and strip.endswith("2 hari 6 jam lalu")
    assert page.text("unsent") == "1.234 catatan belum terkirim"
    page.show()
    page.wait(lambda: not page.css("#net")[0].is_displayed(), "no strip when online")


def test_a_live_counter_has_no_ribbon_and_a_training_one_has(page):
    page.show(mode="LIVE")
    assert not page.css("#ribbon")[0].is_displayed()
    page.show(mode="DESK")
    assert page.text("ribbon").startswith("SIMULASI")
