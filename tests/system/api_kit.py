"""sync/openapi.yaml and sync/wire.cddl, and whether an exchange conforms to both.

    api = Api()
    api.check(exchange)      # raises AssertionError that names it
    api.unseen()             # what is described and was never seen
"""

import re
import urllib.parse
from pathlib import Path

import jsonschema
import yaml
from cryptography import x509

from cddl import Grammar, Mismatch
from wire_kit import unzstd

SYNC = Path(__file__).parents[2] / "sync"
METHODS = ("get", "post", "put", "delete", "patch", "head", "options", "trace")
DER = {"application/pkix-cert": x509.load_der_x509_certificate,
       "application/pkcs10": x509.load_der_x509_csr}
# Of HTTP itself, in any message.
PLAIN_HEADERS = {"host", "content-length", "content-type", "date"}


class Api:
    def __init__(self, document=None, grammar=None):
        self.document = document or yaml.safe_load((SYNC / "openapi.yaml").read_text())
        self.grammar = Grammar(grammar or (SYNC / "wire.cddl").read_text())
        self.described = {(method.upper(), path, status)
                          for path, item in self.document["paths"].items()
                          for method in METHODS if method in item
                          for status in item[method]["responses"]}
        self.described |= {("*", "x-other-paths", "404"), ("*", "x-other-methods", "405")}
        self.seen = set()

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for word in node["$ref"].removeprefix("#/").split("/"):
                at = at[word]
            node = at
        return node

    def unseen(self):
        return sorted(self.described - self.seen)

    def schema_check(self, schema, text, what):
        """A text of the query or of a header, as the type that its schema has."""
        schema = self.resolve(schema)
        if schema.get("type") == "integer":
            assert re.fullmatch(r"0|[1-9][0-9]*", text), f"{what} is no number"
            text = int(text)
        try:
            jsonschema.Draft202012Validator(schema).validate(text)
        except jsonschema.ValidationError as bad:
            raise AssertionError(f"{what}: {bad.message}") from bad

    def operation(self, exchange):
        """What is described of this request: (name for what was seen, its responses, the operation)."""
        path = urllib.parse.urlsplit(exchange.target).path
        item = self.document["paths"].get(path)
        if item is None:
            return ("*", "x-other-paths"), self.document["x-other-paths"], None
        operation = item.get(exchange.method.lower())
        if operation is None:
            return ("*", "x-other-methods"), self.document["x-other-methods"], None
        return (exchange.method, path), operation["responses"], operation

    def check(self, exchange):
        where, responses, operation = self.operation(exchange)
        status = str(exchange.status)
        try:
            assert status in responses, "this status is not described"
            if operation and exchange.status == 200:  # what is refused may be anything
                self.query_check(exchange, operation)
            if exchange.program:
                self.request_check(exchange, operation)
            self.answer_check(exchange, self.resolve(responses[status]))
        except (AssertionError, Mismatch) as bad:
            raise AssertionError(f"{exchange}: {bad}") from bad
        self.seen.add((*where, status))

    def query_check(self, exchange, operation):
        known = {p["name"]: p for p in map(self.resolve, operation.get("parameters", []))}
        given = urllib.parse.parse_qsl(urllib.parse.urlsplit(exchange.target).query,
                                       keep_blank_values=True, strict_parsing=True) \
            if "?" in exchange.target else []
        names = [name for name, _ in given]
        assert len(names) == len(set(names)), "a parameter is there twice"
        for name, value in given:
            assert name in known, f"parameter {name} is not described"
            self.schema_check(known[name]["schema"], value, name)
        for name, parameter in known.items():
            assert name in names or not parameter.get("required"), f"parameter {name} is missing"

    def request_check(self, exchange, operation):
        """What a program of ours sends is as described, whatever it is answered."""
        assert operation, "a program asks for what is not described"
        self.query_check(exchange, operation)
        headers = {name.lower(): value for name, value in exchange.headers}
        assert headers.keys() <= PLAIN_HEADERS, f"headers {headers.keys() - PLAIN_HEADERS} are not described"
        body = operation.get("requestBody")
        assert bool(body) == bool(exchange.body), "has a body, or has none"
        if body:
            self.body_check(body["content"], headers["content-type"], exchange.body)

    def answer_check(self, exchange, response):
        headers = {name.lower(): value for name, value in exchange.answer_headers}
        assert len(headers) == len(exchange.answer_headers), "a header is there twice"
        described = {name.lower(): self.resolve(h) for name, h in response.get("headers", {}).items()}
        unknown = headers.keys() - PLAIN_HEADERS - described.keys()
        assert not unknown, f"headers {unknown} are not described"
        for name, header in described.items():
            assert name in headers or not header.get("required"), f"header {name} is missing"
            self.schema_check(header["schema"], headers[name], name)
        self.body_check(response["content"], headers["content-type"], exchange.answer)

    def body_check(self, content, media_type, body):
        assert media_type in content, f"content type {media_type} is not described"
        media = content[media_type]
        schema = self.resolve(media["schema"])
        if media_type.startswith("text/plain"):
            self.schema_check(schema, body.decode(), "text")
            return
        assert len(body) <= schema.get("maxLength", len(body)), "the body is too long"
        if media_type in DER:
            DER[media_type](body)
        else:
            body = unzstd(body) if media_type == "application/zstd" else body
            self.grammar.check(media["x-cddl"], body[media.get("x-cddl-after", 0):])
