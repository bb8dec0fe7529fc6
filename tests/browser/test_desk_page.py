"""The desk's page: the drawer of sample passports, on windows of usual sizes."""

import datetime as dt
import http.server
import pathlib
import subprocess
import threading

import pytest
from selenium.webdriver.common.by import By

import samples
from conftest import BIN, SCREENSHOTS, wait_for
from desk_setup import free_port
from page import CONTRAST_JS

CUT_JS = """
return [...document.querySelectorAll(".strip *")].filter((e) => !e.closest("svg, .notice") &&
  getComputedStyle(e).overflowY !== "auto" &&
  (e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1) && e.clientWidth)
  .map((e) => `${e.tagName} ${e.textContent.slice(0, 40)}`);
"""


class Glass(http.server.BaseHTTPRequestHandler):
    """In the place of the officer's page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,><body style='background:#e3f3eb'>")

    def log_message(self, *arguments):
        pass


@pytest.fixture(name="desk")
def fixture_desk(driver, tmp_path):
    """The desk's page, open, with today's samples in its drawer."""
    made = samples.Samples(dt.date(2026, 11, 22))
    made.write(tmp_path)
    (tmp_path / "console.token").write_text("0" * 32)
    glass = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Glass)
    threading.Thread(target=glass.serve_forever, daemon=True).start()
    port = free_port()
    process = subprocess.Popen([BIN / "pamit-desk", "--dir", tmp_path, "--port", str(port),
                                "--page-port", str(glass.server_port)], stderr=subprocess.DEVNULL)
    wait_for((tmp_path / "desk.sock").exists, "the desk")
    driver.get_log("browser")
    driver.get(f"http://127.0.0.1:{port}/")
    yield made
    driver.get("about:blank")
    process.terminate()
    assert process.wait(10) == 0
    glass.shutdown()
    glass.server_close()


def in_drawer(driver):
    return [button.get_attribute("data-document") for button in driver.find_elements(By.CSS_SELECTOR, ".passport")]


@pytest.mark.parametrize("width, height", [(1280, 800), (1440, 900), (1920, 1080)])
def test_every_sample_is_two_clicks_away_and_nothing_is_cut(driver, desk, width, height):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    try:
        wait_for(lambda: in_drawer(driver), "the drawer")
        seen = []
        for tab in driver.find_elements(By.CSS_SELECTOR, "#groups button"):
            tab.click()
            group = [document["name"] for document in desk.documents if document["group"] == tab.text]
            assert in_drawer(driver) == group and 1 <= len(group) <= 10
            assert driver.execute_script(CUT_JS) == []
            assert driver.execute_script(CONTRAST_JS, 4.5) == []
            seen += group
            driver.save_screenshot(str(SCREENSHOTS / f"desk-{width}-{len(seen)}.png"))
        assert seen == [document["name"] for document in desk.documents]
    finally:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False})


def test_a_click_puts_the_document_on_the_scanner(driver, desk, tmp_path):
    wait_for(lambda: in_drawer(driver), "the drawer")
    with open(tmp_path / "scanner", "rb", buffering=0) as reader:
        driver.find_elements(By.CSS_SELECTOR, "#groups button")[1].click()
        driver.find_element(By.CSS_SELECTOR, "[data-document=agus]").click()
        read = reader.read(200)
    lines = next(document["lines"] for document in desk.documents if document["name"] == "agus")
    assert read.decode().startswith(lines[0][:20])
