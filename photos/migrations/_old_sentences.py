"""The English sentences that the database stored until 28 November 2026, frozen for the migrations that convert them to
codes and parameters. Other text is left unchanged (`text`).
"""

import json
import re
from functools import lru_cache

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# The code before a message, as in "too_dark: the photo is ...".
CODE = re.compile(r"\A[a-z_]+: (?=.)")

PROBLEMS = {
    "Location missing": "needs_location",
    "Date to be checked": "needs_date",
    "Location not configured": "needs_config",
    "Density missing": "needs_calibration",
    "Part of the photo missing": "part_missing",
    "Too dark": "too_dark",
    "Too bright": "too_bright",
    "Blurred": "too_blurred",
    "Scene not recognised": "unfamiliar_scene",
    "More than can be counted": "too_many_detections",
    "Photo cannot be read": "unreadable_photo",
    "Original missing": "storage_lost",
    "Counting failed": "detection_failed",
    "Processing stopped": "too_many_attempts",
    "Processing error": "internal_error",
}
PHASES = {
    "Store": "store",
    "Locate": "locate",
    "Segment": "segment",
    "Detect": "detect",
    "Aggregate": "aggregate",
    "Done": "done",
}
WORDS = {"problem": PROBLEMS, "phase": PHASES}

# The order matters: a later pattern may also match the sentence of an earlier one.
RUNS = (
    ("again", "Processed again"),
    ("again_for", "Processed again: %(problem)s"),
    ("location_chosen", "Location chosen: %(location)s"),
    ("location_configured", "Location configured: %(product)s"),
    ("date_by_upload", "Date set: the upload's"),
    ("date_by_camera", "Date set: the camera's"),
    ("date_by_hand", "Date set: %(moment)s"),
    ("density_set", "Density set: %(number)s plants per m²"),
    ("choice_gone", "The chosen location is not in use any more"),
    ("choice_far", "The GPS position is that of another location than the chosen one"),
    ("no_gps", "GPS coordinates not found"),
    ("several_labels", "QR labels of several locations are in the photo"),
    ("gps_outside", "The GPS position lies outside every storage location"),
    ("gps_ambiguous", "Several storage locations are within the error of the GPS position"),
    (
        "batch_agrees",
        "The GPS position and the labels or choices of the other photos of the upload say the same location",
    ),
    ("gps_inside", "GPS point lies inside the location"),
    ("gps_away", "GPS point lies %(metres)s m from the location"),
    ("qr_label", "QR label %(code)s"),
    ("chosen", "Chosen by a person"),
    ("chosen_far", "Chosen for the upload, %(metres)s m from the GPS point"),
    ("date_unreadable", "The camera wrote an impossible date: %(written)s"),
    ("date_ahead", "The camera's date lies after the upload: %(written)s"),
    (
        "date_before_nursery",
        "The camera's date lies more than a year before the first upload of all: %(written)s",
    ),
    ("date_reset", "The camera's clock has lost its time and began anew: %(written)s"),
    (
        "date_behind_location",
        "The camera's date lies more than a month before the newest count of the location: %(written)s",
    ),
    ("not_configured", "%(location)s is not configured"),
    ("no_density_loose", "No density is known for %(product)s in no packaging"),
    ("no_density", "No density is known for %(product)s in %(packaging)s"),
    ("containers_failed", "%(number)s container(s) could not be counted"),
    ("detection_error", "%(error)s in detection"),
    ("phase_error", "%(error)s in the phase %(phase)s; the log tells more"),
    ("detection_stopped", "Detection stopped %(number)s times."),
    ("processing_stopped", "Processing stopped %(number)s times in the phase %(phase)s."),
    ("part_missing", "the lower %(share)s of the photo is one plain colour"),
    ("too_dark", "the photo is too dark to tell plants from the ground"),
    ("too_bright", "%(share)s of the photo is burnt out to white"),
    ("too_blurred", "the photo is out of focus, or the phone moved"),
    ("unfamiliar_scene", "what was counted was hardly recognised (agreement %(agreement)s)"),
    ("unfamiliar_scene.median", "what was counted was hardly recognised (median confidence %(confidence)s)"),
    ("too_many_detections", "a limit was touched in a %(container)s, plants may be missing"),
    ("needs_calibration", "too few plants were seen to estimate the rest of a %(container)s"),
    (
        "doubtful.container",
        "much of a %(container)s looks planted but was not recognised; go nearer or count by hand",
    ),
    ("doubtful.scales", "a closer look counts otherwise than a wider one (agreement %(agreement)s)"),
    ("doubtful.scales", "views at different scales disagree about the plants (agreement %(agreement)s)"),
    ("no_container", "no bed, crate or tray was found in the photo"),
    ("not_decoded", "The picture cannot be decoded: the decoder stopped at it."),
    ("out_of_memory", "The picture takes too much memory to decode. Save it with a lower resolution."),
    ("empty_file", "The file is empty."),
    ("no_picture", "The file is not a JPEG, PNG, WebP or HEIC picture."),
    (
        "too_large_by_size",
        "The picture has %(width)s x %(height)s pixels, which is more than %(most)s megapixels.",
    ),
    ("too_large", "The picture has more than %(most)s megapixels."),
    ("cut_short", "Part of the picture is missing: the file was cut short or damaged on its way."),
    ("damaged", "The picture is damaged or cut short."),
    ("other_file", "The file of %(photo)s in staging is not the one received."),
)
STOCK = (
    ("counted_together", "Counted %(number)s in %(photos)s photos of one visit."),
    ("counted", "Counted %(number)s."),
    ("counted_again", "The photo was counted again."),
    ("shown", "The photo shows %(batch)s at this location."),
    ("with_another", "The visit of this photo is counted at another photo."),
    ("needs_attention", "The photo needs attention."),
    ("photo_deleted", "The photo was deleted."),
)


