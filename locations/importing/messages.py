"""Why a file, a row or a value was not imported, and what a person should check: a code and its parameters each."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import MessageType

FIELD_WORDS = {
    "code": gettext_noop("code"),
    "name": gettext_noop("name"),
    "type": gettext_noop("type"),
    "active": gettext_noop("active"),
    "warehouse": gettext_noop("warehouse"),
    "position": gettext_noop("position"),
    "area": gettext_noop("area"),
    "qr_code": gettext_noop("QR code"),
    "description": gettext_noop("description"),
    "polygon": gettext_noop("outline"),
}
WEST = {"W": gettext_noop("W"), "E": gettext_noop("E")}


def _of_field(code: str, text: str) -> MessageType:
    return MessageType(code, text, words={"field": FIELD_WORDS})


# --- A whole file
NO_JSON = MessageType("import_no_json", gettext_noop("not a readable JSON file: %(error)s"))
NOT_UTF8 = MessageType("import_not_utf8", gettext_noop("the letters are not UTF-8; export the file again as UTF-8"))
NO_COLLECTION = MessageType("import_no_collection", gettext_noop("not a GeoJSON FeatureCollection"))
NO_TABLE = MessageType(
    "import_no_table", gettext_noop("not a table that can be read; save it as .geojson, .csv (UTF-8) or .xlsx")
)
OLD_EXCEL = MessageType("import_old_excel", gettext_noop("an old Excel file; save it as .xlsx"))
BAD_WORKBOOK = MessageType("import_bad_workbook", gettext_noop("the workbook is damaged; open it and save it again"))
UNPACKS_TOO_LARGE = MessageType(
    "import_unpacks_too_large",
    gettext_noop("the workbook unpacks to more than %(most)s MB; keep only the sheet with the places"),
)
MERGED_CELLS = MessageType(
    "import_merged_cells",
    gettext_noop("sheet %(sheet)s has merged cells (%(cells)s); unmerge them and fill in every row"),
)
BAD_TEXT = MessageType("import_bad_text", gettext_noop("the letters cannot be read; save the table as CSV (UTF-8)"))
NO_ROWS = MessageType("import_no_rows", gettext_noop("there are no rows below the names of the columns"))
TOO_MANY_ROWS = MessageType(
    "import_too_many_rows", gettext_noop("more than %(most)s rows; import the places in several files")
)
TOO_MANY_COLUMNS = MessageType(
    "import_too_many_columns", gettext_noop("more than %(most)s columns; keep only those about the places")
)
SAME_COLUMN = MessageType("import_same_column", gettext_noop("two columns are called %(column)s; rename one"))
TOO_MANY_TABLES = MessageType(
    "import_too_many_tables", gettext_noop("more than %(most)s tables; import them in several steps")
)
TOO_LARGE = MessageType(
    "import_too_large",
    gettext_noop("%(megabytes)s MB; at most %(most)s MB. Keep only the places, or import them in several files"),
)
WESTERN = MessageType(
    "import_western",
    gettext_noop("%(file)s is not UTF-8 and was read as Windows-1252: check letters such as á and ñ below"),
)

# --- A row
NO_FEATURE = MessageType("import_no_feature", gettext_noop("not a GeoJSON feature with properties"))
ROW_TOO_LONG = MessageType("import_row_too_long", gettext_noop("the row has more cells than there are columns"))
LAYER_UNKNOWN = MessageType(
    "import_layer_unknown", gettext_noop('layer "%(layer)s" is none of warehouses, areas, locations')
)
CODE_TWICE = MessageType("import_code_twice", gettext_noop("code occurs more than once in the files"))
QR_TAKEN = MessageType("import_qr_taken", gettext_noop("QR code %(qr_code)s belongs to %(code)s"))
STICKS_OUT = MessageType("import_sticks_out", gettext_noop("polygon sticks out of %(code)s by more than %(metres)s m"))
SWAPPED = MessageType(
    "import_swapped", gettext_noop("longitude and latitude are swapped: GeoJSON wants longitude first")
)
NO_SUCH_PLACE_ON_EARTH = MessageType(
    "import_off_the_system", gettext_noop("the coordinates do not fit the coordinate system %(crs)s")
)

# --- A value
MISSING = _of_field("import_missing", gettext_noop("%(field)s is missing"))
TOO_LONG = _of_field("import_too_long", gettext_noop("%(field)s has %(length)s characters, at most %(most)s"))
TOO_SHORT = _of_field("import_too_short", gettext_noop("%(field)s has %(length)s characters, at least %(least)s"))
BAD_CODE = _of_field(
    "import_bad_code",
    gettext_noop('%(field)s "%(value)s": use capital letters A to Z, digits, dots, dashes and underscores'),
)
UNKNOWN_CHOICE = _of_field("import_unknown_choice", gettext_noop('%(field)s "%(value)s" is none of %(choices)s'))
NO_SWITCH = _of_field("import_no_switch", gettext_noop('%(field)s "%(value)s" is neither yes nor no'))
NO_TEXT = _of_field("import_no_text", gettext_noop("%(field)s must be a text, not a %(kind)s"))
ENDLESS = _of_field("import_endless", gettext_noop("%(field)s is a number without end; write it as a text"))
BAD_CHARACTER = _of_field(
    "import_bad_character", gettext_noop("%(field)s has a character that cannot be stored (%(character)s)")
)
DATE_CELL = _of_field("import_date_cell", gettext_noop("%(field)s is a date; format the column as text"))
FORMULA_CELL = _of_field(
    "import_formula_cell", gettext_noop("%(field)s is a formula without a result; open the workbook and save it again")
)
ERROR_CELL = _of_field("import_error_cell", gettext_noop("%(field)s is an error of the spreadsheet; correct the cell"))
BAD_OUTLINE = MessageType("import_bad_outline", gettext_noop("outline is neither WKT (POLYGON ...) nor GeoJSON"))
COLUMN_EMPTY = MessageType("import_column_empty", gettext_noop("column %(column)s is empty"))
NO_NUMBER = MessageType(
    "import_no_number", gettext_noop('column %(column)s: "%(value)s" has no number, or more than one')
)

# --- The place in which it lies
PARENT_UNKNOWN = _of_field("import_parent_unknown", gettext_noop("%(field)s %(value)s is not known"))
PARENT_NAME_TWICE = _of_field(
    "import_parent_name_twice", gettext_noop("%(field)s: several are called %(value)s; find them by code or outline")
)
PARENT_NOT_AROUND = _of_field("import_parent_not_around", gettext_noop("%(field)s: none contains the outline"))
PARENTS_AROUND = _of_field("import_parents_around", gettext_noop("%(field)s: the outline lies in %(codes)s"))
NO_OUTLINE = _of_field("import_no_outline", gettext_noop("%(field)s cannot be found without an outline"))

# --- A mapping
UNKNOWN_COLUMN = MessageType("import_unknown_column", gettext_noop("there is no column %(column)s"))
BAD_PATTERN = MessageType(
    "import_bad_pattern", gettext_noop("write columns as {name}, or {name:02} for a number with two digits")
)
BAD_MAPPING = MessageType("import_bad_mapping", gettext_noop("not a mapping of Demeter: %(part)s"))
BAD_CRS = MessageType(
    "import_bad_crs", gettext_noop('"%(crs)s" is not a known coordinate system; write it as EPSG:32614')
)

# --- What a person should check
WITHOUT_OUTLINE = MessageType(
    "import_without_outline",
    gettext_noop("%(number)s of the new places have no outline: they are found by label and by choice, not by GPS."),
    one={
        "number": gettext_noop(
            "%(number)s of the new places has no outline: it is found by label and by choice, not by GPS."
        )
    },
    numbers=("number",),
)
LIES_AT = MessageType(
    "import_lies_at",
    gettext_noop(
        "%(code)s lies at %(lat)s° %(ns)s, %(lon)s° %(ew)s: is that right? "
        "If not, longitude and latitude may be swapped."
    ),
    words={"ew": WEST},
    numbers=("lat", "lon"),
)
LIES_FAR = MessageType(
    "import_lies_far",
    gettext_noop(
        "%(code)s lies at %(lat)s° %(ns)s, %(lon)s° %(ew)s, %(km)s km from the nearest other one: is that right? "
        "If not, longitude and latitude may be swapped."
    ),
    words={"ew": WEST},
    numbers=("lat", "lon", "km"),
)
