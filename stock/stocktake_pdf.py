"""The signed report of a closed stocktake as a PDF for the accountant: totals by product, then each bay with its photo.

A4, drawn line by line with reportlab, in the language and the time zone that are active. All of it comes from what the
stocktake stored when it was closed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas

from stock.amounts import Value
from stock.models import BayState, Stocktake, StocktakeBay
from stock.stocktake_totals import ProductTotal, bay_totals, product_totals

ReadPicture = Callable[[UUID], bytes | None]
FONT, BOLD, SIZE = "Helvetica", "Helvetica-Bold", 9
LINE = 4.4 * mm
LEFT, RIGHT, TOP, BOTTOM = 18 * mm, A4[0] - 18 * mm, A4[1] - 18 * mm, 20 * mm
# The right ends of the columns expected, difference, stock, value.
COLUMNS = (RIGHT - 62 * mm, RIGHT - 44 * mm, RIGHT - 26 * mm, RIGHT)
TEXT_END = COLUMNS[0] - 14 * mm
PICTURE = (28 * mm, 21 * mm)
GREY = (0.35, 0.35, 0.35)


def draw_report(stocktake: Stocktake, *, nursery: str, read_picture: ReadPicture) -> bytes:
    """The whole report; a photo that `read_picture` does not find is said to be missing."""
    buffer = BytesIO()
    sheet = _Sheet(
        buffer, footer=" · ".join(filter(None, (nursery, _("Stocktake %(number)s") % {"number": stocktake})))
    )
    sheet.canvas.setTitle(_("Stocktake %(number)s") % {"number": stocktake.number})
    _draw_head(sheet, stocktake, nursery)
    _draw_products(sheet, product_totals(stocktake))
    _draw_signature(sheet, stocktake)
    sheet.heading(_("Bays"))
    _draw_columns(sheet, _("Bay, count and signer"))
    for bay in stocktake.bays.prefetch_related("lines").iterator(chunk_size=500):
        _draw_bay(sheet, bay, read_picture(bay.image_id) if bay.image_id else None)
    sheet.finish()
    return buffer.getvalue()


class _Sheet:
    """A canvas with the height at which the next line is written; a new page begins where a block does not fit."""

    def __init__(self, buffer: BytesIO, *, footer: str) -> None:
        self.canvas = Canvas(buffer, pagesize=A4, pageCompression=1)
        self.footer = footer
        self.y = TOP

    def need(self, height: float) -> None:
        """Begin a new page unless so much is left of this one."""
        if self.y - height < BOTTOM:
            self._end_page()

    def text(self, x: float, text: str, *, font: str = FONT, size: float = SIZE, width: float | None = None) -> None:
        """Write at the present height; what is wider than `width` is cut."""
        self.canvas.setFont(font, size)
        if width is not None:
            text = (simpleSplit(text, font, size, width) or [""])[0]
        self.canvas.drawString(x, self.y, text)

    def numbers(self, texts: Sequence[str], *, font: str = FONT) -> None:
        """Write each text at the right end of its column."""
        self.canvas.setFont(font, SIZE)
        for x, text in zip(COLUMNS, texts, strict=False):
            self.canvas.drawRightString(x, self.y, text)

    def heading(self, text: str) -> None:
        self.need(4 * LINE)
        self.y -= LINE
        self.text(LEFT, text, font=BOLD, size=12)
        self.y -= 1.5 * LINE

    def rule(self) -> None:
        """A thin line below the present line."""
        self.canvas.setLineWidth(0.4)
        self.canvas.line(LEFT, self.y - 1.4 * mm, RIGHT, self.y - 1.4 * mm)

    def finish(self) -> None:
        self._end_page()
        self.canvas.save()

    def _end_page(self) -> None:
        self.canvas.setFont(FONT, 8)
        self.canvas.setFillColorRGB(*GREY)
        self.canvas.drawString(LEFT, 10 * mm, self.footer)
        self.canvas.drawRightString(RIGHT, 10 * mm, str(self.canvas.getPageNumber()))
        self.canvas.setFillColorRGB(0, 0, 0)
        self.canvas.showPage()
        self.y = TOP


def _draw_head(sheet: _Sheet, stocktake: Stocktake, nursery: str) -> None:
    totals = bay_totals(stocktake)
    sheet.text(LEFT, _("Stocktake %(number)s") % {"number": stocktake.number}, font=BOLD, size=18)
    sheet.y -= 2 * LINE
    counted = _("%(counted)s of %(all)s counted, %(doubt)s in doubt or open, %(signed)s signed off")
    rows = [
        (_("Nursery"), nursery),
        (_("Places"), stocktake.places),
        (_("Date"), date_format(stocktake.day, "DATE_FORMAT")),
        (_("Stock until"), _moment(stocktake.moment)),
        (_("Counts from"), _moment(stocktake.counted_from)),
        (
            _("Bays"),
            counted
            % {
                "counted": intcomma(totals.counted),
                "all": intcomma(totals.bays),
                "doubt": intcomma(totals.states["doubt"]),
                "signed": intcomma(totals.states["signed"]),
            },
        ),
        (_("Plants"), intcomma(totals.quantity)),
        (_("Expected"), f"{intcomma(totals.expected)} ({_signed(totals.difference)})"),
        (_("Value at price"), " + ".join(map(_worth, totals.values)) or "-"),
    ]
    if totals.values and totals.unpriced:
        rows.append((_("Plants without a price"), intcomma(totals.unpriced)))
    for name, value in rows:
        if value:
            sheet.text(LEFT, name)
            sheet.text(LEFT + 45 * mm, value, font=BOLD, width=RIGHT - LEFT - 45 * mm)
            sheet.y -= LINE


def _draw_products(sheet: _Sheet, products: Sequence[ProductTotal]) -> None:
    sheet.heading(_("Products"))
    _draw_columns(sheet, _("Product"))
    for total in products:
        sheet.need(LINE)
        sheet.text(LEFT, f"{total.product} ({total.sku})", width=TEXT_END - LEFT)
        sheet.numbers([*_plants(total.expected, total.quantity), _worth(total.value) if total.value else "-"])
        sheet.y -= LINE


def _draw_columns(sheet: _Sheet, first: str) -> None:
    sheet.text(LEFT, first, font=BOLD)
    sheet.numbers([_("Expected"), _("Difference"), _("Stock"), _("Value")], font=BOLD)
    sheet.rule()
    sheet.y -= 1.4 * LINE


def _draw_signature(sheet: _Sheet, stocktake: Stocktake) -> None:
    """Who signed it in Demeter, and a line for a pen."""
    sheet.need(6 * LINE)
    sheet.y -= 2 * LINE
    who = stocktake.closed_by
    name = who.get_full_name() or who.get_username() if who else ""
    words = _("Signed in Demeter by %(name)s, %(moment)s")
    sheet.text(LEFT, words % {"name": name, "moment": _moment(stocktake.closed_at)}, font=BOLD)
    sheet.y -= 3 * LINE
    sheet.canvas.line(LEFT, sheet.y, LEFT + 80 * mm, sheet.y)
    sheet.y -= LINE
    sheet.text(LEFT, _("Signature"), size=8)
    sheet.y -= LINE


def _draw_bay(sheet: _Sheet, bay: StocktakeBay, picture: bytes | None) -> None:
    """The bay with its count beside the photo, a row for each kind of plants, and their sum where there are several."""
    rows = list(_bay_rows(bay))
    sheet.need(max(PICTURE[1] + LINE, (4 + len(rows)) * LINE))
    top, x = sheet.y, LEFT + PICTURE[0] + 4 * mm
    if picture is not None:
        _draw_picture(sheet.canvas, picture, LEFT, top + 3 * mm - PICTURE[1])
    sheet.text(x, f"{bay.code}  {bay.place}", font=BOLD, width=RIGHT - x)
    for words in _count_words(bay, picture):
        sheet.y -= LINE
        sheet.text(x, words, size=8, width=RIGHT - x)
    for words, numbers in rows:
        sheet.y -= LINE
        sheet.need(LINE)
        sheet.text(x, words, width=TEXT_END - x)
        sheet.numbers(numbers)
    if picture is not None and sheet.y < top:  # all on one page
        sheet.y = min(sheet.y, top - PICTURE[1] + 3 * mm)
    sheet.rule()
    sheet.y -= 1.6 * LINE


def _bay_rows(bay: StocktakeBay) -> Iterator[tuple[str, list[str]]]:
    """The words and numbers of a bay."""
    lines = list(bay.lines.all())
    for line in lines:
        worth = _worth(Value(line.price * line.quantity, line.currency)) if line.price is not None else "-"
        yield " · ".join(filter(None, (line.product, line.packaging))), [*_plants(line.expected, line.quantity), worth]
    if len(lines) != 1:
        yield _("Together"), _plants(bay.expected, bay.quantity)


def _count_words(bay: StocktakeBay, picture: bytes | None) -> list[str]:
    """How the bay was counted, by whom, and who signed it off."""
    if bay.state == BayState.MISSING:
        return [_("Not counted: the stock is what was expected.")]
    moment = _moment(bay.counted_at)
    if bay.state == BayState.HAND:
        return [" · ".join(filter(None, (_("Counted by hand"), moment, bay.counted_by)))]
    counted = _("%(plants)s plants in the photo") % {"plants": intcomma(bay.counted)}
    doubt = _("in doubt or open") if bay.in_doubt else ""
    signed = _("signed off by %(name)s") % {"name": bay.signed_by} if bay.signed_by else _("not signed off")
    words = [" · ".join(filter(None, (counted, moment, bay.counted_by))), " · ".join(filter(None, (signed, doubt)))]
    return words if picture is not None else [*words, _("The photo is not available.")]


def _draw_picture(canvas: Canvas, picture: bytes, left: float, bottom: float) -> None:
    canvas.drawImage(ImageReader(BytesIO(picture)), left, bottom, *PICTURE, preserveAspectRatio=True, anchor="nw")


def _plants(expected: int, quantity: int) -> list[str]:
    return [intcomma(expected), _signed(quantity - expected), intcomma(quantity)]


def _signed(number: int) -> str:
    return f"+{intcomma(number)}" if number > 0 else intcomma(number)


def _worth(value: Value) -> str:
    return f"{number_format(value.amount, 2, use_l10n=True, force_grouping=True)} {value.currency}"


def _moment(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else ""
