"""`pamit check` against an oracle written from the contract's words alone, over random worlds.

Each world is a policy, placements, lists and travellers on one date (check_cases.py); a cache is
built of its files and every field of every answer compared with the oracle's (check_oracle.py).
PAMIT_SEED and PAMIT_ROUNDS choose the first world and how many; a failure names its world, which is
its seed's alone.
"""

import collections
import json
import os
import random
from pathlib import Path

from check_cases import make_world
from check_oracle import Cache, answer, day
from store_kit import pamit

SEED = int(os.environ.get("PAMIT_SEED", "20261121"))
ROUNDS = int(os.environ.get("PAMIT_ROUNDS", "40"))
CONTRACT = Path(__file__).parents[1] / "data" / "contract"
FAILURES_SHOWN = 5

EVERY_REASON = {f"R{number:03}" for number in (
    1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 25, 30, 40, 41, 42, 50, 51, 52,
    60, 61, 62, 63, 70, 72, 74, 75)}
EVERY_MATCH = {
    ("PASSPORT", "EXACT"), ("PASSPORT", "NEAR"), ("PASSPORT", "CONFLICT"),
    ("OLD_PASSPORT", "EXACT"), ("OLD_PASSPORT", "NEAR"), ("OLD_PASSPORT", "CONFLICT"),
    ("NAME_DOB", "EXACT"), ("NAME_DOB", "NEAR"), (None, "NONE")}


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ask_pamit(world, folder):
    as_of = ["--as-of", world["as_of"]] if world["as_of"] else []
    placements = write_rows(folder / "placements.jsonl", world["placements"])
    lists = write_rows(folder / "lists.jsonl", world["lists"])
    queries = write_rows(folder / "queries.jsonl", world["queries"])
    policy = folder / "policy.json"
    policy.write_text(json.dumps(world["policy"]), encoding="utf-8")
    pamit("cache", "build", "--placements", placements, "--lists", lists,
          "--out", folder / "cache.db", *as_of)
    out, _ = pamit("check", "--json", "--cache", folder / "cache.db", "--policy", policy,
                   "--date", world["date"], "--site", world["site"], queries)
    return [json.loads(line) for line in out.splitlines()]


def ask_oracle(world):
    cache = Cache(world["placements"], world["lists"])
    return [answer(query, cache, world["policy"], world["date"], world["site"], world["as_of"])
            for query in world["queries"]]


def same(got, expected):
    """Reasons are a set, each named once; the rest is the same, and in the contract's order."""
    return list(got) == list(expected) and len(got["reasons"]) == len(set(got["reasons"])) and \
        {**got, "reasons": set(got["reasons"])} == expected


def explain(seed, world, query, got, expected):
    """All that another run needs: the day, the traveller, and the records that were named."""
    ids = {got["placement_id"], expected["placement_id"]}
    records = [json.dumps(row) for row in world["placements"] if row["placement_id"] in ids]
    return "\n".join([f"PAMIT_SEED={seed} PAMIT_ROUNDS=1: {world['date']} {world['site']} {query}",
                      f"  oracle {expected | {'reasons': sorted(expected['reasons'])}}",
                      f"  pamit  {got | {'reasons': sorted(got['reasons'])}}", *records])


def test_every_answer_is_the_oracle_s(tmp_path):
    seen, failures, count = collections.Counter(), [], 0
    for seed in range(SEED, SEED + ROUNDS):
        world = make_world(random.Random(seed), people_max=24, queries_each=9)
        answers, expected = ask_pamit(world, tmp_path), ask_oracle(world)
        assert len(answers) == len(expected)
        count += len(expected)
        for query, got, want in zip(world["queries"], answers, expected):
            match = want["match_key"], want["match_grade"]
            seen.update(want["reasons"] | {want["verdict"], match})
            if not same(got, want):
                failures.append(explain(seed, world, query, got, want))
    print(f"PAMIT_SEED={SEED} PAMIT_ROUNDS={ROUNDS}: {count} travellers, {len(failures)} differ")
    assert not failures, "\n".join(failures[:FAILURES_SHOWN])
    if ROUNDS >= 40:  # fewer may lack a rare one
        assert (EVERY_REASON | EVERY_MATCH | {"SESUAI", "RUJUK", "TUNDA"}) <= set(seen), seen


def test_the_oracle_answers_the_contract_s_own_examples_as_they_expect():
    cache = Cache(read_rows(CONTRACT / "placements.example.jsonl"),
                  read_rows(CONTRACT / "lists.example.jsonl"))
    policy = json.loads((CONTRACT / "policy.example.json").read_text(encoding="utf-8"))
    for query in read_rows(CONTRACT / "check.example.jsonl"):
        got, expect = answer(query, cache, policy, day("2026-11-21")), query["expect"]
        assert {key: got[key] for key in ("verdict", "match_grade", "placement_id")} == {
            key: expect[key] for key in ("verdict", "match_grade", "placement_id")}
        assert set(expect["reasons_include"]) <= got["reasons"]
