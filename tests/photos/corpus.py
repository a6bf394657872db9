"""Hostile files, made here and the same in every run: what `test_hostile.py` sends through upload and ingest."""

import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.photos.files import huge_png, make_exif

SEED = 20251008
SCRIPT = "<script>alert(1)</script>"
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
SHARES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999)
FLIPS = 12
NAMES = (
    "../../../../etc/passwd.jpg",
    "..\\..\\windows\\win.jpg",
    "/absolute/name.jpg",
    "photo\u202egpj.exe",
    "a\x01b\x1b[31m\x7f.jpg",
    "two\r\nX-Injected: yes.jpg",
    f"{SCRIPT}.jpg",
    '"><img src=x onerror=alert(1)>.jpg',
    "'; DROP TABLE s3_images; --.jpg",
    "=HYPERLINK(0).jpg",
    "{{ settings.SECRET_KEY }}{% debug %}.jpg",
    "CON",
    ".",
    "..",
    "\u202e\u200b\ufeff",
    "🌵" * 300 + ".jpg",
    "x" * 5000 + ".jpg",
)
TYPES = ("text/html", "image/svg+xml", "application/x-php", "multipart/form-data", "")


@dataclass(frozen=True)
class Hostile:
    """One file, as it is sent. `kind` says what is wrong with it."""

    kind: str
    data: bytes
    name: str = "photo.jpg"
    content_type: str = "image/jpeg"


def make_corpus() -> list[Hostile]:
    """All of it."""
    return [*_damaged(), *_polyglots(), *_bombs(), *_exif(), *_named()]


def good_picture(format_name: str, number: int = 0, **options: object) -> bytes:
    """A small picture, the same in every run, different for each number."""
    noise = random.Random(f"{format_name} {number}").randbytes(64 * 48 * 3)
    image, output = Image.frombytes("RGB", (64, 48), noise), BytesIO()
    if format_name == "HEIF":
        pillow_heif.from_pillow(image).save(output, quality=60, **options)
    else:
        image.save(output, format_name, **options)
    return output.getvalue()


def _damaged() -> Iterator[Hostile]:
    rng = random.Random(SEED)
    for format_name in FORMATS:
        data = good_picture(format_name)
        for share in SHARES:
            yield Hostile(f"{format_name} cut at {share}", data[: int(len(data) * share)])
        for number in range(FLIPS):
            flipped = bytearray(data)
            for _ in range(rng.randint(1, 30)):
                flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
            yield Hostile(f"{format_name} with flipped bits {number}", bytes(flipped))
        header = data[:12]
        yield Hostile(f"{format_name} header before noise", header + rng.randbytes(4000))
        yield Hostile(f"{format_name} header before zeros", header + bytes(4000))


