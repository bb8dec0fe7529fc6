"""The counter's keys: what the lane does not record itself, the page does as the key on its glass would."""

import subprocess

import pytest


import people
from conftest import BIN


def sent(page, kind):
    return [message for message in page.lane.received if message[0] == kind]


def settle(page, **view):
    """A later view is drawn, so whatever came before it was done too; the view goes on."""
    page.news(**view)


VERDICTS = [("a match", people.clear()), ("a referral", people.refer()), ("a stop", people.stop()),
            ("nobody found", people.unknown()), ("a return", people.coming_back())]


@pytest.mark.parametrize("acted", [True, False])
@pytest.mark.parametrize("says, view", VERDICTS, ids=[row[0] for row in VERDICTS])
def test_the_page_never_decides_for_a_key_over_an_open_verdict(page, says, view, acted):
    page.show(**view)
    for number in (1, 2, 3):
        page.lane.press(number, acted)
    for number, told in ((4, "covered"), (3, "open")):
        page.lane.press(number)
        page.wait(lambda: page.lane.received[-1:] == [("PAINTED", view["seq"], told)], told)
    assert sent(page, "ACTION") == [] and sent(page, "CONTEXT") == [] and sent(page, "DISMISS") == []


def test_what_the_lane_took_the_page_leaves_alone(page):
    page.show(screen="RECORDED", **{k: v for k, v in people.clear().items() if k != "screen"},
              decision="CLEARED", decided_seq=413)
    page.lane.press(1, acted=True)
    page.lane.press(4)
    page.wait(lambda: page.css(".helps"), "the help")
    settle(page)
    assert sent(page, "DISMISS") == []


@pytest.mark.parametrize("screen", ["RECORDED", "UNREADABLE"])
def test_key_1_goes_on_where_there_is_nothing_to_decide(page, screen):
    view = dict(people.clear(), screen=screen, decision="CLEARED", decided_seq=413)
    page.show(**view)
    page.lane.press(1)
    assert page.lane.expect("DISMISS") == ("DISMISS",)


def test_key_4_opens_help_and_key_3_closes_it(page):
    page.lane.press(4)
    page.wait(lambda: page.css(".helps"), "the help")
    page.lane.press(3)
    page.wait(lambda: not page.css(".helps"), "closed")


def test_key_4_that_opened_help_closes_it(page):
    for press in (page.lane.press, lambda number: page.press(str(number))):
        press(4)
        page.wait(lambda: page.css(".helps"), "the help")
        press(4)
        page.wait(lambda: not page.css(".helps"), "closed")


def test_keys_belong_to_the_panel_over_a_verdict(page):
    page.show(**people.stop())
    page.lane.press(4)
    page.wait(lambda: page.css("#decisions"), "the supervisor's panel")
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "covered")
    page.lane.press(1)
    page.click("[data-decision=SECONDARY]")
    page.css("#supervisor-id")[0].send_keys("S-0007")
    page.lane.press(1)
    assert page.lane.expect("ACTION") == ("ACTION", 414, "SECONDARY", "SUPERVISOR", "S-0007", "")
    page.lane.refuse(414, "STORAGE")
    page.wait(lambda: page.text("toast"), "the refusal")
    page.lane.press(3)
    page.wait(lambda: not page.css("#decisions"), "closed")
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "open")
    assert sent(page, "ACTION") == []


def test_details_of_a_stop_show_while_the_counters_key_is_held(page):
    page.show(**people.stop())
    page.lane.button(3)
    page.wait(lambda: page.css(".why li"), "details")
    page.lane.button(3, pressed=False)
    page.wait(lambda: not page.css(".why li"), "details gone")


def test_quick_keys_are_all_heard(page):
    page.show(**people.stop())
    for number in (4, 3, 4):
        page.lane.press(number)
    page.wait(lambda: page.css("#decisions"), "the panel is open again")


def test_a_panel_that_goes_with_its_screen_covers_nothing_any_more(page):
    page.show(**people.stop())
    page.lane.press(4)
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "covered")
    page.news(screen="READY")
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "open")


def test_a_page_that_goes_away_covers_nothing(page):
    page.show(**people.stop())
    page.press("4")
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "covered")
    page.driver.get("about:blank")
    assert page.lane.expect("PAINTED") == ("PAINTED", 414, "open")
    page.lane.show()
    page.open()


def test_an_old_key_is_no_news_for_a_new_page(page):
    page.show(**people.stop())
    page.lane.press(4)
    page.wait(lambda: page.css("#decisions"), "the panel")
    page.driver.refresh()
    page.wait_text("word", "TUNDA")
    settle(page, **people.stop())
    assert not page.css("#decisions")


def test_glass_and_keyboard_record_what_the_lane_says_the_key_records(page):
    page.show(**people.clear(key_go="LOGGED_ONLY", key_refer="WITHDRAWN"))
    assert page.text("key-1").startswith("Bukan PMI")
    page.press("1")
    assert page.lane.expect("ACTION")[2] == "LOGGED_ONLY"
    page.lane.refuse(412, "BUSY")
    page.wait(lambda: page.text("toast"), "the refusal")
    page.click("#key-3")
    assert page.lane.expect("ACTION")[2] == "WITHDRAWN"


def test_no_key_no_decision(page):
    page.show(**people.clear(key_go="NONE", key_refer="NONE"))
    page.press("1", "3")
    settle(page, **people.clear(key_go="NONE", key_refer="NONE"))
    assert sent(page, "ACTION") == []


USAGE = [(["--help"], 0, "stdout"), (["--what"], 2, "stderr"), (["--config"], 2, "stderr"), (["file.conf"], 2, "stderr")]


@pytest.mark.parametrize("arguments, code, where", USAGE, ids=[" ".join(row[0]) for row in USAGE])
def test_the_console_says_how_it_is_started(arguments, code, where):
    ran = subprocess.run([BIN / "pamit-console", *arguments], capture_output=True, text=True, timeout=60)
    assert ran.returncode == code
    assert "usage: pamit-console [--config FILE]\n" in getattr(ran, where)
