"""Every endpoint x every role, from the URL configuration: an address without a rule here fails.

A rule names, for each method the endpoint answers, the roles that may use it. Everyone else is turned away: anonymous
people to the sign-in (pages) or with 401 (API), the others with 403. Methods without a rule are not answered at all.
"""

import uuid
from collections.abc import Iterator, Mapping

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from demeter.accounts.roles import ADMIN, SUPERVISOR, VIEWER, WORKER
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory, UploadFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db

ANONYMOUS, NOBODY = "anonymous", "no role"
EVERYONE = (ANONYMOUS, NOBODY, VIEWER, WORKER, SUPERVISOR, ADMIN)
SIGNED_IN = EVERYONE[1:]
VIEWERS, WORKERS, SUPERVISORS = EVERYONE[2:], EVERYONE[3:], EVERYONE[4:]
READ: Mapping[str, tuple[str, ...]] = {"get": VIEWERS}

RULES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "healthz": {"get": EVERYONE},
    "api-metrics": READ,
    "login": {"get": EVERYONE, "post": EVERYONE, "put": EVERYONE},  # a put is a post to Django's form views
    "logout": {"post": SIGNED_IN},
    "admin-login": {"get": (ANONYMOUS,), "post": (ANONYMOUS,), "put": (ANONYMOUS,), "delete": (ANONYMOUS,)},
    "theme": {"post": SIGNED_IN},
    "language": {"post": EVERYONE},
    "script-words": {"get": EVERYONE},
    "app-worker": {"get": EVERYONE},
    "app-manifest": {"get": EVERYONE},
    "app-offline": {"get": EVERYONE},
    "design": {"get": (ADMIN,)},
    "dashboard": {"get": (ADMIN,)},
    "upload": {"get": VIEWERS, "post": WORKERS},
    "upload-receipt": READ,
    "location-options": READ,
    "place-by-label": {"post": WORKERS},
    "place-by-code": {"post": WORKERS},
    "place-by-position": {"post": WORKERS},
    "help": {"get": SIGNED_IN},
    "help-photos": {"get": SIGNED_IN},
    "help-offline": {"get": SIGNED_IN},
    "help-fix": {"get": SIGNED_IN},
    "help-review": {"get": SIGNED_IN},
    "jobs": READ,
    "job-rows": READ,
    "gallery": READ,
    "gallery-changes": READ,
    "photo": READ,
    "photo-problem": READ,
    "photo-fix": {"post": WORKERS},
    "photo-label": {"post": WORKERS},
    "photo-tab": READ,
    "photo-export": READ,
    "photo-export-xlsx": READ,
    "models": READ,
    "data-set-make": {"post": SUPERVISORS},
    "data-set-import": {"post": SUPERVISORS},
    "data-set-export": READ,
    "training-start": {"post": SUPERVISORS},
    "training": READ,
    "training-cancel": {"post": SUPERVISORS},
    "training-shadow": {"post": SUPERVISORS},
    "api-training-shadow": {"post": SUPERVISORS},
    "training-promote": {"post": SUPERVISORS},
    "promotion-roll-back": {"post": SUPERVISORS},
    "api-training-promote": {"post": SUPERVISORS},
    "api-promotions": READ,
    "api-promotion-roll-back": {"delete": SUPERVISORS},
    "api-trainings": {"get": VIEWERS, "post": SUPERVISORS},
    "api-training": {"get": VIEWERS, "delete": SUPERVISORS},
    "api-data-sets": {"get": VIEWERS, "post": SUPERVISORS},
    "api-data-set-export": READ,
    "evidence": READ,
    "photo-evidence": {"post": VIEWERS},
    "stocktake-evidence": {"post": VIEWERS},
    "api-evidence": READ,
    "api-photo-evidence": {"post": VIEWERS},
    "api-stocktake-evidence": {"post": VIEWERS},
    "photo-correct": {"post": SUPERVISORS},
    "photo-undo": {"post": SUPERVISORS},
    "photo-redo": {"post": SUPERVISORS},
    "photo-note": {"post": SUPERVISORS},
    "photo-sign-off": {"post": SUPERVISORS},
    "photo-propose": {"post": WORKERS},
    "photo-proposal-undo": {"post": WORKERS},
    "photo-proposal-redo": {"post": WORKERS},
    "photo-flag": {"post": WORKERS},
    "photo-proposals-decide": {"post": SUPERVISORS},
    "photo-visit": {"post": WORKERS},
    "photo-overlap": {"post": WORKERS},
    "photo-no-overlap": {"post": WORKERS},
    "work": READ,
    "work-retry": {"post": WORKERS},
    "work-acknowledge": {"post": SUPERVISORS},
    "review": {"get": SUPERVISORS},
    "review-next": {"get": SUPERVISORS},
    "review-sheet": {"get": SUPERVISORS, "post": SUPERVISORS},
    "review-blind": {"get": SUPERVISORS, "post": SUPERVISORS},
    "review-blind-picture": {"get": SUPERVISORS},
    "trash": {"get": SUPERVISORS},
    "photos-delete": {"post": SUPERVISORS},
    "photos-restore": {"post": SUPERVISORS},
    "photos-reprocess": {"post": WORKERS},
    "photos-place": {"post": WORKERS},
    "photos-download": {"post": VIEWERS},
    "import-places": {"get": SUPERVISORS, "post": SUPERVISORS},
    "import-columns": {"get": SUPERVISORS, "post": SUPERVISORS},
    "import-preview": {"get": SUPERVISORS},
    "import-swap": {"post": SUPERVISORS},
    "import-apply": {"post": SUPERVISORS},
    "import-mapping": {"get": SUPERVISORS},
    "import-mapping-delete": {"post": SUPERVISORS},
    "export-places": READ,
    "places-qr-codes": {"post": SUPERVISORS},
    "stock": READ,
    "stock-csv": READ,
    "stock-xlsx": READ,
    "stock-changes": READ,
    "stock-bay": READ,
    "stock-reconcile": READ,
    "reconcile-csv": READ,
    "reconcile-xlsx": READ,
    "difference": READ,
    "difference-decide": {"post": SUPERVISORS},
    "shrinkage": READ,
    "shrinkage-csv": READ,
    "shrinkage-xlsx": READ,
    "counting-plan": READ,
    "counting-walk": {"get": WORKERS},
    "accuracy": READ,
    "calibration": READ,
    "calibration-kind": READ,
    "calibration-known": {"get": SUPERVISORS, "post": SUPERVISORS},
    "calibration-withdraw": {"post": SUPERVISORS},
    "calibration-switch": {"post": SUPERVISORS},
    "api-accuracy": READ,
    "api-calibrations": READ,
    "api-calibration-switch": {"post": SUPERVISORS},
    "api-known-count": {"post": SUPERVISORS},
    "api-known-count-withdraw": {"post": SUPERVISORS},
    "stocktakes": {"get": VIEWERS, "post": SUPERVISORS},
    "stocktake": READ,
    "stocktake-close": {"post": SUPERVISORS},
    "stocktake-discard": {"post": SUPERVISORS},
    "stocktake-report": READ,
    "stocktake-csv": READ,
    "stocktake-xlsx": READ,
    "map": READ,
    "location": READ,
    "location-changes": READ,
    "location-configure": {"post": WORKERS},
    "location-draw": {"get": WORKERS, "post": WORKERS},
    "locations-configure": {"get": WORKERS, "post": WORKERS},
    "places-build": {"get": SUPERVISORS, "post": SUPERVISORS},
    "places-made": {"get": SUPERVISORS},
    "places-undo": {"post": SUPERVISORS},
    "map-draw": {"get": SUPERVISORS, "post": SUPERVISORS},
    "map-split": {"post": SUPERVISORS},
    "record": {"get": WORKERS, "post": WORKERS},
    "documents": READ,
    "document": READ,
    "document-undo": {"post": WORKERS},
    "stock-import": {"get": WORKERS, "post": WORKERS},
    "stock-import-apply": {"post": WORKERS},
    "stock-import-example": {"get": WORKERS},
    "batch": READ,
    "batch-describe": {"post": SUPERVISORS},
    "batch-label": READ,
    "ready": READ,
    "api-stock-movements": {"get": VIEWERS, "post": WORKERS},
    "api-stock-document": READ,
    "api-stock-document-undo": {"post": WORKERS},
    "api-batches": READ,
    "api-batch": {"get": VIEWERS, "patch": SUPERVISORS},
    "labels": READ,
    "setup": {"get": EVERYONE, "post": EVERYONE},  # as long as nobody has an account; then it leads elsewhere
    "nursery": {"get": SUPERVISORS},
    "nursery-settings": {"get": (ADMIN,), "post": (ADMIN,)},
    "demo-remove": {"get": (ADMIN,), "post": (ADMIN,)},
    "people": {"get": (ADMIN,)},
    "person-new": {"get": (ADMIN,), "post": (ADMIN,)},
    "person": {"get": (ADMIN,), "post": (ADMIN,)},
    "person-active": {"post": (ADMIN,)},
    "person-link": {"get": (ADMIN,)},
    "account": {"get": SIGNED_IN, "post": SIGNED_IN},
    "account-password": {"post": SIGNED_IN},
    "enter": {"get": EVERYONE, "post": EVERYONE},  # the link itself is the key
    "products": READ,
    "product-new": {"get": SUPERVISORS, "post": SUPERVISORS},
    "product": {"get": VIEWERS, "post": SUPERVISORS},
    "product-archive": {"post": SUPERVISORS},
    "product-merge": {"get": SUPERVISORS, "post": SUPERVISORS},
    "packagings": READ,
    "packaging-new": {"get": SUPERVISORS, "post": SUPERVISORS},
    "packaging": {"get": VIEWERS, "post": SUPERVISORS},
    "packaging-archive": {"post": SUPERVISORS},
    "packaging-import": {"get": SUPERVISORS, "post": SUPERVISORS},
    "packaging-template": {"get": SUPERVISORS},
    "containers": READ,
    "container-new": {"get": SUPERVISORS, "post": SUPERVISORS},
    "container": {"get": VIEWERS, "post": SUPERVISORS},
    "container-archive": {"post": SUPERVISORS},
    "catalogue-import": {"get": SUPERVISORS, "post": SUPERVISORS},
    "catalogue-template": {"get": SUPERVISORS},
    "labels-pdf": READ,
    "api-map": READ,
    "api-upload": {"post": WORKERS},
    "api-known": {"post": WORKERS},
    "api-photo-thumbnail": READ,
    "api-photo-annotated": READ,
    "api-jobs-status": READ,
    "api-job-status": READ,
    "api-reprocess": {"post": WORKERS},
    "api-gallery": READ,
    "api-stock": READ,
    "api-differences": READ,
    "api-difference": READ,
    "api-difference-decide": {"post": SUPERVISORS},
    "api-counting-plan": READ,
    "api-stocktakes": {"get": VIEWERS, "post": SUPERVISORS},
    "api-stocktake": {"get": VIEWERS, "delete": SUPERVISORS},
    "api-stocktake-bays": READ,
    "api-stocktake-sign": {"post": SUPERVISORS},
    "api-stocktake-report": READ,
    "api-photos-delete": {"post": SUPERVISORS},
    "api-photos-restore": {"post": SUPERVISORS},
    "api-photo": READ,
    "api-photo-markers": READ,
    "api-photo-visit": {"post": WORKERS},
    "api-photo-overlap": {"post": WORKERS},
    "api-photo-problem": READ,
    "api-fix-location": {"post": WORKERS},
    "api-fix-date": {"post": WORKERS},
    "api-fix-configuration": {"post": WORKERS},
    "api-fix-density": {"post": SUPERVISORS},
    "api-corrections": {"get": VIEWERS, "post": SUPERVISORS},
    "api-correction-undo": {"post": SUPERVISORS},
    "api-correction-redo": {"post": SUPERVISORS},
    "api-photo-note": {"post": SUPERVISORS},
    "api-proposals": {"get": VIEWERS, "post": WORKERS},
    "api-proposal-withdraw": {"post": WORKERS},
    "api-proposal-renew": {"post": WORKERS},
    "api-proposals-decide": {"post": SUPERVISORS},
    "api-photo-flag": {"post": WORKERS},
    "api-blind-counts": {"get": SUPERVISORS, "post": SUPERVISORS},
    "api-sign-off": {"post": SUPERVISORS},
    "api-sign-off-withdraw": {"post": SUPERVISORS},
    "api-problems": READ,
    "api-problems-retry": {"post": WORKERS},
    "api-problems-dismiss": {"post": SUPERVISORS},
    "api-configuration": {"get": VIEWERS, "post": WORKERS},
    "api-configuration-history": READ,
    "api-terms": READ,
    "api-products": {"get": VIEWERS, "post": SUPERVISORS},
    "api-product": {"get": VIEWERS, "patch": SUPERVISORS},
    "api-product-archive": {"post": SUPERVISORS},
    "api-packagings": {"get": VIEWERS, "post": SUPERVISORS},
    "api-packaging": {"get": VIEWERS, "patch": SUPERVISORS},
    "api-packaging-archive": {"post": SUPERVISORS},
    "api-containers": {"get": VIEWERS, "post": SUPERVISORS},
    "api-container": {"get": VIEWERS, "patch": SUPERVISORS},
    "api-container-archive": {"post": SUPERVISORS},
    "api-openapi": READ,
    "reference": READ,
}
METHODS = ("get", "post", "put", "patch", "delete")


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address there is, with its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, entry.namespace or namespace)
        else:
            yield namespace, entry


