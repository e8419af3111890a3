"""The description of the REST interface as a page: the OpenAPI document in plain HTML that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

Part = Mapping[str, Any]
"""A part of an OpenAPI document, which is JSON."""

router = APIRouter(include_in_schema=False)

_STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid; }
h3 { margin: 2rem 0 0; overflow-wrap: anywhere; }
code { font: 0.95em ui-monospace, monospace; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: 0.5rem 0; }
td { padding: 0.2rem 1rem 0.2rem 0; vertical-align: baseline; overflow-wrap: anywhere; }
p { margin: 0.25rem 0; }
"""
_LIMITS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
    "default": "{} unless given",
}
"""How the limits of a value are spelled, by their names in JSON Schema."""


@router.get("/docs")
async def show_api(request: Request) -> HTMLResponse:
    """The page."""
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"content-security-policy": policy, "cache-control": "no-cache"}
    return HTMLResponse(api_page(request.app.openapi()), headers=headers)


def api_page(document: Part) -> str:
    """An OpenAPI 3.1 document as HTML: its routes by subject, then the schemas that they speak of."""
    title = escape(f"{document['info']['title']} {document['info']['version']}: REST")
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>",
            f"<p>{escape(document['info']['summary'])}. The same for programs:",
            ' <a href="openapi.json">openapi.json</a>.</p>',
            *_subjects(document["paths"]),
            "<h2>Schemas</h2>",
            *(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
            "</body></html>",
        )
    )


def _subjects(paths: Part) -> Iterator[str]:
    subjects: dict[str, list[str]] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            subjects.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    for subject, operations in subjects.items():
        yield f"<h2>{escape(subject.capitalize())}</h2>"
        yield from operations


def _operation(path: str, method: str, operation: Part) -> str:
    parameters = [
        (f"{each['name']} ({each['in']})", each["schema"], each.get("required", False), each.get("description", ""))
        for each in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {})
    replies = [
        f"<p>{escape(code)}: {_contents(reply.get('content', {}))} {escape(_said_of(reply))}</p>"
        for code, reply in operation["responses"].items()
        if code != "default"
    ]
    return "".join(
        (
            f"<h3><code>{escape(method.upper())} {escape(path)}</code></h3>",
            f"<p>{escape(operation.get('description', ''))}</p>",
            _table(parameters),
            f"<p>Body: {_contents(body)}</p>" if body else "",
            *replies,
        )
    )


def _said_of(reply: Part) -> str:
    """The description of a reply where somebody wrote one; the default document says no more than that it is one."""
    description = str(reply["description"])
    return "" if description == "Successful Response" else description


def _schema(name: str, schema: Part) -> str:
    required = schema.get("required", ())
    fields = [
        (field, part, field in required, part.get("description", ""))
        for field, part in schema.get("properties", {}).items()
    ]
    kind = "" if fields else f"<p>{_type(schema)}</p>"
    text = escape(schema.get("description", ""))
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{text}</p>{kind}{_table(fields)}'


def _table(rows: list[tuple[str, Part, bool, str]]) -> str:
    """Rows of name, schema, whether it has to be given, and description."""
    cells = [
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(schema)}{'' if is_required else ', optional'}</td>"
        f"<td>{escape('; '.join(filter(None, (text, *_limits(schema)))))}</td></tr>"
        for name, schema, is_required, text in rows
    ]
    return f"<table>{''.join(cells)}</table>" if cells else ""


def _contents(content: Part) -> str:
    """What a body may be, by media type."""
    return " or ".join(
        _type(each.get("schema", {})) if media_type == "application/json" else f"<code>{escape(media_type)}</code>"
        for media_type, each in content.items()
    )


def _type(schema: Part) -> str:
    """What values a schema allows, in a few words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return " or ".join(map(_type, choices))
    if "const" in schema or "enum" in schema:
        return " or ".join(f"<code>{escape(repr(value))}</code>" for value in schema.get("enum", [schema.get("const")]))
    if "prefixItems" in schema:
        return f"[{', '.join(map(_type, schema['prefixItems']))}]"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(schema.get("format") or schema.get("type") or "any value")


def _limits(schema: Part) -> list[str]:
    """The limits of a value, and of its kinds where it may be of several."""
    parts = (schema, *schema.get("anyOf", ()))
    return [text.format(_value(part[name])) for part in parts for name, text in _LIMITS.items() if name in part]


def _value(value: object) -> str:
    """A value as JSON writes it; the document has whole numbers as 1.0."""
    if isinstance(value, float) and value.is_integer():
        return f"{int(value):,}"
    return value if isinstance(value, str) else json.dumps(value)
