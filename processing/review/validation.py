"""Photos whose true number is known: what the intervals of counts are learned from (`stock.intervals`).

A photo is validated if its count was truly checked: corrected mark by mark and then signed off, or counted again by a
person who did not see the number. A sign-off alone is none: it may have been given at a glance. Such photos are
validated once they are counted again.

The caller has locked the photo; what is learned comes last, after the stock.
"""

from demeter.accounts.models import User
from locations.models import LocationConfig
from processing.models import ProcessingSession
from processing.review.outcome import config_of
from processing.review.recount import model_totals
from stock.conformal import Stratum
from stock.intervals import Truth, record_validation, withdraw_validation
from stock.models import Validation, ValidationSource


def follow_validation(session: ProcessingSession) -> None:
    """Let the validation of a photo follow its count in force: after a sign-off, a correction, or a new run.

    What a person counted independently stays, beside what the new run counted.
    """
    independent = [ValidationSource.RECOUNT, ValidationSource.KNOWN]
    noted = Validation.objects.in_force().of_image(session.original_image_id).filter(source__in=independent).first()
    if noted is not None:
        if noted.session_id != session.session_id:
            record_truth(session, truth=noted.truth, source=ValidationSource(noted.source), user=noted.user)
    elif session.is_checked and session.validated_by_user is not None:
        truth = session.total_estimated or 0
        record_truth(session, truth=truth, source=ValidationSource.CORRECTED, user=session.validated_by_user)
    else:
        withdraw_validation(session.original_image_id, sources=[ValidationSource.CORRECTED])


def record_truth(session: ProcessingSession, *, truth: int, source: ValidationSource, user: User) -> Validation | None:
    """Note the true number of a counted photo, such as the result of a blind recount. None if its run predicted no
    error: a refused or partial count, or one of an earlier version."""
    if session.predicted_error is None:
        return None
    stratum = stratum_of(session, session.container_kind, config_of(session))
    known = Truth(
        image_id=session.original_image_id,
        session_id=session.session_id,
        counted=model_totals(session)["total_estimated"] or 0,
        truth=truth,
        predicted_error=session.predicted_error,
        calibrated=session.calibration.calibrate(session.uncalibrated or 0) if session.calibration else None,
        model_version=stratum.model,
        container_kind=stratum.container,
        product_id=stratum.product,
        packaging_id=stratum.packaging,
        moment=session.original_image.moment,
    )
    return record_validation(known, source=source, user=user)


def stratum_of(session: ProcessingSession, container_kind: str, config: LocationConfig | None) -> Stratum:
    """What kind of photo a run counted; of no product if several, or mixed plants, grow at its location."""
    if config is None or config.listed_parts or config.product.is_mixed:
        return Stratum(session.model_version, container_kind)
    return Stratum(session.model_version, container_kind, config.product_id, config.packaging_id)
