"""Real traffic is as sync/openapi.yaml and sync/wire.cddl say, and all that they say is real.

Each exchange of wire_scenes has to conform, and each status of each request that is described has to have been seen.
"""

import copy
import os
import re
import subprocess

import cbor2
import pytest

from api_kit import SYNC, Api
from registry_kit import deterministic, zstd_raw
from wire_kit import Exchange, unzstd
from wire_scenes import record

# By kind. What a lane writes once a month, or after a misread line, nobody here makes; entries of kinds 6 and 12 to 15 are this
# test's own, as a lane would write them.
PAYLOADS = {1: "presented", 2: "decided", 6: "void", 11: "purge", 12: "epoch", 14: "health", 15: "recovered"}
UNSEEN_RULES = {"purge", "purge-day", "correction"}


@pytest.fixture(name="trace", scope="module")
def make_trace(tmp_path_factory):
    return record(tmp_path_factory.mktemp("wire"))


@pytest.fixture(name="api", scope="module")
def make_api():
    return Api()


# ---- both ways -------------------------------------------------------------------------------------


def test_every_exchange_is_as_described_and_all_that_is_described_was_seen(trace, api):
    for seen in trace:
        api.check(seen)
    assert api.unseen() == []


def test_our_programs_asked_for_everything(trace, api):
    """Not just this test's client: each request is one that a kiosk makes, with 200 at least once."""
    made = {(e.method, re.sub(r"\?.*", "", e.target)) for e in trace if e.program and e.status == 200}
    assert made == {(method, path) for method, path, _ in api.described if method != "*"}
    assert any("&wait=" in e.target for e in trace if e.program)


def test_every_entry_is_of_its_kind(trace, api):
    """CDDL can't say that a payload is of its header's kind."""
    kinds = set()
    for seen in trace:
        if seen.target == "/v1/entries" and seen.status == 200:
            for header, payload, *_ in cbor2.loads(unzstd(seen.body))[5]:
                kind = cbor2.loads(header)[5]
                if payload is not None:
                    api.grammar.check(PAYLOADS[kind], payload)
                kinds.add(kind)
    assert kinds == {1, 2, 6, 12, 14, 15}


def test_every_rule_was_needed(trace, api):
    for seen in trace:
        api.check(seen)
        if seen.method == "POST" and seen.status == 200 and not seen.program and seen.body:
            content = api.operation(seen)[2]["requestBody"]["content"]
            (media, said), = content.items()
            if "x-cddl" in said:
                api.body_check(content, media, seen.body)
    assert set(api.grammar.rules) - api.grammar.used == UNSEEN_RULES


# ---- and it can fail -------------------------------------------------------------------------------


def first(trace, target, status=200):
    return next(e for e in trace if e.target.startswith(target) and e.status == status)


def changed(seen, **fields):
    return Exchange(**{**seen.__dict__, **fields})


def header_set(seen, name, value):
    return changed(seen, answer_headers=tuple((n, value if n == name else v) for n, v in seen.answer_headers))


BREAKS = [
    ("a path", lambda t: changed(first(t, "/v1/policy"), target="/v1/police"), "this status is not described"),
    ("a method", lambda t: changed(first(t, "/v1/policy"), method="PUT"), "this status is not described"),
    ("a status", lambda t: changed(first(t, "/v1/policy"), status=202), "status is not described"),
    ("a parameter", lambda t: changed(first(t, "/v1/feed/lists"), target="/v1/feed/lists?from=0&to=1"), "to is not"),
    ("no parameter", lambda t: changed(first(t, "/v1/feed/lists"), target="/v1/feed/lists"), "from is missing"),
    ("its value", lambda t: changed(first(t, "/v1/receipt"), target="/v1/receipt?nonce=00"), "nonce: "),
    ("a header", lambda t: changed(first(t, "/v1/policy"), headers=(("Cookie", "a"),)), "cookie"),
    ("an answer's header", lambda t: changed(first(t, "/v1/policy"), answer_headers=(
        *first(t, "/v1/policy").answer_headers, ("Server", "x"))), "server"),
    ("no header", lambda t: changed(first(t, "/v1/receipt", 503), answer_headers=tuple(
        h for h in first(t, "/v1/receipt", 503).answer_headers if h[0] != "Retry-After")), "retry-after is missing"),
    ("a header's value", lambda t: header_set(first(t, "/v1/receipt", 503), "Retry-After", "soon"), "Retry-After|retry-after"),
    ("a content type", lambda t: header_set(first(t, "/v1/policy"), "Content-Type", "text/html"), "content type"),
    ("a request's body", lambda t: changed(first(t, "/v1/entries"), body=zstd_raw(deterministic({1: 1})), program=True),
     "has 0 keys"),
    ("an answer", lambda t: changed(first(t, "/v1/receipt"), answer=first(t, "/v1/policy").answer), "/"),
    ("a certificate", lambda t: changed(first(t, "/v1/ca"), answer=b"0"), ""),
    ("a text", lambda t: changed(first(t, "/v1/policy", 404), answer=b"two\nlines"), "text"),
]


@pytest.mark.parametrize("broken, why", [row[1:] for row in BREAKS], ids=[row[0] for row in BREAKS])
def test_what_is_not_as_described_is_found(trace, broken, why):
    with pytest.raises((AssertionError, ValueError), match=why):
        Api().check(broken(trace))


def test_a_described_status_that_nobody_saw_is_found(trace, api):
    document = copy.deepcopy(api.document)
    document["paths"]["/v1/policy"]["get"]["responses"]["418"] = {"$ref": "#/components/responses/NotFound"}
    other = Api(document)
    for seen in trace:
        other.check(seen)
    assert other.unseen() == [("GET", "/v1/policy", "418")]


# ---- by others' means, where they are ----------------------------------------------------------------


def test_the_openapi_document_is_one():
    """By its own schema: packaged for Debian 13 only."""
    validator = pytest.importorskip("openapi_spec_validator", reason="python3-openapi-spec-validator: Debian 13")
    validator.validate(Api().document)


def test_another_reader_of_cddl_reads_it_too():
    """The tool of Debian's package cddl, which Debian 12 lacks."""
    try:
        done = subprocess.run(["cddl", "compile-cddl", "--cddl", SYNC / "wire.cddl"], capture_output=True, text=True,
                              env={**os.environ, "RUST_LOG": "off"}, check=False)
    except FileNotFoundError:
        pytest.skip("no cddl here: Debian 13 has it")
    assert done.returncode == 0, done.stdout + done.stderr
