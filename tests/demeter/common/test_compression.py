"""Pages travel compressed to a browser that reads gzip; ZIP files are streamed as they are."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from demeter.common.compression import CompressAnswers
from tests.factories import UserFactory

COMPRESSED = {"Accept-Encoding": "gzip"}


@pytest.mark.django_db
def test_a_page_is_compressed_for_a_browser_that_reads_it(client):
    client.force_login(UserFactory())
    plain = client.get("/gallery/")
    packed = client.get("/gallery/", headers=COMPRESSED)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) * 3 < len(plain.content)
    assert b"<h1>" in gzip.decompress(packed.content)


def test_the_size_of_a_page_says_nothing_exact_about_its_content():
    compress = CompressAnswers(lambda _request: HttpResponse("plants " * 1000))
    request = RequestFactory().get("/", headers=COMPRESSED)
    assert len({len(compress(request).content) for _ in range(50)}) > 1


def test_a_streamed_file_is_left_as_it_is():
    compress = CompressAnswers(lambda _request: StreamingHttpResponse([b"PK", b"..."], content_type="application/zip"))
    answer = compress(RequestFactory().get("/", headers=COMPRESSED))
    assert "Content-Encoding" not in answer
    assert b"".join(answer) == b"PK..."