def own_patterns() -> Mapping[str, URLPattern]:
    """The addresses outside the admin, by name."""
    found = [entry for namespace, entry in patterns(get_resolver()) if namespace != "admin"]
    assert all(entry.name for entry in found), "an address without a name"
    return {entry.name: entry for entry in found}


def client_of(role: str) -> Client:
    client = Client(raise_request_exception=False)
    if role != ANONYMOUS:
        client.force_login(UserFactory(role=None if role == NOBODY else role, is_staff=role == ADMIN))
    return client


def address_of(entry: URLPattern) -> str:
    return reverse(entry.name, kwargs=foreign_arguments(entry))


def foreign_arguments(entry: URLPattern) -> dict[str, object]:
    """Ids that are nobody's."""
    return {
        name: 10**9 if isinstance(converter, IntConverter) else uuid.uuid4()
        for name, converter in entry.pattern.converters.items()
    }


def test_every_address_has_a_rule_and_every_rule_an_address():
    assert set(own_patterns()) == set(RULES)


@pytest.mark.parametrize("role", EVERYONE)
def test_endpoints_answer_the_roles_of_their_rule_and_nobody_else(role):
    client = client_of(role)
    for name, entry in own_patterns().items():
        for method in METHODS:
            if name == "logout":
                continue  # would sign the client out; below
            response = getattr(client, method)(address_of(entry))
            seen = f"{role} {method} {name}: {response.status_code}"
            assert response.status_code < 500 or name == "healthz", seen
            if method not in RULES[name]:
                assert response.status_code in (302, 401, 403, 404, 405), seen
                assert "<form" not in response.content.decode() or response.status_code != 200, seen
            elif role in RULES[name][method]:
                assert response.status_code not in (401, 403, 405), seen
            elif role == ANONYMOUS and name.startswith("api-"):
                assert response.status_code == 401, seen
            elif role == ANONYMOUS:
                assert response.status_code == 302, seen
                assert response["Location"].startswith(reverse("login")), seen
            else:
                assert response.status_code == 403, seen


