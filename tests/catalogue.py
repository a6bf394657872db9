"""The catalogues in `locale/`: found in the sources, brought up to date and compiled without GNU gettext.

`bin/translate` runs this after words were added or changed; `tests/demeter/common/i18n/test_catalogue.py` refuses what
is left untranslated. Templates are read by Django's own `templatize`, everything else by Babel.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

ROOT = Path(__file__).parent.parent
LANGUAGE = "es"
DOMAINS = ("django", "djangojs")
APPS = ("demeter", "locations", "photos", "stock", "processing", "learning", "gallery")
CONTEXT_FIRST = ((1, "c"), 2)
# How Django calls them, and which arguments are the words.
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT_FIRST),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
COMMENT_TAGS = ("Translators:",)


def po_file(domain: str) -> Path:
    """Where people write the words of a domain."""
    return ROOT / "locale" / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(domain: str) -> Catalog:
    """What was translated."""
    with po_file(domain).open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain=domain)


def extract(domain: str) -> Catalog:
    """Every word that the sources mark."""
    catalogue = Catalog(project="Demeter", domain=domain, charset="utf-8")
    for path, found in _sources(domain):
        for lineno, keyword, words, comments in found:
            spec, given = KEYWORDS[keyword], words if isinstance(words, tuple) else (words,)
            context = given[0] if spec and isinstance(spec[0], tuple) else None
            given = given[1:] if context else given
            message_id = given[:2] if keyword.startswith(("n", "np")) else given[0]
            place = [(path.relative_to(ROOT).as_posix(), lineno)]
            catalogue.add(message_id, locations=place, auto_comments=comments, context=context)
    return catalogue


def _sources(domain: str) -> Iterator[tuple[Path, Iterator]]:
    if domain == "djangojs":
        for path in sorted((ROOT / "static" / "js").glob("*.js")):
            yield (
                path,
                extract_javascript(BytesIO(path.read_bytes()), KEYWORDS, COMMENT_TAGS, {"parse_template_string": True}),
            )
        return
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, extract_python(BytesIO(path.read_bytes()), KEYWORDS, COMMENT_TAGS, {"encoding": "utf-8"})
    for path in sorted((ROOT / "templates").rglob("*.html")):
        # As calls in a Python file, whose lines must not look indented.
        calls = "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())
        yield path, extract_python(BytesIO(calls.encode()), KEYWORDS, COMMENT_TAGS, {"encoding": "utf-8"})


def compile_catalogue(catalogue: Catalog) -> bytes:
    """The `.mo` file of a catalogue."""
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def refresh(domain: str) -> int:
    """Bring the `.po` file up to date with the sources and compile it; how many words lack their translation."""
    catalogue = read_catalogue(domain)
    catalogue.update(extract(domain), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with po_file(domain).open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False, sort_output=True)
    po_file(domain).with_suffix(".mo").write_bytes(compile_catalogue(catalogue))
    return len(untranslated(catalogue))


def untranslated(catalogue: Catalog) -> list[str]:
    """The words without a translation in each of their forms, and those whose translation is in doubt."""
    return [str(message.id) for message in catalogue if message.id and (message.fuzzy or not all(forms(message)))]


def forms(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or one for each of the language's numbers."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


if __name__ == "__main__":
    for name in DOMAINS:
        print(f"{po_file(name).relative_to(ROOT)}: {refresh(name)} without a translation")
