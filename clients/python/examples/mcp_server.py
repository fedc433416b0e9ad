"""An MCP server on standard input and output whose tool reads reports in AWS, with one short session for each purpose.

    claude mcp add reports -e TOKEN_BROKER_URL=https://broker.example.com -e REPORTS_BUCKET=acme-reports -- python mcp_server.py

Needs mcp 2 and aiobotocore. Standard output is the protocol's: nothing else may print there.
"""

from __future__ import annotations

import os

from mcp.server.mcpserver import MCPServer

from token_broker import BrokerError, Session

SCOPE = os.environ.get("TOKEN_BROKER_SCOPE", "read-reports")
server = MCPServer("reports", instructions="Reads the reports of the company. Say why in one sentence.")


@server.tool()
async def list_reports(prefix: str, why: str) -> str:
    """Lists the reports whose name begins with a prefix, such as 2026/11/. `why`: for which question this is needed."""
    session = Session(scope=SCOPE, intent=why[:256]).aio_session()
    try:
        async with session.create_client("s3") as s3:
            found = await s3.list_objects_v2(Bucket=os.environ["REPORTS_BUCKET"], Prefix=prefix, MaxKeys=100)
    except BrokerError as refused:
        return f"No access: {refused}"
    return "\n".join(each["Key"] for each in found.get("Contents", [])) or "There is no such report."


if __name__ == "__main__":
    server.run("stdio")
