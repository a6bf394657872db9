"""What people say about a difference, by the page or the API: done once, also when it is sent twice."""

from dataclasses import dataclass

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from stock.decisions import About, Explanation, accept, ask_recount, assign, explain, reopen, was_decided
from stock.models import DecisionKind


@dataclass(frozen=True)
class Said:
    """A decision: `explanation` for what was sold, lost or came in."""

    kind: DecisionKind
    reason: str = ""
    assigned_to: User | None = None
    explanation: Explanation | None = None


def decide_once(about: About, said: Said) -> bool:
    """Do it; False if it was done before with the same key. Raises as `stock.decisions`."""
    if was_decided(about, said.kind):
        return False
    try:
        _decide(about, said)
    except ConflictError:
        if not was_decided(about, said.kind):  # by a request that came at the same time
            raise
        return False
    return True


def _decide(about: About, said: Said) -> None:
    if said.explanation is not None:
        explain(about, said.explanation)
        return
    match said.kind:
        case DecisionKind.ACCEPTED:
            accept(about, reason=said.reason)
        case DecisionKind.RECOUNT:
            ask_recount(about, reason=said.reason, assigned_to=said.assigned_to)
        case DecisionKind.ASSIGNED:
            assign(about, assigned_to=said.assigned_to)
        case _:
            reopen(about)
