"""Every operation of the API against its OpenAPI document, with generated requests: no answer of 5xx, no status and no
body that the document does not name.

    python -m bench.api http://127.0.0.1:8000 TOKEN --examples 200

Half of the requests are as the document says, half are wrong. They change and delete rows: run it on a nursery of its
own whose photos are counted, with the token of a supervisor. The suite runs the same with few examples
(`tests/demeter/test_reference.py`).
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Take away what the others need, or sign it, after which nothing can be recorded.
LAST = ("delete", "sign")
TOO_MANY = 429
# A line of movements that leaves these out means the only batch at its location.
LEFT_OUT = ("batch", "product", "packaging", "state", "to_product", "to_packaging", "to_state")
Known = Mapping[str, list[Any]]
Get = Callable[[str], Any]


@dataclass
class Result:
    """What came of a campaign: answers by operation and status, and what was wrong."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def find_known(get: Get) -> Known:
    """Ids and codes that exist, asked from the API itself, by the names of parameters and fields."""
    photos = get("/api/v1/photos/gallery?per_page=20")["photos"]
    images = [photo["image_id"] for photo in photos]
    corrections = [row for image in images for row in get(f"/api/v1/photos/{image}/corrections")["corrections"]]
    documents = get("/api/v1/stock/movements")["documents"]
    batches = get("/api/v1/stock/batches?empty=true")["batches"]
    products = [row["id"] for row in get("/api/v1/catalogue/products")["products"]]
    packagings = [row["id"] for row in get("/api/v1/catalogue/packagings")["packagings"]]
    containers = [row["id"] for row in get("/api/v1/catalogue/containers")["containers"]]
    terms = {name: [row["id"] for row in rows] for name, rows in get("/api/v1/catalogue/terms").items()}
    differences = get("/api/v1/stock/differences?status=all")["differences"]
    stocktakes = get("/api/v1/stock/stocktakes")["stocktakes"]
    codes = [row["code"] for row in get("/api/v1/locations/map")["locations"]]
    now = datetime.now(UTC)
    return {
        "image_id": images,
        "image_ids": [[image] for image in images],
        "correction_id": [row["correction_id"] for row in corrections],
        "number": [row["id"] for row in documents],
        "batch_id": [row["id"] for row in batches],
        "batch": [row["batch"] for row in batches],
        "product_id": products,
        "product": products,
        "packaging_id": packagings,
        "packaging": packagings,
        "container_id": containers,
        "container_type": containers,
        "code": codes,
        "location": codes,
        "to_location": codes,
        "state": terms["states"],
        "expected_state": terms["states"],
        "size": terms["sizes"],
        "category": terms["categories"],
        "packaging_type": terms["packaging_types"],
        "material": terms["packaging_materials"],
        "colour": terms["packaging_colours"],
        "difference_id": [row["id"] for row in differences],
        "about": [row["unexplained"] for row in differences],
        "stocktake_id": [row["id"] for row in stocktakes],
        "quantity": [1, 2],
        "happened_at": [(now - timedelta(minutes=1)).isoformat()],
        "counted_from": [f"{now - timedelta(days=1):%Y-%m-%d}"],
        "day": [f"{now:%Y-%m-%d}"],
        "reason": ["FROST"],
        "loss_reason": ["FROST"],
    }


def run_campaign(schema: Any, find: Callable[[], Known], *, token: str, examples: int, **options: Any) -> Result:
    """Each operation with so many right requests and as many wrong ones, always the same ones. `find` says what exists
    before each operation; `options` are those of the transport."""
    result = Result()
    for operation in sorted((operation.ok() for operation in schema.get_all_operations()), key=_turn):
        known = find()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _try_operation(operation, mode, known, result, token=token, examples=examples, options=options)
    return result


def _turn(operation: Any) -> tuple[bool, bool]:
    """What makes something comes first, what ends it last."""
    return operation.path.endswith(LAST) or operation.method == "delete", operation.method != "post"


def _try_operation(
    operation: Any,
    mode: GenerationMode,
    known: Known,
    result: Result,
    *,
    token: str,
    examples: int,
    options: Mapping[str, Any],
) -> None:
    """Failures are collected, so that one operation does not hide the next."""

    @seed(1)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode), chance=st.randoms(use_true_random=False))
    def request(case: Any, chance: random.Random) -> None:
        fill_in(case, known, chance)
        response = _call(case, token, options)
        result.answers[operation.label, response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        request()
    except (Exception, FailureGroup) as error:  # noqa: BLE001 - whatever is wrong with one operation is a finding
        result.faults.append(f"{operation.label} ({mode.value}): {_words(error)}")


def _call(case: Any, token: str, options: Mapping[str, Any]) -> Any:
    """The answer, after waiting where there were too many requests."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    response = case.call(headers=headers, **options)
    while response.status_code == TOO_MANY:
        time.sleep(int(response.headers["retry-after"][0]))
        response = case.call(headers=headers, **options)
    return response


def _words(error: BaseException) -> str:
    return f"{error}" if isinstance(error, FailureGroup) else f"{type(error).__name__}: {error}"


def fill_in(case: Any, known: Known, chance: random.Random) -> None:
    """Put in what exists, in three of four places, so that requests reach further than "not found"."""
    for values in _objects(case.path_parameters, case.body):
        if "quantity" in values and chance.random() < 0.75:
            for name in LEFT_OUT:
                values.pop(name, None)
        for name in values.keys() & known.keys():
            if known[name] and chance.random() < 0.75:
                values[name] = chance.choice(known[name])


def _objects(*values: Any) -> Iterator[dict[str, Any]]:
    for value in values:
        if isinstance(value, dict):
            yield value
            yield from _objects(*value.values())
        elif isinstance(value, list):
            yield from _objects(*value)


def print_result(result: Result) -> None:
    """A line for each operation, then what is wrong."""
    for label in sorted({label for label, _status in result.answers}):
        statuses = sorted((status, number) for (name, status), number in result.answers.items() if name == label)
        print(f"{label}: {', '.join(f'{number} x {status}' for status, number in statuses)}")
    print(f"{sum(result.answers.values())} answers, {len(result.faults)} faults")
    print(*result.faults, sep="\n\n")


def main() -> int:
    """Run the campaign against a running Demeter; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="The API against its OpenAPI document.")
    parser.add_argument("address")
    parser.add_argument("token")
    parser.add_argument("--examples", type=int, default=100)
    arguments = parser.parse_args()
    headers = {"Authorization": f"Bearer {arguments.token}"}

    def get(path: str) -> Any:
        answer = requests.get(arguments.address + path, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    if not find_known(get)["batch"]:
        parser.error("Nothing is in stock: most requests would be refused. Wait until photos are counted.")
    schema = schemathesis.openapi.from_url(arguments.address + DOCUMENT, headers=headers)
    options = {"timeout": 60, "allow_redirects": False}  # pictures are in the storage, which is not tried
    find = partial(find_known, get)
    result = run_campaign(schema, find, token=arguments.token, examples=arguments.examples, **options)
    print_result(result)
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
