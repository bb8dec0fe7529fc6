"""The reader of CDDL that real traffic is held by: what it lets through, and what it must not."""

import cbor2
import pytest

from cddl import Grammar, Mismatch

# What a rule says, what conforms, what does not.
ROWS = [
    ("int", [0, -1, 2**63], ["0", True, None, b""]),
    ("uint", [0, 1], [-1, False]),
    ("3..5", [3, 5], [2, 6, "4", True]),
    ("-7", [-7], [7, -8]),
    ('"M" / "F"', ["M", "F"], ["X", "", 1]),
    ("null", [None], [False, 0]),
    ("true", [True], [1, False]),
    ("tstr .size (1..3)", ["a", "\u00e9a"], ["", "abcd", "\u00e9\u00e9", b"a"]),
    ("bstr .size 2", [b"ab"], [b"a", b"abc", "ab"]),
    ('tstr .regexp "[A-Z]{3}"', ["IDN"], ["ID", "IDNX", "idn"]),
    ("&(clear: 1, stop: 2)", [1, 2], [0, 3, "clear"]),
    ("[* int]", [[], [1, 2]], [[1, "2"], {1: 2}, [None]]),
    ("[1*2 int]", [[1], [1, 2]], [[], [1, 2, 3]]),
    ("[2*2 int]", [[1, 2]], [[1], [1, 2, 3]]),
    ("[header: int, payload: bstr / null, ? hash: bstr]", [[1, b""], [1, None, b"x"]],
     [[1], [1, 2], [1, b"", b"", b""], [b"", 1]]),
    ("{ 1 => int, ? 2 => tstr }", [{1: 5}, {1: 5, 2: "a"}],
     [{}, {2: "a"}, {1: 5, 3: 1}, {1: "5"}, {1: 5, 2: 6}, [1, 5], {"1": 5}]),
    ("{ 1*2 (1..9) => colour } colour = 1..3", [{1: 1}, {1: 1, 9: 3}], [{}, {10: 1}, {1: 4}, {1: 1, 2: 1, 3: 1}]),
    ("{ salt, 1 => int } salt = (0 => bstr .size 1)", [{0: b"s", 1: 2}], [{1: 2}, {0: b"s"}, {0: b"", 1: 2}]),
    ("#6.18([b: bstr])", [cbor2.CBORTag(18, [b""])], [[b""], cbor2.CBORTag(17, [b""]), cbor2.CBORTag(18, [])]),
    ("bstr .cbor inner inner = { 1 => int }", [cbor2.dumps({1: 2})],
     [b"", cbor2.dumps({1: "2"}), cbor2.dumps({1: 2}) + b"\0", b"\xbf\x01\x02\xff", b"\xa1\x01\x18\x02"]),
    ("(int)", [1], ["1"]),
    ("a / b a = { 1 => 1 } b = { 1 => 2 }", [{1: 1}, {1: 2}], [{1: 3}]),
    ("{}", [{}], [{1: 1}, []]),
]


@pytest.mark.parametrize("rule, good, bad", ROWS, ids=[row[0] for row in ROWS])
def test_a_rule_lets_through_what_it_says_and_nothing_else(rule, good, bad):
    grammar = Grammar(f"it = {rule} ; and no more\n")
    for value in good:
        grammar.check("it", cbor2.dumps(value, canonical=True))
    for value in bad:
        with pytest.raises(Mismatch):
            grammar.check("it", cbor2.dumps(value, canonical=True))


@pytest.mark.parametrize("encoded", [
    b"", b"\x18\x01", b"\x01\x01", b"\xa2\x02\x00\x01\x00", b"\xa2\x01\x00\x01\x00", b"\x9f\xff", b"\xfb" + bytes(8),
], ids=["nothing", "a long number", "two items", "keys out of order", "a key twice", "indefinite", "a long float"])
def test_what_is_not_deterministic_does_not_conform(encoded):
    with pytest.raises(Mismatch):
        Grammar("it = any").check("it", encoded)


def test_what_does_not_conform_is_named_by_its_path():
    grammar = Grammar("it = { 5 => [* item] } item = [int, inner] / null inner = { 1 => tstr }")
    with pytest.raises(Mismatch, match=r"^/5/1/1/1: is no tstr$"):
        grammar.check("it", cbor2.dumps({5: [None, [1, {1: 2}]]}))


def test_what_was_conformed_to_is_known():
    grammar = Grammar("it = { ? 1 => one, ? 2 => two } one = int two = int")
    grammar.check("it", cbor2.dumps({1: 1}))
    assert grammar.used == {"it", "one"}


@pytest.mark.parametrize("text", [
    "it = other", "it = int it = int", "it = int .le 5", "it = {1 => int", "it = [int int]", "it =", "it = ~", "uint = int", "number = 1..9",
])
def test_what_is_not_of_the_subset_is_refused(text):
    with pytest.raises(ValueError):
        Grammar(text)