@pytest.mark.parametrize("role", SIGNED_IN)
def test_everyone_may_sign_out_by_post_alone(role):
    client = client_of(role)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("jobs"))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("role", EVERYONE[:-1])
def test_admin_is_closed_to_all_but_admins_at_every_address(role):
    client = client_of(role)
    found = [entry for namespace, entry in patterns(get_resolver()) if namespace == "admin" and entry.name]
    assert len(found) > 50
    for entry in found:
        if entry.name in ("login", "logout", "jsi18n"):
            continue  # signing in and out; words for the date picker
        arguments = dict.fromkeys(entry.pattern.converters, "1")
        parameters = entry.pattern.regex.groups - len(arguments)
        address = reverse(f"admin:{entry.name}", kwargs=arguments) if not parameters else "/admin/auth/"
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert response.status_code == 302, (role, method, address)
            assert response["Location"].startswith(("/login/", "/admin/login/")), (role, method, address)


@pytest.mark.parametrize("role", VIEWERS)
def test_foreign_and_deleted_objects_are_not_found(role):
    client = client_of(role)
    foreign = UploadFactory()
    deleted = S3ImageFactory(ready=True, deleted_at="2025-10-09T00:00:00Z", purged_at="2025-11-09T00:00:00Z")
    ProcessingSessionFactory(ready=True, job__image=deleted)
    addresses = [reverse("upload-receipt", args=[foreign.pk])]
    addresses += [reverse(name, args=[deleted.pk]) for name in ("photo", "photo-problem", "photo-export", "api-photo")]
    addresses += [reverse(name, args=[deleted.pk]) for name in ("api-photo-thumbnail", "api-photo-annotated")]
    addresses += [reverse("api-photo-markers", args=[deleted.pk])]
    assert {client.get(address).status_code for address in addresses} == {404}
    if role in WORKERS:
        for name in ("photo-propose", "photo-proposal-undo", "photo-proposal-redo", "photo-flag", "api-photo-flag"):
            assert client.post(reverse(name, args=[deleted.pk])).status_code == 404, name
        for name in ("photo-fix", "api-reprocess", "api-fix-location", "api-fix-date", "api-fix-configuration"):
            assert client.post(reverse(name, args=[deleted.pk]), {"reason": "again"}).status_code == 404, name
    if role in SUPERVISORS:
        for name in ("api-corrections", "api-correction-undo", "api-photo-note", "api-sign-off", "api-fix-density"):
            assert client.post(reverse(name, args=[deleted.pk])).status_code == 404, name
        for name in ("photo-proposals-decide", "api-proposals-decide", "review-blind", "api-blind-counts"):
            assert client.post(reverse(name, args=[deleted.pk])).status_code == 404, name
        for name in ("photo-correct", "photo-undo", "photo-redo", "photo-note", "photo-sign-off"):
            assert client.post(reverse(name, args=[deleted.pk])).status_code == 404, name
