"""Writes docs/reference/http.md from the description the service gives of itself, or checks it (`--check`)."""

from __future__ import annotations

import sys
from typing import Any

from written import DOCS, cell, table, wrapped, write_or_check

from tenfold.config import load_settings
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app

TARGET = DOCS / "reference" / "http.md"

HEAD = """\
# HTTP

Written by `make docs` from the description a running service gives of itself: `/openapi.json` for programs, `/docs` for
people. How it behaves, and what it bounds, is in [the service](../service.md).

Every refusal is JSON, `{"error": {"code", "message", "hint"}}`; [errors](errors.md) has all of them. Besides those
named below every address may answer 400 (malformed), 401 (the token is missing or wrong), 429 (too many requests, with
`Retry-After`) and 500 (an accident).
"""
Node = dict[str, Any]
# Answers that every address may give are told once, in the head.
EVERYWHERE = {"200", "400", "401", "429", "500"}


def kind(node: Node) -> str:
    """What a value is, in a few words; a schema of a name leads to it."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if options := node.get("anyOf") or node.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(one) for one in options))
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("properties"):
        return "object with " + ", ".join(f"`{name}`: {kind(one)}" for name, one in node["properties"].items())
    if node.get("type") == "array":
        return f"list of {kind(node.get('items', {}))}"
    word = {"integer": "whole number", "object": "object", "string": "text", "null": "null", None: "anything"}
    return word.get(node.get("type"), str(node.get("type"))) + _range(node)


def _range(node: Node) -> str:
    low = f"above {node['exclusiveMinimum']:g}" if "exclusiveMinimum" in node else ""
    low = f"from {node['minimum']:g}" if "minimum" in node else low
    high = f"at most {node['maximum']:g}" if "maximum" in node else ""
    return "".join(f", {part}" for part in (low, high) if part)


def fields(schema: Node) -> str:
    """The fields of an object as a table."""
    needed = schema.get("required", [])
    rows = [
        [f"`{name}`{'' if name in needed else ' (may be left out)'}", kind(one), cell(one.get("description", ""))]
        for name, one in schema.get("properties", {}).items()
    ]
    return table(["field", "kind", "what"], rows)


def body(operation: Node) -> str:
    """What may be sent."""
    content = operation.get("requestBody", {}).get("content", {})
    lines = []
    for media, one in content.items():
        schema = one["schema"]
        if "$ref" in schema:
            lines.append(f"- `{media}`: {kind(schema)}")
            continue
        named = ", ".join(
            f"`{name}`: {'a file' if value.get('format') == 'binary' else kind(value)}"
            for name, value in schema.get("properties", {}).items()
        )
        lines.append(f"- `{media}` with {named}" if named else f"- `{media}`")
    return "It takes one of\n\n" + "\n".join(lines) + "\n" if lines else ""


def answers(operation: Node) -> str:
    """What comes back."""
    least = min(operation["responses"])
    good = operation["responses"][least]
    media, one = next(iter(good.get("content", {}).items()), ("", {}))
    schema = one.get("schema", {})
    came = f"**{least}**" + (f": {kind(schema)}" if schema else f": `{media}`" if media else ", and nothing else")
    rows = [
        [f"**{status}**", cell(one["description"])]
        for status, one in sorted(operation["responses"].items())
        if status not in EVERYWHERE and status != least
    ]
    return f"It answers {came}.\n" + ("\n" + table(["or", ""], rows) if rows else "")


def operation(path: str, method: str, one: Node) -> str:
    """One address in full."""
    rows = [
        [
            f"`{parameter['name']}` ({parameter['in']}{', needed' if parameter.get('required') else ''})",
            kind(parameter["schema"]),
            cell(parameter.get("description", "")),
        ]
        for parameter in one.get("parameters", [])
    ]
    parts = [f"### {method.upper()} {path}", wrapped(one.get("description", one["summary"])) + "\n"]
    text = "\n\n".join(parts)
    return "\n".join(
        part for part in (text, table(["parameter", "kind", "what"], rows), body(one), answers(one)) if part
    )


def schemas(description: Node) -> dict[str, Node]:
    """Every schema with a name; some bodies bring their own."""
    found = dict(description["components"]["schemas"])
    for ways in description["paths"].values():
        for one in ways.values():
            for content in one.get("requestBody", {}).get("content", {}).values():
                found |= content["schema"].get("$defs", {})
    return found


def page(description: Node) -> str:
    """The whole page."""
    parts = [HEAD, "## Addresses\n"]
    parts += [
        operation(path, method, one) for path, ways in description["paths"].items() for method, one in ways.items()
    ]
    parts.append("## What is sent and answered\n")
    for name, schema in sorted(schemas(description).items()):
        said = wrapped(schema.get("description", ""))
        parts.append("\n".join(part for part in (f"### {name}\n", said and f"{said}\n", fields(schema)) if part))
    return "\n".join(parts)


if __name__ == "__main__":
    described = create_app(Recognizer(settings=load_settings(database="none"))).openapi()
    sys.exit(write_or_check({TARGET: page(described)}))
