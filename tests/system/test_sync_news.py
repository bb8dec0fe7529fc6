"""What a kiosk does with news that it can't use, or can't find: everything else goes on, and the registry
is not asked in a circle."""

import json
import shutil
from pathlib import Path

import pytest

from front_kit import Front
from registry_kit import Kiosk, Reply, cose_payload, seal
from sync_scene import NAME, make_kiosk_at_work, make_registry  # noqa: F401

POLICY = Path(__file__).parents[1] / "data" / "contract" / "policy.example.json"
SOI = {"kind": "SOI", "passport_no": "X0000006", "passport_country": "IDN", "from": "2020-01-01",
       "expires": "2099-12-31", "issued_by": "IMI-PUSAT", "reason": "R072"}
NOT_IN_THIS_TEST = {"interval_s": 3600, "backoff_min_ms": 900_000, "backoff_max_ms": 900_000}
RECEIPT_LISTS = 10  # the key of the lists' version


def tell(registry):
    path = registry.folder / "lists.jsonl"
    path.write_text(json.dumps(SOI) + "\n")
    registry.command("import", "lists", path)


def goes_up(registry, kiosk):
    """New entries do, by themselves."""
    head = kiosk.append(2)
    kiosk.await_log(f"next={head[1] + 1}")
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


def test_a_policy_that_is_refused_keeps_neither_entries_nor_lists_waiting(registry, kiosk):
    """The centre signs with a key that this kiosk has not: it is online, and only the policy waits."""
    registry.command("import", "policy", POLICY)
    shutil.copy(kiosk.folder / "entry.pub", kiosk.folder / "policy.pub")
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        return ask()

    with Front(registry, kiosk, answer) as front:
        kiosk.start(port=front.port, **NOT_IN_THIS_TEST)
        kiosk.await_log("FEED_REFUSED")
        kiosk.await_log("SYNC_ONLINE")
        goes_up(registry, kiosk)
        tell(registry)
        kiosk.await_log("FEED_APPLIED feed=lists version=1")
        goes_up(registry, kiosk)
        assert kiosk.stop() == 0
    contacts = sum(path.startswith("/v1/receipt") and "wait=" not in path for path in asked)
    assert contacts == 2 and asked.count("/v1/policy") == contacts
    assert sum("FEED_REFUSED" in line for line in kiosk.log) == 1


@pytest.mark.parametrize("path", ["/v1/policy", "/v1/feed/lists", "/v1/feed/placements"])
def test_a_feed_that_fails_keeps_no_entry_waiting(registry, kiosk, path):
    registry.command("import", "policy", POLICY)

    def answer(method, asked, body, ask):
        return Reply(500, {}, b"") if asked.startswith(path) else ask()

    with Front(registry, kiosk, answer) as front:
        tell(registry)
        head = kiosk.append(3)
        done = kiosk.once(port=front.port)
    assert done.returncode == 1
    assert "FEED_REFUSED" in done.stderr and "HTTP 500" in done.stderr
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


def test_a_policy_that_is_mended_is_taken_by_the_back_off(registry, kiosk):
    registry.command("import", "policy", POLICY)
    refused = []

    def answer(method, path, body, ask):
        reply = ask()
        if path == "/v1/policy" and len(refused) < 3:
            refused.append(path)
            reply = Reply(200, {}, reply.body[:-1] + bytes([reply.body[-1] ^ 1]))
        return reply

    with Front(registry, kiosk, answer) as front:
        kiosk.start(port=front.port, interval_s=3600)
        kiosk.await_log("FEED_APPLIED feed=policy version=1")
    assert len(refused) == 3


class Ahead:
    """A front whose waits are answered by a copy of the registry that has lists the others have not."""

    def __init__(self, registry, kiosk, times):
        self.registry, self.times = registry, times
        self.behind = Kiosk(registry, kiosk.name, kiosk.identity, None)
        self.waits = self.contacts = 0

    def __call__(self, method, path, body, ask):
        if not path.startswith("/v1/receipt"):
            return ask()
        if "wait=" not in path:
            self.contacts += 1
            return ask()
        self.waits += 1
        if self.waits > self.times:
            return ask()
        claims = cose_payload(self.registry.receipt_key,
                              self.behind.request("GET", path.partition("&")[0]).body)
        claims[RECEIPT_LISTS] = 7
        return Reply(200, {}, seal(self.registry.receipt_key, claims))


def test_news_that_no_contact_finds_are_not_sought_in_a_circle(registry, kiosk):
    ahead = Ahead(registry, kiosk, 1_000_000)
    with Front(registry, kiosk, ahead) as front:
        kiosk.start(port=front.port, **NOT_IN_THIS_TEST)
        kiosk.await_log("SYNC_ONLINE")
        for _ in range(4):
            goes_up(registry, kiosk)
        assert kiosk.stop() == 0
    assert ahead.waits == 1 and ahead.contacts == 2


def test_a_registry_whose_copies_agree_again_is_listened_to_again(registry, kiosk):
    ahead = Ahead(registry, kiosk, 3)
    with Front(registry, kiosk, ahead) as front:
        kiosk.start(port=front.port, interval_s=3600)
        kiosk.await_log("SYNC_ONLINE")
        tell(registry)
        kiosk.await_log("FEED_APPLIED feed=lists version=1")
        assert kiosk.stop() == 0
