"""What `token-broker login` keeps of a broker: one file a broker, for its owner alone."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from pathlib import Path
from typing import Optional

from token_broker.errors import ProofError


def login_file(issuer: str) -> Path:
    """`$XDG_STATE_HOME/token-broker/logins`, default `~/.local/state/…` (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    digest = hashlib.sha256(issuer.encode()).hexdigest()
    return Path(state) / "token-broker" / "logins" / f"{digest[:32]}.json"


def has_login(issuer: str) -> bool:
    return login_file(issuer).exists()


def login_token(issuer: str) -> str:
    """The broker token of the login at `issuer`. ProofError: nobody logged in, it ended, or others may read it."""
    path = login_file(issuer)
    fault = _fault_of(path.parent) or _fault_of(path)
    if fault is not None:
        raise ProofError(f"the login in {path} is not used: {fault}")
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        broker, token, expires = kept["broker"], kept["token"], kept["expires"]
    except (OSError, ValueError, TypeError, KeyError):
        broker, token, expires = None, None, None
    if broker != issuer or not isinstance(token, str) or not isinstance(expires, (int, float)):
        raise ProofError(f"nobody has logged in to {issuer}: run token-broker login --broker {issuer}")
    if expires <= time.time():
        raise ProofError(f"the login at {issuer} has ended: run token-broker login again")
    return token


def _fault_of(path: Path) -> Optional[str]:
    """What is wrong with what is to be ours alone; None: nothing, it is not there, or this is Windows."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    if stat.S_ISLNK(found.st_mode):
        return "it is a link: name the place itself"
    if os.name != "posix":
        return None
    if found.st_uid != os.getuid():
        return "it belongs to somebody else: chown it, or log in again"
    if found.st_mode & 0o077:
        return f"others may read or write it: chmod {'700' if stat.S_ISDIR(found.st_mode) else '600'} it"
    return None