def _polyglots() -> Iterator[Hostile]:
    jpeg, png = good_picture("JPEG", 1), good_picture("PNG", 1)
    yield Hostile("JPEG and ZIP", jpeg + b"PK\x03\x04" + bytes(200) + b"PK\x05\x06" + bytes(18))
    yield Hostile("JPEG and page", good_picture("JPEG", 2) + SCRIPT.encode(), "page.html", "text/html")
    yield Hostile("JPEG with a page as comment", _with_segment(good_picture("JPEG", 3), 0xFE, SCRIPT.encode()))
    yield Hostile("page behind JPEG's first bytes", b"\xff\xd8\xff" + SCRIPT.encode())
    yield Hostile("page behind PNG's first bytes", b"\x89PNG\r\n\x1a\n" + SCRIPT.encode())
    yield Hostile("PNG with a page as text", _with_chunk(png, b"tEXt", b"Comment\0" + SCRIPT.encode()))
    yield Hostile("PDF with a JPEG inside", b"%PDF-1.7\n" + jpeg)
    yield Hostile("JPEG behind a GIF's first bytes", b"GIF89a" + jpeg)
    yield Hostile("RIFF that is no WebP", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20))
    yield Hostile("ftyp of HEIC and nothing else", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    yield Hostile("SVG", f'<svg xmlns="http://www.w3.org/2000/svg">{SCRIPT}</svg>'.encode(), "a.svg", "image/svg+xml")
    yield Hostile("EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n")
    yield Hostile("only zeros", bytes(5000))
    yield Hostile("nothing", b"")


def _bombs() -> Iterator[Hostile]:
    yield Hostile("PNG of 900 megapixels", huge_png(), "bomb.png", "image/png")
    yield Hostile("PNG of 49 megapixels in 6 KB", huge_png(7000), "large.png", "image/png")
    png = good_picture("PNG", 2)
    for side in (20_000, 2**31 - 1):
        yield Hostile(f"PNG that claims {side} pixels a side", _png_claiming(png, side))
    jpeg = good_picture("JPEG", 4)
    start = jpeg.index(b"\xff\xc0")
    yield Hostile("JPEG that claims 65,535 a side", jpeg[: start + 5] + b"\xff\xff\xff\xff" + jpeg[start + 9 :])
    yield Hostile("JPEG that claims none", jpeg[: start + 5] + bytes(4) + jpeg[start + 9 :])
    packed = zlib.compress(bytes(80_000_000), 9)
    yield Hostile("PNG with 80 MB of packed text", _with_chunk(png, b"zTXt", b"Comment\0\0" + packed))
    yield Hostile("PNG with 80 MB of packed colours", _with_chunk(good_picture("PNG", 3), b"iCCP", b"icc\0\0" + packed))
    many = good_picture("PNG", 4)
    yield Hostile("PNG with 20,000 chunks", many[:33] + _chunk(b"tEXt", b"k\0v") * 20_000 + many[33:])
    segments = good_picture("JPEG", 5)
    yield Hostile("JPEG with 5,000 comments", segments[:2] + b"\xff\xfe\x00\x04ab" * 5000 + segments[2:])
    frames = [Image.new("RGB", (64, 48), (value, 9, 9)) for value in range(60)]
    for format_name in ("PNG", "WEBP"):
        output = BytesIO()
        frames[0].save(output, format_name, save_all=True, append_images=frames[1:])
        yield Hostile(f"{format_name} that moves", output.getvalue())


def _exif() -> Iterator[Hostile]:
    loops = {
        "a directory that is its own next": _tiff([], following=8),
        "a detail directory that is the first": _tiff([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8)]),
        "a value of 4 GB": _tiff([(0x010F, 2, 0xFFFFFFFF, 0)]),
        "a value behind the end": _tiff([(0x010F, 2, 500, 0x7FFFFFFF)]),
        "65,535 entries": b"II*\0\x08\0\0\0\xff\xff" + bytes(100),
        "unknown types": _tiff([(tag, 99, 1, 1) for tag in range(200)]),
        "another byte order's head": b"MM\0*\0\0\0\x08" + bytes(50),
        "no directory": b"II*\0",
        "a directory at the end of the world": b"II*\0\xff\xff\xff\xff",
    }
    for number, (what, tiff) in enumerate(loops.items()):
        data = _with_segment(good_picture("JPEG", 10 + number), 0xE1, b"Exif\0\0" + tiff)
        yield Hostile(f"EXIF with {what}", data)
        yield Hostile(f"PNG's EXIF with {what}", _with_chunk(good_picture("PNG", 10 + number), b"eXIf", tiff))
    texts = {
        "a script": SCRIPT,
        "escapes": "\x00\x1b[31m\r\n\u202e",
        "long text": "x" * 20_000,
    }
    for number, (what, text) in enumerate(texts.items()):
        yield Hostile(f"camera with {what}", good_picture("JPEG", 30 + number, exif=make_exif(make=text, model=text)))
    nowhere = {
        1: "S",
        2: (IFDRational(1, 0), 99.0, 99.0),
        3: "W",
        4: (999.0, 0.0, 0.0),
        5: b"\x07",
        29: "9999:99:99",
    }
    yield Hostile("a position that is none", good_picture("JPEG", 40, exif=make_exif(gps=nowhere)))
    late = {0x9003: "9999:12:31 23:59:60", 0x9011: "+99:99"}
    yield Hostile("a time that is none", good_picture("JPEG", 41, exif=make_exif(details=late)))


def _named() -> Iterator[Hostile]:
    for number, name in enumerate(NAMES):
        yield Hostile(f"name {name[:30]!r}", good_picture("JPEG", 50 + number), name)
    for number, content_type in enumerate(TYPES):
        yield Hostile(f"type {content_type!r}", good_picture("JPEG", 80 + number), "photo", content_type)


# --- Pieces of files ------------------------------------------------------------------------------------------------
def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return png[:33] + _chunk(kind, data) + png[33:]


def _png_claiming(png: bytes, side_px: int) -> bytes:
    header = struct.pack(">II", side_px, side_px) + png[24:29]
    return png[:8] + _chunk(b"IHDR", header) + png[33:]


def _with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    """A JPEG with one more segment behind its first bytes."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data + jpeg[2:]


def _tiff(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    """A little-endian TIFF head with one directory of (tag, type, count, value)."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + struct.pack("<I", following)
