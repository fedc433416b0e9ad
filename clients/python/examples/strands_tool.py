"""A Strands agent's tool that reads reports in AWS: a session of its own for each question, which says why it was asked.

    TOKEN_BROKER_URL=https://broker.example.com REPORTS_BUCKET=acme-reports python strands_tool.py "What came in this week?"

Needs strands-agents and boto3. The model sees no key; what it writes into `why` is the intent in the broker's ledger.
A LangChain tool is the same function under `langchain_core.tools.tool`.
"""

from __future__ import annotations

import os
import sys

from strands import Agent, tool

from token_broker import BrokerError, Session

SCOPE = os.environ.get("TOKEN_BROKER_SCOPE", "read-reports")


@tool
def list_reports(prefix: str, why: str) -> str:
    """Lists the reports whose name begins with a prefix.

    Args:
        prefix: How the names begin, such as 2026/11/. Empty for all.
        why: In one sentence, for which question of the user this is needed.
    """
    try:
        s3 = Session(scope=SCOPE, intent=why[:256]).client("s3")
        found = s3.list_objects_v2(Bucket=os.environ["REPORTS_BUCKET"], Prefix=prefix, MaxKeys=100)
    except BrokerError as refused:
        # The model may tell its user whom to ask; it cannot talk the broker into more.
        return f"No access: {refused}"
    return "\n".join(each["Key"] for each in found.get("Contents", [])) or "There is no such report."


if __name__ == "__main__":
    print(Agent(tools=[list_reports])(" ".join(sys.argv[1:])))
