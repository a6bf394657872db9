"""The outcome of a count: its remaining problem, or the stock that it adds.

`processing.pipeline.aggregation` calls this when a run ends, `processing.review.corrections` when a person signs a
count off or withdraws that. A run that refuses its own count (too dark, blurred, ...) adds no stock until a person has
signed it off.
"""

from demeter.accounts.models import User
from demeter.common.i18n.messages import Message
from locations.configuration import config_at
from locations.models import LocationConfig, StorageLocation
from photos.models import S3Image
from processing import lifecycle
from processing.dating import describe_doubt
from processing.messages import NEEDS_ATTENTION, NOT_CONFIGURED, NOT_PLACED
from processing.models import ProcessingSession
from processing.problems import NEEDS_CONFIG, NEEDS_DATE, NEEDS_LOCATION, REFUSALS, Problem
from processing.review.division import divide_count
from processing.statuses import UNFINISHED
from stock import ledger


def config_of(session: ProcessingSession, *, lock: bool = False) -> LocationConfig | None:
    """The configuration of a run's location when its photo was taken.

    With `lock`, this waits for a configuration that is being written, and none is written until the transaction ends;
    the caller has locked the photo's row.
    """
    if session.storage_location is None:
        return None
    if lock:
        StorageLocation.objects.select_for_update(no_key=True).get(pk=session.storage_location.pk)
    return config_at(session.storage_location, session.original_image.moment)


def category_of(config: LocationConfig | None) -> int | None:
    """The category of what grows there; None if nobody knows, or products of several do."""
    if config is None or config.product.is_mixed:
        return None
    products = [config.product, *(part.product for part in config.listed_parts)]
    categories = {product.family.category_id for product in products}
    return categories.pop() if len(categories) == 1 else None


def find_problem(session: ProcessingSession, config: LocationConfig | None) -> tuple[Problem | None, Message | None]:
    """The problem that a person must fix, the most basic first, with its details; `config` is the location's."""
    if session.refusal and not session.validated:
        return REFUSALS[session.refusal], session.refusal_message
    if session.storage_location is None:
        reason = (session.location_evidence or {}).get("reason")
        return NEEDS_LOCATION, Message.from_json(reason) if reason else NOT_PLACED()
    if session.original_image.date_doubt:
        return NEEDS_DATE, describe_doubt(session.original_image)
    if config is None:
        return NEEDS_CONFIG, NOT_CONFIGURED(location=session.storage_location.full_name)
    return None, None


def record_stock(
    session: ProcessingSession, config: LocationConfig | None, *, problem: Problem | None, user: User | None
) -> None:
    """Record the count in the ledger; a photo with a problem adds no stock.

    A count of this run that was withdrawn with its sign-off is put back in force instead of being written twice.
    """
    image = session.original_image
    if problem is not None or session.storage_location is None or config is None:
        ledger.reverse_image_counts(image.pk, user=user, reason=NEEDS_ATTENTION())
        return
    quantity, quantity_empty = session.total_estimated or 0, session.total_empty_containers or 0
    portions, uncalibrated = divide_count(session, config), before_calibration(session)
    reinstated = session.refusal and ledger.reinstate_count(
        image_id=image.pk,
        session_id=session.session_id,
        quantity=quantity,
        quantity_empty=quantity_empty,
        user=user,
        config=config,
        portions=portions,
        uncalibrated=uncalibrated,
    )
    if not reinstated:
        ledger.record_count(
            image_id=image.pk,
            session_id=session.session_id,
            location=session.storage_location,
            config=config,
            quantity=quantity,
            quantity_empty=quantity_empty,
            user=user,
            happened_at=image.moment,
            portions=portions,
            uncalibrated=uncalibrated,
        )
    tell_stock(session)


def before_calibration(session: ProcessingSession) -> int | None:
    """What the count in force was before it was multiplied by a factor; None if it was not."""
    return session.uncalibrated if session.is_calibrated else None


def tell_stock(session: ProcessingSession) -> None:
    """Tell the stock how sure this count is; the number that a person checked is taken as right."""
    measured = ledger.Measured(
        predicted_error=0.0 if session.is_checked else session.predicted_error,
        model_version=session.model_version,
        container_kind=session.container_kind,
    )
    ledger.review_count(
        session_id=session.session_id, signed_off=session.validated, in_doubt=session.needs_look, measured=measured
    )


def follow_sign_off(image: S3Image, session: ProcessingSession, *, user: User) -> None:
    """Let problem and stock follow when a count is signed off or the sign-off is withdrawn: a sign-off overrides the
    refusal of the run.

    The caller has locked the photo's row. An unfinished run decides by itself when it ends.
    """
    tell_stock(session)
    if not session.refusal:
        return
    newest = image.jobs.order_by("-created_at").first()
    if newest is None or newest.status in UNFINISHED:
        return
    config = config_of(session, lock=True)
    problem, message = find_problem(session, config)
    if newest.pk == session.job_id:
        lifecycle.restate(newest, problem, message)
    record_stock(session, config, problem=problem, user=user)
