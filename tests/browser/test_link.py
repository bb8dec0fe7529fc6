"""The link to the lane: while it is good the page is true, and when it is not the page says nothing."""

import http.client
import statistics
import time

import cbor2

import people
from conftest import wait_for
from page import Page


def nothing_of_a_person(page):
    glass = page.script("return document.getElementById('stage').innerText")
    return "SITI" not in glass and "X0000012" not in glass and "SESUAI" not in glass


def test_the_page_blanks_itself_when_the_heartbeat_stops(page):
    page.show(**people.clear())
    page.lane.beating = False
    page.wait(lambda: page.text("lost"), "the lost screen")
    assert "LAYAR TERPUTUS" in page.text("lost") and "Ikuti lampu" in page.text("lost")
    assert nothing_of_a_person(page)
    page.assert_readable()
    page.picture("lost")
    page.press("1")
    page.lane.beating = True
    page.wait(lambda: page.text("lost") is None, "the screen is back")
    page.wait_text("word", "SESUAI")
    assert [message for message in page.lane.received if message[0] == "ACTION"] == []


def test_the_page_blanks_itself_when_the_lane_dies_and_comes_back_with_it(page):
    page.show(**people.clear())
    page.lane.stop()
    page.wait(lambda: page.text("lost"), "the lost screen")
    assert nothing_of_a_person(page)
    page.lane.forget()
    page.lane.start_again()
    page.lane.expect("HELLO")
    page.wait_text("word", "SESUAI")
    assert page.lane.expect("PAINTED") == ("PAINTED", 412, "open")


def test_the_page_blanks_itself_when_the_console_dies(driver, start_console, tmp_path):
    console = start_console()
    page = Page(driver, console, tmp_path)
    page.open()
    page.show(**people.clear())
    console.process.kill()
    console.process.wait()
    page.wait(lambda: page.text("lost"), "the lost screen")
    assert nothing_of_a_person(page)
    driver.get("about:blank")


def test_bytes_that_are_no_view_drop_the_lane_and_the_link_is_made_again(page):
    page.show(**people.clear())
    page.lane.forget()
    page.lane.send_bytes(cbor2.dumps([1, 1, {0: 1}]))
    page.lane.expect("HELLO")
    page.wait_text("word", "SESUAI")
    log = (page.console.folder / "console.log").read_text()
    assert "LANE_GONE reason=protocol" in log


def test_messages_that_only_the_console_sends_drop_the_lane_too(page):
    page.lane.forget()
    page.lane.send_bytes(cbor2.dumps([1, 8, {}]))
    page.lane.expect("HELLO")


def test_the_console_starts_without_a_lane(start_console):
    console = start_console()
    console.lane.stop()
    wait_for(lambda: "LANE_GONE" in (console.folder / "console.log").read_text(), "the loss is logged")
    console.lane.start_again()
    console.lane.expect("HELLO")


def get(console, path):
    connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {console.token}"})
    return connection.getresponse()


def test_a_view_waits_for_no_timer(console):
    """A machine that is slow is as slow with a request: a view may take ten times as long, no more."""
    console.lane.beating = False
    events, views, requests = get(console, "/events"), [], []
    for seq in range(420, 441):
        begun = time.monotonic()
        get(console, "/state").read()
        asked = time.monotonic()
        console.lane.show(**people.clear(seq=seq))
        while f'"seq":{seq}'.encode() not in events.readline():
            pass
        requests.append(asked - begun)
        views.append(time.monotonic() - asked)
    assert statistics.median(views) < 10 * statistics.median(requests)


def test_no_personal_data_in_the_log(page):
    page.show(**people.clear())
    page.press("1")
    page.lane.expect("ACTION")
    log = (page.console.folder / "console.log").read_text()
    for word in ["SITI", "X0000012", page.console.token]:
        assert word not in log


def test_an_acknowledgement_that_is_not_handed_over_was_nobodys_doing(page):
    page.script("window.fetch = (path) => { window.asked = path; return Promise.resolve({ ok: false }); }")
    page.news(**people.clear(seq=417))
    page.wait(lambda: page.script("return window.asked") == "/painted", "the acknowledgement")
    page.script("return new Promise((soon) => setTimeout(soon))")
    assert not page.text("toast")
