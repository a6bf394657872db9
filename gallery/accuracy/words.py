"""What is said about a factor, on pages, after a form, and in the API."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from stock.factors import Verdict
from stock.models import Calibration


def number_words(factor: float) -> str:
    """A factor to three digits, in the language of the page."""
    return number_format(factor, 3)


def factor_words(row: Calibration) -> str:
    """Whether a factor is used, and why not."""
    if row.is_off:
        return _("Somebody switched it off: new counts are not multiplied.")
    match row.verdict:
        case Verdict.USED:
            return _("The counts lean one way, so new counts are multiplied by the factor.")
        case Verdict.BOTH_WAYS:
            return _("The errors go both ways: 1 lies within the error bars. A factor would not help, so none is used.")
        case Verdict.NO_BETTER:
            return _("With the factor the counts of these photos would not be better, so it is not used.")
    return _(
        "The true numbers are more than twice, or less than half, of the counts. No factor mends that: check whether "
        "the known counts are of what the photos show."
    )
