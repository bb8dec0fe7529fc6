"""As much of CDDL (RFC 8610) as sync/wire.cddl uses, to hold CBOR against it.

    grammar = Grammar(text)              # raises ValueError where the text is not of that subset
    grammar.check("receipt", encoded)    # raises Mismatch with the path to what does not conform
    grammar.used                         # names of the rules that something has conformed to

Rules of types and groups; maps with keys that are types, arrays; occurrences ? * + n*m; choices with /, of
a group's numbers with &(...); ranges; #6.N(...); .size .regexp .cbor. Encodings have to be deterministic (RFC 8949,
4.2), whole, and without what cbor2 forgives. Arrays and maps match as a PEG does: greedily, with no way back.
"""

import re

import cbor2

TOKEN = re.compile(r"""\s*(?:;[^\n]*\n\s*)*(?:
    (?P<text>"[^"]*") | (?P<number>-?\d+) | (?P<tag>\#6\.\d+) | (?P<control>\.[a-z]+) | (?P<range>\.\.)
  | (?P<id>[A-Za-z@_$](?:[-.]*[A-Za-z0-9@_$])*) | (?P<sign>=>|[=/,:?*+(){}\[\]&]))""", re.X)
PRELUDE = {
    "any": lambda v: True, "bool": lambda v: isinstance(v, bool), "true": lambda v: v is True,
    "false": lambda v: v is False, "null": lambda v: v is None, "bstr": lambda v: isinstance(v, bytes),
    "tstr": lambda v: isinstance(v, str), "int": lambda v: is_int(v), "uint": lambda v: is_int(v) and v >= 0,
}
# Names that RFC 8610, appendix D, has given a meaning, and that are not of this subset.
TAKEN = {"nint", "bytes", "text", "tdate", "time", "number", "biguint", "bignint", "bigint", "integer", "unsigned",
         "decfrac", "bigfloat", "eb64url", "eb64legacy", "eb16", "encoded-cbor", "uri", "b64url", "b64legacy",
         "regexp", "mime-message", "cbor-any", "float16", "float32", "float64", "float16-32", "float32-64",
         "float", "nil", "undefined"}
CLOSES = {"(": ")", "{": "}", "[": "]"}


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


class Mismatch(Exception):
    """What does not conform, and where."""

    def __init__(self, path, why):
        super().__init__(f"{path or '/'}: {why}")
        self.depth = path.count("/")


class Reader:
    """The text as tokens, and the grammar of CDDL over them. Types and groups come out as tuples."""

    def __init__(self, text):
        self.tokens, self.at = [], 0
        end = 0
        text += "\n"
        while text[end:].strip() and not re.fullmatch(r"\s*(;[^\n]*\n\s*)*", text[end:]):
            found = TOKEN.match(text, end)
            if not found:
                raise ValueError(f"not understood: {text[end:end + 40]!r}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            end = found.end()
        self.tokens += [("end", "")] * 3

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][1]

    def kind(self, ahead=0):
        return self.tokens[self.at + ahead][0]

    def take(self, wanted=None):
        kind, word = self.tokens[self.at]
        if wanted is not None and word != wanted:
            raise ValueError(f"{word!r} where {wanted!r} is expected")
        self.at += 1
        return kind, word

    def rules(self):
        found = {}
        while self.kind() != "end":
            kind, name = self.take()
            if kind != "id" or name in found or name in PRELUDE or name in TAKEN:
                raise ValueError(f"{name!r} is no new name of a rule")
            self.take("=")
            found[name] = self.group("(") if self.peek() == "(" else self.type()
        return found

    def type(self):
        choices = [self.controlled()]
        while self.peek() == "/":
            self.take()
            choices.append(self.controlled())
        return choices[0] if len(choices) == 1 else ("choice", choices)

    def controlled(self):
        left = self.simple()
        if self.kind() == "range":
            self.take()
            return ("range", left[1], self.simple()[1])
        if self.kind() == "control":
            name = self.take()[1][1:]
            if name not in ("size", "regexp", "cbor"):
                raise ValueError(f".{name} is not of this subset")
            return (name, left, self.simple())
        return left

    def simple(self):
        kind, word = self.take()
        if kind == "number":
            return ("value", int(word))
        if kind == "text":
            return ("value", word[1:-1])
        if kind == "id":
            return ("name", word)
        if kind == "tag":
            self.take("(")
            inner = self.type()
            self.take(")")
            return ("tag", int(word[3:]), inner)
        if word == "&":
            return ("choice", [entry[3] for entry in self.group("(")[1]])
        if word == "(":
            inner = self.type()
            self.take(")")
            return inner
        self.at -= 1
        if word == "{":
            return ("map", self.group("{"))
        if word == "[":
            return ("array", self.group("["))
        raise ValueError(f"{word!r} where a type is expected")

    def group(self, opens):
        self.take(opens)
        entries = []
        while self.peek() != CLOSES[opens]:
            entries.append(self.entry())
            if self.peek() == ",":
                self.take()
            elif self.peek() != CLOSES[opens]:
                raise ValueError(f"{self.peek()!r} where a comma is expected")
        self.take()
        return ("group", entries)

    def entry(self):
        """(least, most, key or None, type)."""
        least, most = self.occurrence()
        if self.kind() == "id" and self.peek(1) == ":":
            self.at += 2  # a name, for who reads it
            return (least, most, None, self.type())
        first = self.type()
        if self.peek() != "=>":
            return (least, most, None, first)
        self.take()
        return (least, most, first, self.type())

    def occurrence(self):
        many = float("inf")
        if self.peek() in ("?", "+"):
            return (0, 1) if self.take()[1] == "?" else (1, many)
        if self.peek() != "*" and self.peek(1) != "*":
            return (1, 1)
        least = int(self.take()[1]) if self.kind() == "number" else 0
        self.take("*")
        return (least, int(self.take()[1]) if self.kind() == "number" else many)


