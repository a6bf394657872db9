"""The type of a file and whether it is complete, by its bytes; pure.
`photos.upload.accepting` asks before it accepts one.

Both answers come from the file's own structure: decoding 12 megapixels takes 60 ms even at reduced size, and an upload
of a hundred photos must be answered in half a second. Damage that only decoding shows is found by the worker.
"""

from collections.abc import Callable, Mapping

from photos.decoding import jpeg, png

JPEG, PNG, WEBP, HEIC = "image/jpeg", "image/png", "image/webp", "image/heic"

# Brands of ISO/IEC 23008-12 (HEIF) with HEVC inside; AVIF has others.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
# Brands of the container alone; the content is named by the compatible brands.
CONTAINER_BRANDS = frozenset({b"mif1", b"msf1"})

# A gap has the size of a disk's clusters. At the end the last piece of a file may be shorter.
NO_DATA = bytes(4096)
FEWEST_ZEROS = 512


def content_type_of(data: bytes) -> str | None:
    """JPEG, PNG, WebP or HEIC by the first bytes, else None. File names are not trusted."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(png.SIGNATURE):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return HEIC if _is_heic(data) else None


def _is_heic(data: bytes) -> bool:
    """Check the file type box: length, "ftyp", brand, version, compatible brands."""
    if data[4:8] != b"ftyp" or data[8:12] not in HEIC_BRANDS:
        return False
    length = int.from_bytes(data[:4], "big")
    compatible = {data[start : start + 4] for start in range(16, min(length, 256), 4)}
    return data[8:12] not in CONTAINER_BRANDS or not compatible & AVIF_BRANDS


def is_complete(data: bytes, content_type: str) -> bool:
    """Whether the file reaches the end that its format marks or its lengths announce."""
    return _REACHES_END[content_type](data)


def _webp_reaches_end(data: bytes) -> bool:
    end = int.from_bytes(data[4:8], "little") + 8
    return end <= len(data) and _holds_data(data[:end])


def _holds_data(data: bytes) -> bool:
    """Whether no part is filled with zeros, as in an interrupted copy. Compressed pixels have no long runs of zeros."""
    return NO_DATA not in data and not data.endswith(NO_DATA[:FEWEST_ZEROS])


def _heic_reaches_end(data: bytes) -> bool:
    """Walk the outermost boxes (length, type, data) to the end of the one with the pixels.

    A length of 1 means that 64 bits follow, 0 the rest of the file. Phones hang things of their own behind.
    """
    position = 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        if kind == b"mdat":
            return position + size <= len(data) and _holds_data(data[position : position + size])
        if size < 8:
            return False
        position += size
    return False


_REACHES_END: Mapping[str, Callable[[bytes], bool]] = {
    JPEG: jpeg.reaches_end,
    PNG: png.reaches_end,
    WEBP: _webp_reaches_end,
    HEIC: _heic_reaches_end,
}
