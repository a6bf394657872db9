"""How long a process waits for PostgreSQL, told to libpq before its first connection.

For the web and the workers, whose pools of threads have no time limits of their own. Migrations and other commands may
take their time. A host that is gone is noticed by the settings of the connection (`demeter.settings`).
"""

import os

# A worker that was stopped in the middle of a transaction must not lock its rows for ever.
IDLE_SECONDS = 300


def set_statement_timeout(*, statement_seconds: int) -> None:
    """End statements, waiting for locks included, after so long; what the operator has set (`PGOPTIONS`) wins."""
    limits = {"statement_timeout": statement_seconds, "idle_in_transaction_session_timeout": IDLE_SECONDS}
    os.environ.setdefault("PGOPTIONS", " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()))
