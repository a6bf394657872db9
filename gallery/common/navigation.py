"""The main navigation: which pages a person may open, those that they need daily first, the rest under "More".

A phone shows five items at the bottom: all of them, or four and "More".
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST_ITEMS = 5
# What a worker and a supervisor need daily; other roles have so few pages that the order of ITEMS serves.
WORKER_FIRST = ("upload", "work", "map", "gallery")
SUPERVISOR_FIRST = ("upload", "review", "stock", "work")


@dataclass(frozen=True)
class Item:
    """A page of the navigation, and the packages of `gallery` (or names of addresses) that belong to it."""

    page: str
    words: Promise
    icon: str
    permission: str
    packages: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def current(self, name: str, package: str) -> str:
        """The value of `aria-current`: "page" here, "true" on a page that belongs to it, else empty."""
        if name == self.page:
            return "page"
        return "true" if name in self.names or (package in self.packages and name not in NOT_BY_PACKAGE) else ""


ITEMS = (
    Item("upload", _("Upload"), "upload", "photos.view_s3image", packages=("upload",)),
    Item("jobs", _("Jobs"), "jobs", "photos.view_s3image", packages=("jobs",)),
    Item("gallery", _("Gallery"), "gallery", "photos.view_s3image", packages=("browse", "photo")),
    Item(
        "stock",
        _("Stock"),
        "plant",
        "stock.view_stockbatch",
        packages=("stock", "stocktakes", "movements", "accuracy", "learning"),
    ),
    Item("map", _("Map"), "map", "locations.view_storagelocation", packages=("places", "imports")),
    Item("work", _("To do"), "warning", "processing.add_job", packages=("todo",)),
    Item("review", _("Review"), "review", "processing.change_processingsession", packages=("review",)),
    Item(
        "nursery",
        _("Nursery"),
        "admin",
        "locations.add_product",
        packages=("setup", "people", "catalogue"),
        names=("labels",),
    ),
)
NOT_BY_PACKAGE = ("labels", "setup", "account", "account-password", "enter")


@dataclass(frozen=True)
class ShownItem:
    """An item for the person and the page at hand."""

    item: Item
    current: str


@dataclass(frozen=True)
class Navigation:
    """What is always shown, and what is under "More" where there is no space for all."""

    first: tuple[ShownItem, ...]
    more: tuple[ShownItem, ...]

    @property
    def more_is_current(self) -> bool:
        """Whether the page is under "More"."""
        return any(shown.current for shown in self.more)


def read_navigation(request: HttpRequest) -> Navigation:
    """The items that the person may open, as they are on this page."""
    allowed = [item for item in ITEMS if request.user.has_perm(item.permission)]
    match = request.resolver_match
    name = (match.url_name if match else "") or ""
    app, _dot, module = (match.func.__module__ if match else "").partition(".")
    package = module.partition(".")[0] if app == "gallery" else ""
    shown = [ShownItem(item, item.current(name, package)) for item in allowed]
    if len(shown) <= MOST_ITEMS:
        return Navigation(tuple(shown), ())
    firsts = SUPERVISOR_FIRST if request.user.has_perm("processing.change_processingsession") else WORKER_FIRST
    by_page = {entry.item.page: entry for entry in shown}
    first = tuple(by_page[page] for page in firsts if page in by_page)
    return Navigation(first, tuple(entry for entry in shown if entry not in first))


def navigation_context(request: HttpRequest) -> dict[str, Callable[[], Navigation]]:
    """For every template; only pages that show the navigation read it."""
    return {"navigation": lambda: read_navigation(request)}
