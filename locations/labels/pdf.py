"""QR labels of locations as a PDF: A4, eight to a page, with cut marks in the margins; pure.

The grid is that of common sheets of labels of 99.1 x 67.7 mm (two by four), and plain paper is cut along the marks.
Eight and not twenty, so that the code can still be read from where a phone sees a whole bench.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

COLUMNS, ROWS = 2, 4
PER_PAGE = COLUMNS * ROWS
MAX_LABELS = 400  # 50 pages, some 3 seconds of work
WIDTH, HEIGHT = 99.1 * mm, 67.7 * mm
GAP = 2.5 * mm
LEFT = (A4[0] - COLUMNS * WIDTH - (COLUMNS - 1) * GAP) / 2
BOTTOM = (A4[1] - ROWS * HEIGHT) / 2
QUIET_MODULES = 4  # the white border that readers ask for (ISO/IEC 18004)
QR_SIDE = 62 * mm  # with its border
PADDING = 3 * mm
TICK = 3 * mm
FONT, BOLD = "Helvetica", "Helvetica-Bold"


@dataclass(frozen=True)
class Label:
    """The content of one label. `qr_code` is the text of the QR code, which a person types when it cannot be
    scanned."""

    qr_code: str
    name: str
    place: str


def draw_labels(labels: Sequence[Label], *, title: str) -> bytes:
    """The labels in the given order as a PDF. Raises ValueError for none, or for more than MAX_LABELS."""
    if not 0 < len(labels) <= MAX_LABELS:
        raise ValueError(f"{len(labels)} labels")
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setTitle(title)
    for start in range(0, len(labels), PER_PAGE):
        _draw_cut_marks(canvas)
        for (left, bottom), label in zip(_corners(), labels[start : start + PER_PAGE], strict=False):
            _draw_label(canvas, label, left, bottom)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _corners() -> Iterator[tuple[float, float]]:
    """The lower left corner of each label of a page, in the order of reading."""
    for row in reversed(range(ROWS)):
        for column in range(COLUMNS):
            yield LEFT + column * (WIDTH + GAP), BOTTOM + row * HEIGHT


def _draw_cut_marks(canvas: Canvas) -> None:
    """Short lines outside the labels: where a knife enters and leaves."""
    canvas.setLineWidth(0.3)
    for column in range(COLUMNS):
        for x in (LEFT + column * (WIDTH + GAP), LEFT + column * (WIDTH + GAP) + WIDTH):
            for y in (BOTTOM - 2 * TICK, BOTTOM + ROWS * HEIGHT + TICK):
                canvas.line(x, y, x, y + TICK)
    for row in range(ROWS + 1):
        y = BOTTOM + row * HEIGHT
        canvas.line(LEFT - TICK, y, LEFT - 1, y)
        canvas.line(A4[0] - LEFT + 1, y, A4[0] - LEFT + TICK, y)


def _draw_label(canvas: Canvas, label: Label, left: float, bottom: float) -> None:
    canvas.saveState()
    edge = canvas.beginPath()
    edge.rect(left, bottom, WIDTH, HEIGHT)
    canvas.clipPath(edge, stroke=0)  # a name of one very long word must not reach the code of the next label
    _draw_qr(canvas, label.qr_code, left + PADDING, bottom + (HEIGHT - QR_SIDE) / 2)
    x, width = left + PADDING + QR_SIDE, WIDTH - QR_SIDE - 2 * PADDING
    y = bottom + HEIGHT - 12 * mm
    y = _draw_lines(canvas, label.name, BOLD, 17, x=x, y=y, width=width, most=3)
    _draw_lines(canvas, label.place, FONT, 11, x=x, y=y - 2 * mm, width=width, most=5)
    size = 11.0
    while canvas.stringWidth(label.qr_code, BOLD, size) > width and size > 5:
        size -= 0.5
    canvas.setFont(BOLD, size)
    canvas.drawString(x, bottom + 6 * mm, label.qr_code)
    canvas.restoreState()


def _draw_lines(
    canvas: Canvas, text: str, font: str, size: float, *, x: float, y: float, width: float, most: int
) -> float:
    """Write the text in at most `most` lines from `y` down and return the `y` of the next line. Long words shrink."""
    longest = max(canvas.stringWidth(word, font, size) for word in text.split() or [""])
    size = max(6.0, size * min(1.0, width / max(longest, 1.0)))
    canvas.setFont(font, size)
    for line in simpleSplit(text, font, size, width)[:most]:
        canvas.drawString(x, y, line)
        y -= size * 1.2
    return y


def _draw_qr(canvas: Canvas, text: str, left: float, bottom: float) -> None:
    """A QR code of error correction level Q, readable with a quarter of it dirty."""
    code = QRCode(None, QRErrorCorrectLevel.Q)
    code.addData(text)
    code.make()
    modules = code.getModuleCount()
    side = QR_SIDE / (modules + 2 * QUIET_MODULES)
    path = canvas.beginPath()
    for row in range(modules):
        y = bottom + QR_SIDE - (row + 1 + QUIET_MODULES) * side
        for start, length in _dark_runs([code.isDark(row, column) for column in range(modules)]):
            path.rect(left + (start + QUIET_MODULES) * side, y, length * side, side)
    canvas.drawPath(path, stroke=0, fill=1)


def _dark_runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start and length of each run of dark modules: one rectangle each leaves no hairlines between modules."""
    start = None
    for column, dark in enumerate([*row, False]):
        if dark and start is None:
            start = column
        elif not dark and start is not None:
            yield start, column - start
            start = None
