"""pamit-console with a lane that tests drive, and a headless Chromium that looks at it.

PAMIT_BIN names the folder of the built programs; screenshots go to PAMIT_ARTIFACTS/screenshots.
"""

import os
import pathlib
import subprocess
import sys
import time

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "board" / "desk")]

import people
from desk_setup import free_port
from fake_lane import FakeLane
from kiosk_conf import kiosk_conf
from page import Page

BIN = pathlib.Path(os.environ.get("PAMIT_BIN", "build/dev/bin")).resolve()
SCREENSHOTS = pathlib.Path(os.environ.get("PAMIT_ARTIFACTS", "build/dev/artifacts")).resolve() / "screenshots"
START_S = 60


def wait_for(condition, what, deadline_s=START_S):
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {deadline_s} s: {what}")


class Console:
    """A running pamit-console of its own folder, with its lane."""

    def __init__(self, folder, mode="live", more="", runtime=None):
        self.folder = folder
        self.port = free_port()
        self.socket = str(folder / "lane.sock")
        self.token_file = (runtime or folder) / "console.token"
        config = folder / "pamit.conf"
        config.write_text(kiosk_conf(
            kiosk={"mode": mode}, lane={"lane_socket": self.socket, "console_uid": os.getuid()},
            console={"console_port": self.port}) + more)
        self.lane = FakeLane(self.socket)
        self.log = open(folder / "console.log", "w+")
        environment = {key: value for key, value in os.environ.items() if key != "RUNTIME_DIRECTORY"}
        if runtime:
            environment["RUNTIME_DIRECTORY"] = str(runtime)
        self.process = subprocess.Popen([BIN / "pamit-console", "--config", config],
                                        stderr=self.log, env=environment)
        wait_for(lambda: self.token_file.exists() or self.process.poll() is not None, "the token file")
        assert self.process.poll() is None, (folder / "console.log").read_text()
        self.token = self.token_file.read_text().strip()
        self.lane.expect("HELLO")

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        self.process.terminate()
        code = self.process.wait(START_S)
        self.lane.close()
        self.log.close()
        return code


@pytest.fixture
def start_console(tmp_path):
    started = []

    def start(**how):
        folder = tmp_path / f"console-{len(started)}"
        folder.mkdir()
        started.append(Console(folder, **how))
        return started[-1]

    yield start
    for console in started:
        if console.process.poll() is None:
            assert console.close() == 0


@pytest.fixture
def console(start_console):
    return start_console()


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
                 f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False})
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield browser
    browser.quit()


@pytest.fixture
def page(driver, console):
    """The officer's page, open, with nothing to complain about until the test's end."""
    shown = Page(driver, console, SCREENSHOTS)
    shown.open()
    yield shown
    shown.assert_clean()
    driver.get("about:blank")


@pytest.fixture(scope="module")
def page_of_file(driver, tmp_path_factory):
    console = Console(tmp_path_factory.mktemp("console"))
    yield Page(driver, console, SCREENSHOTS)
    driver.get("about:blank")
    assert console.close() == 0


@pytest.fixture
def glass(page_of_file):
    """The same for tests that mostly look: one page serves all of a file. To load one takes longer than
    most tests."""
    shown = page_of_file
    if not shown.driver.current_url.startswith(shown.console.address):
        shown.open()
    yield shown
    shown.assert_clean()
    if shown.css("#dialog *"):
        shown.news(**people.clear(seq=9999))  # a verdict closes what is open
        shown.wait(lambda: not shown.css("#dialog *"), "the panel is gone")
    shown.show()
    assert shown.language() == "id" and not shown.css("#dialog *")
    shown.lane.forget()
