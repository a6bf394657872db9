"""Pictures as phones and programs write them: what browsers open is opened, upright, under its name."""

import csv
import unicodedata
import zipfile
from io import BytesIO, StringIO
from statistics import median
from urllib.parse import urljoin

import pillow_heif
from PIL import Image, ImageStat

from bench.cases.demeter import Demeter, Photo
from bench.cases.files import PNG_HEADER_BYTES, fresh, save, text_chunk, with_exchanged_colours
from bench.cases.table import Seen, check

PHOTO = "c07/landscape-control.jpg"
SAME_COLOUR = 6
NAMES = ('quo"te.jpg', "semi;colon, comma.jpg", "Ñandú.jpg", "=1+1.jpg", "two  blanks.JPEG", "cactus \U0001f335.jpg")


@check("c07")
def odd_tags_lose_no_photo(demeter: Demeter) -> Seen:
    """The same picture with an odd tag is counted as without it; a tiny one is at least decoded."""
    bay = demeter.take_bay()
    control = demeter.count(PHOTO, bay)
    odd = demeter.count("c07/portrait-odd-altitude.jpg", bay)
    tiny = demeter.count("c07/pillow-broken_exif_dpi.jpg", bay)
    is_right = odd.seen == control.seen and tiny.problem != "unreadable_photo"
    return Seen(
        is_right, f"control {control.seen}, odd altitude {odd.seen} {odd.problem}, odd dpi: {tiny.problem or 'none'}"
    )


@check("c09")
def stray_bytes_lose_no_photo(demeter: Demeter) -> Seen:
    """Stray bytes, a missing end marker, junk in the header."""
    names = "end-marker-missing", "real-pillow-junk-in-header", "two-stray-bytes"
    sent = {name: demeter.upload(demeter.read(f"c09/{name}.jpg"), f"{name}.jpg") for name in names}
    photos = {name: demeter.wait(upload) for name, upload in sent.items() if upload.job_id}
    fates = {name: str(photos[name].seen) if name in photos else sent[name].refusal for name in names}
    is_right = all(name in photos and photos[name].problem != "unreadable_photo" for name in names)
    return Seen(is_right, f"seen: {fates}")


@check("c22")
def avif_is_refused_plainly_or_read(demeter: Demeter) -> Seen:
    """Whatever brand and name it bears."""
    fates = []
    for name in ("avif-with-brand-mif1.heic", "plain.avif"):
        sent = demeter.upload(demeter.read(f"c22/{name}"), name)
        photo = demeter.wait(sent) if sent.job_id else None
        fates.append(photo.problem or "read" if photo else sent.refusal)
    return Seen(all(fate not in ("damaged_file", "unreadable_photo") for fate in fates), f"{fates}")


@check("c24")
def names_of_files_come_back(demeter: Demeter) -> Seen:
    """In the list of an archive, and the archive is whole."""
    sent = [demeter.upload(demeter.read(PHOTO), name) for name in NAMES]
    form = "&".join(f"image_ids={upload.image_id}" for upload in sent)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for upload in sent:
        demeter.wait(upload)
    archive = zipfile.ZipFile(BytesIO(demeter.post("/gallery/download/", data=form, headers=headers).body()))
    rows = csv.DictReader(StringIO(archive.read("manifest.csv").decode("utf-8-sig")))
    found = {row["original_filename"].removeprefix("'") for row in rows}
    lost = [name for name in NAMES if name not in found and name.replace('"', "%22") not in found]
    is_whole = archive.testzip() is None and len(archive.namelist()) > len(NAMES)
    return Seen(not lost and is_whole, f"lost: {lost}; archive of {len(archive.namelist())} whole: {is_whole}")


@check("c23")
def a_name_with_accents_is_found(demeter: Demeter) -> Seen:
    """Kept in one form, typed in the other."""
    name = unicodedata.normalize("NFD", "Ñandú Cajón.jpg")
    sent = demeter.upload(demeter.read(PHOTO), name)
    shown = [
        photo["image_id"]
        for word in ("Ñandú", "Cajón")
        for photo in demeter.get(f"/api/v1/photos/gallery?q={word}").json()["photos"]
    ]
    return Seen(shown.count(sent.image_id) == 2, f"found by {shown.count(sent.image_id)} of 2 words")


@check("c26")
def the_embedded_profile_makes_the_colours(demeter: Demeter) -> Seen:
    """The same picture with and without a profile: counted alike, and of one colour where pages show it."""
    data = demeter.read(PHOTO)
    plain = fresh(save(Image.open(BytesIO(data)).convert("RGB"), "JPEG", quality=97))
    photos = [demeter.count("colours.jpg", data=sent) for sent in (plain, fresh(with_exchanged_colours(data)))]
    shown = [_mean_colour(demeter, photo) for photo in photos]
    seen = [photo.seen or 0 for photo in photos]
    is_alike = max(abs(one - other) for one, other in zip(*shown, strict=True)) < SAME_COLOUR
    return Seen(is_alike and abs(seen[0] - seen[1]) <= max(1, 0.1 * seen[0]), f"seen: {seen}, mean colours: {shown}")


def _mean_colour(demeter: Demeter, photo: Photo) -> list[int]:
    picture = demeter.context.request.get(urljoin(demeter.address, photo.detail["thumbnail_url"])).body()
    return [round(mean) for mean in ImageStat.Stat(Image.open(BytesIO(picture)).convert("RGB")).mean]


@check("c28")
def a_png_with_much_text_is_taken(demeter: Demeter) -> Seen:
    """1.1 MB of text chunks before the pixels."""
    png = save(Image.open(demeter.files / PHOTO), "PNG")
    text = text_chunk(b"edited " * 160_000)
    sent = demeter.upload(fresh(png[:PNG_HEADER_BYTES] + text + png[PNG_HEADER_BYTES:]), "history.png")
    return Seen(sent.status == 202, f"{sent.status} {sent.refusal}")


@check("c29")
def formats_simply_work(demeter: Demeter) -> Seen:
    """One picture in ten formats: accepted, as large, counted alike (grey ones may differ)."""
    sent = {name: demeter.upload(fresh(data), name) for name, data in _in_every_format(demeter).items()}
    photos = {name: demeter.wait(upload) for name, upload in sent.items() if upload.job_id}
    seen = {name: photo.seen or 0 for name, photo in photos.items()}
    middle = median(seen.values())
    wrong = [name for name in sent if name not in photos or abs(seen[name] - middle) > max(3, middle / 2)]
    return Seen(not wrong, f"seen: {seen}; wrong: {', '.join(wrong) or 'none'}")


def _in_every_format(demeter: Demeter) -> dict[str, bytes]:
    picture = Image.open(BytesIO(demeter.read(PHOTO))).convert("RGB")
    pillow_heif.register_heif_opener()
    return {
        "baseline.jpg": save(picture, "JPEG", quality=95),
        "progressive.jpg": save(picture, "JPEG", quality=95, progressive=True),
        "cmyk.jpg": save(picture.convert("CMYK"), "JPEG", quality=95),
        "grey.jpg": save(picture.convert("L"), "JPEG", quality=95),
        "8-bit.png": save(picture, "PNG"),
        "palette.png": save(picture.quantize(), "PNG"),
        "alpha.png": save(picture.convert("RGBA"), "PNG"),
        "still.webp": save(picture, "WEBP", quality=95),
        "phone.heic": save(picture, "HEIF", quality=90),
        "two.jpg": save(picture, "MPO", save_all=True, append_images=[picture.resize((320, 240))]),
    }
