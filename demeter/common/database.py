"""Statement timeouts of PostgreSQL, set for libpq before the first connection.

For the web and the workers, whose thread pools have no time limits of their own. Migrations and other commands have
none. A lost host is detected by the settings of the connection (`demeter.settings`).
"""

import os

# A worker stopped in the middle of a transaction must not lock its rows for ever.
IDLE_SECONDS = 300


def set_statement_timeout(*, statement_seconds: int) -> None:
    """Limit the time of statements, including waits for locks; the operator's `PGOPTIONS` take precedence."""
    limits = {"statement_timeout": statement_seconds, "idle_in_transaction_session_timeout": IDLE_SECONDS}
    options = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    os.environ.setdefault("PGOPTIONS", options)  # noqa: TID251  libpq reads it