@lru_cache
def _patterns():
    found = []
    for code, text in (*RUNS, *STOCK):
        parts = PLACEHOLDER.split(text)
        pattern = "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        found.append((code, re.compile(pattern, re.DOTALL)))
    return found


def read_sentence(sentence):
    """The code and the parameters of an old sentence, with or without a code in front of it."""
    for text in (CODE.sub("", sentence), sentence):
        for code, pattern in _patterns():
            match = pattern.fullmatch(text)
            values = match.groupdict() if match else {}
            if match and all(values[name] in WORDS[name] for name in values if name in WORDS):
                return {"code": code, "parameters": {name: _read(name, value) for name, value in values.items()}}
    return {"code": "text", "parameters": {"text": sentence}}


def _read(name, value):
    return WORDS[name][value] if name in WORDS else value


def read_error_details(details):
    """Like `read_sentence`, without the code of the problem at the start, which has a column of its own."""
    return read_sentence(CODE.sub("", details))


def convert_column(schema_editor, table, column, read=read_sentence):
    """Convert the sentences of a TEXT column to JSON, each distinct one once."""
    quoted_table, quoted = map(schema_editor.quote_name, (table, column))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {quoted} FROM {quoted_table} WHERE {quoted} <> ''")  # noqa: S608  our own names
        sentences = [row[0] for row in cursor.fetchall()]
        cursor.execute("CREATE TEMPORARY TABLE old_sentences (sentence text, message text) ON COMMIT DROP")
        pairs = [(sentence, json.dumps(read(sentence), ensure_ascii=False)) for sentence in sentences]
        cursor.executemany("INSERT INTO old_sentences VALUES (%s, %s)", pairs)
        cursor.execute(
            f"UPDATE {quoted_table} SET {quoted} = message FROM old_sentences WHERE {quoted} = sentence"  # noqa: S608
        )
        cursor.execute("DROP TABLE old_sentences")
