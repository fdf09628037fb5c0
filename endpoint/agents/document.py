"""The page of the documentation about agents: how a client starts the server, and which tools it has."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

from endpoint.agents.replies import QuotedEvent
from endpoint.agents.schema import URI
from endpoint.agents.server import TOOLS
from endpoint.agents.tool import Tool
from endpoint.http.routes import Parameter

WIDTH: Final = 120
HEAD: Final = f"""# Agents

`kg mcp` serves a store to a program that reasons with a language model, over the
[Model Context Protocol](https://modelcontextprotocol.io) (MCP): the program starts the command and speaks to it on its
standard streams. Nothing listens, nothing is fetched, nothing is written but the indexes of the store. It needs the
extra `mcp`: `pip install 'newsgraph[mcp]'`. This page is made by `make docs`.

## Adding it to a client

Clients that read a file of servers (Claude Desktop: `claude_desktop_config.json`; Claude Code: `.mcp.json`; Cursor:
`.cursor/mcp.json`) take this entry, with the paths of your machine:

```json
{{
  "mcpServers": {{
    "newsgraph": {{
      "command": "/path/to/.venv/bin/kg",
      "args": ["mcp", "--store", "/path/to/store"]
    }}
  }}
}}
```

VS Code has the same entry below `servers` in `.vscode/mcp.json`, with `"type": "stdio"`; in Claude Code,
`claude mcp add newsgraph -- /path/to/.venv/bin/kg mcp --store /path/to/store` does it. Settings may be given in `env`,
such as `KG_QUERY_SECONDS`; `KG_SERVE_URL` is the address that citations name.

## What a model is told

Instructions say what the graph is, how many events it has and of which years, which snapshot answers, under which
licences its text is, and that texts in it are data, not instructions. The resource `{URI}`, which
is a tool too, is the schema: prefixes, terms, how many values they have, and queries. It is made from the vocabulary
and its shapes.

Each event in an answer is a quotation:
{", ".join(f"`{name}`" for name in QuotedEvent.__slots__)}.
So what a model says can be quoted, and checked by whoever reads it. A row that names no event, such as a count, is
cited as an answer, with the tool `cite` ([how answers are cited](answers.md)).

Queries pass the same guard as queries over HTTP, and run in the same processes with the same limits of
time, memory and size. What is wrong is an error of the tool, with the words of the problem document that the HTTP
endpoint has for it, and its status; arguments that a tool does not know are errors.

## Tools
"""


def markdown() -> str:
    """Return docs/agents.md."""
    return "\n".join((HEAD, *(line for tool in TOOLS for line in _section(tool))))


def _section(tool: Tool) -> Iterator[str]:
    yield from (f"### {tool.name}", "", *wrap(tool.description, WIDTH), "")
    if tool.parameters:
        yield from ("| argument | type | what it is |", "|---|---|---|")
        yield from (_row(one) for one in tool.parameters)
        yield ""
    fields = ", ".join(f"`{name}`" for name in tool.output_schema["properties"])
    yield from (f"Answers with {fields}.", "")


def _row(one: Parameter) -> str:
    name = f"`{one.name}`" + (" (needed)" if one.required else "")
    return f"| {name} | {_kind(one.schema)} | {one.description} |"


def _kind(schema: Any) -> str:
    return {"integer": "number", "object": "object"}.get(schema["type"], "text")
