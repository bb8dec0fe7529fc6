"""The page inside the desk's, and on glasses of other sizes."""

import functools
import http.server
import threading

import pytest

import people
from desk_setup import free_port
from page import Page


class Framing(http.server.BaseHTTPRequestHandler):
    """A page that frames the address it was started with, and nothing else."""

    def __init__(self, address, *arguments):
        self.framed = address
        super().__init__(*arguments)

    def do_GET(self):
        body = f"<!doctype html><link rel=icon href=data:,><iframe src='{self.framed()}' width=1280 height=800></iframe>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def frame_from():
    servers = []

    def start(port, address):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Framing, address))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_desk_frames_the_page_and_it_works(driver, start_console, frame_from, tmp_path):
    port = free_port()
    console = start_console(mode="desk", more=f"desk_port = {port}")
    page = Page(driver, console, tmp_path)
    driver.get_log("browser")
    driver.get(frame_from(port, lambda: f"{console.address}/?token={console.token}"))
    driver.switch_to.frame(0)
    page.wait_screen("READY")
    page.show(**people.clear())
    page.click("#key-1")
    assert console.lane.expect("ACTION") == ("ACTION", 412, "CLEARED", "OFFICER", "", "")
    page.assert_clean()
    driver.switch_to.default_content()
    driver.get("about:blank")


def test_nobody_else_frames_the_page(driver, start_console, frame_from):
    console = start_console(mode="desk", more=f"desk_port = {free_port()}")
    driver.get_log("browser")
    driver.get(frame_from(free_port(), lambda: f"{console.address}/?token={console.token}"))
    log = " ".join(entry["message"] for entry in driver.get_log("browser"))
    assert "frame-ancestors" in log
    driver.get("about:blank")


@pytest.mark.parametrize("width, height", [(800, 480), (960, 600), (1280, 1024), (1920, 1080)])
def test_the_stage_fills_a_glass_of_any_size_and_stays_whole(page, width, height):
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    try:
        page.show(**people.refer(seq=460))
        box = page.script("const b = document.getElementById('stage').getBoundingClientRect();"
                          "return [b.left, b.top, b.width, b.height]")
        scale = min(width / 1280, height / 800)
        expected = [(width - 1280 * scale) / 2, (height - 800 * scale) / 2, 1280 * scale, 800 * scale]
        assert box == pytest.approx(expected, abs=0.6)
        page.click("#key-3")
        assert page.lane.expect("ACTION")[1] == 460
    finally:
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False})


def test_a_narrow_panel_gets_larger_small_text(driver, start_console, tmp_path):
    page = Page(driver, start_console(more="panel_width_mm = 200"), tmp_path)
    page.open()
    page.show(**people.clear(seq=461))
    assert page.script("return parseFloat(getComputedStyle(document.querySelector('.meta')).fontSize)") > 27
    page.assert_readable()
    page.assert_clean()
    driver.get("about:blank")