class Grammar:
    def __init__(self, text):
        self.rules = Reader(text).rules()
        self.used = set()
        for name in self.names():
            if name not in self.rules and name not in PRELUDE:
                raise ValueError(f"{name!r} has no rule")

    def names(self):
        """All that rules refer to."""
        def walk(node):
            if isinstance(node, tuple) and len(node) == 2 and node[0] == "name":
                yield node[1]
            elif isinstance(node, (tuple, list)):
                for inner in node:
                    yield from walk(inner)
        return set(walk(list(self.rules.values())))

    def check(self, name, encoded):
        value = self.decoded(encoded, "")
        self.match(("name", name), value, "")
        return value

    def decoded(self, encoded, path):
        try:
            value = cbor2.loads(encoded)
            again = cbor2.dumps(value, canonical=True)
        except (cbor2.CBORError, ValueError, TypeError, EOFError) as bad:
            raise Mismatch(path, f"not CBOR: {bad}") from bad
        if again != encoded:
            raise Mismatch(path, "not deterministically encoded, or something is behind it")
        return value

    def match(self, node, value, path):
        getattr(self, f"match_{node[0]}")(node, value, path)

    def match_name(self, node, value, path):
        name = node[1]
        if name in PRELUDE:
            if not PRELUDE[name](value):
                raise Mismatch(path, f"is no {name}")
            return
        self.match(self.rules[name], value, path)
        self.used.add(name)

    def match_value(self, node, value, path):
        if type(value) is not type(node[1]) or value != node[1]:
            raise Mismatch(path, f"is not {node[1]!r}")

    def match_range(self, node, value, path):
        if not is_int(value) or not node[1] <= value <= node[2]:
            raise Mismatch(path, f"is not in {node[1]}..{node[2]}")

    def match_choice(self, node, value, path):
        faults = []
        for choice in node[1]:
            try:
                return self.match(choice, value, path)
            except Mismatch as fault:
                faults.append(fault)
        raise max(faults, key=lambda fault: fault.depth)

    def match_tag(self, node, value, path):
        if not isinstance(value, cbor2.CBORTag) or value.tag != node[1]:
            raise Mismatch(path, f"has no tag {node[1]}")
        self.match(node[2], value.value, path)

    def match_size(self, node, value, path):
        self.match(node[1], value, path)
        length = len(value.encode() if isinstance(value, str) else value)
        self.match(node[2], length, f"{path} (its length)")

    def match_regexp(self, node, value, path):
        self.match(node[1], value, path)
        if not re.fullmatch(node[2][1], value):
            raise Mismatch(path, f"is not of the form {node[2][1]}")

    def match_cbor(self, node, value, path):
        self.match(node[1], value, path)
        self.match(node[2], self.decoded(value, path), path)

    def match_group(self, node, value, path):  # a type in parentheses
        if len(node[1]) != 1 or node[1][0][2] is not None:
            raise ValueError(f"a group where a type is expected, for {path}")
        self.match(node[1][0][3], value, path)

    # ---- what is in arrays and maps ----

    def inlined(self, entries):
        """Entries, with those of groups that are named among them."""
        for least, most, key, kind in entries:
            group = self.rules.get(kind[1]) if key is None and kind[0] == "name" else None
            if group and group[0] == "group":
                self.used.add(kind[1])
                yield from self.inlined(group[1])
            else:
                yield least, most, key, kind

    def match_array(self, node, value, path):
        if not isinstance(value, list):
            raise Mismatch(path, "is no array")
        at = 0
        for least, most, _, kind in self.inlined(node[1][1]):
            count = 0
            while count < most and at < len(value):
                try:
                    self.match(kind, value[at], f"{path}/{at}")
                except Mismatch:
                    if count < least or least == most == 1 or at == len(value) - 1:
                        raise
                    break
                at, count = at + 1, count + 1
            if count < least:
                raise Mismatch(path, f"has {len(value)} items, which is too few")
        if at < len(value):
            raise Mismatch(path, f"has {len(value)} items, which is too many")

    def match_map(self, node, value, path):
        if not isinstance(value, dict):
            raise Mismatch(path, "is no map")
        left = dict(value)
        for least, most, key, kind in self.inlined(node[1][1]):
            found = [k for k in left if self.conforms(key, k)]
            if not least <= len(found) <= most:
                raise Mismatch(path, f"has {len(found)} keys {key[1:]}, not {least} to {most}")
            for k in found:
                self.match(kind, left.pop(k), f"{path}/{k}")
        if left:
            raise Mismatch(path, f"has keys that nothing is said of: {sorted(map(str, left))}")

    def conforms(self, node, value):
        try:
            self.match(node, value, "")
            return True
        except Mismatch:
            return False
