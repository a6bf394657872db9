"""A phone's way to the pictures: the S3 port through the forwarder, with signed addresses."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from django.conf import settings

from demeter.local import network, state, workers
from demeter.local.programs import Folders
from demeter.local.supervisor import Supervisor
from photos.storage.object_store import put_object
from tests.demeter.local.test_supervisor import wait_for


@pytest.fixture
def lan_port(tmp_path: Path) -> Iterator[int]:
    """A forwarder's port, on the loopback's second address in place of the network."""
    port = state.LocalState.load(tmp_path).port("lan_storage", host="127.0.0.2")
    storage_port = urlsplit(settings.S3_ENDPOINT_URL).port
    assert storage_port is not None
    supervisor = Supervisor(Folders.of(tmp_path), announce=print)
    supervisor.start([workers.make_lan_storage(host="127.0.0.2", port=port, to_port=storage_port)])
    wait_for(lambda: not state.is_free(port, host="127.0.0.2"))
    yield port
    supervisor.stop()


def test_a_signed_address_works_through_the_forwarder_and_only_as_signed(lan_port: int) -> None:
    picture = b"picture" * 300_000
    put_object("thumbnails/forwarded.jpg", picture, content_type="image/jpeg")
    options = settings.STORAGES["default"]["OPTIONS"]
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.2:{lan_port}",
        aws_access_key_id=options["access_key"],
        aws_secret_access_key=options["secret_key"],
        region_name=settings.S3_REGION,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    address = client.generate_presigned_url(
        "get_object", Params={"Bucket": settings.S3_BUCKET, "Key": "thumbnails/forwarded.jpg"}
    )
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.read() == picture
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address.partition("?")[0], timeout=10)


def test_the_network_gives_other_devices_a_way_in() -> None:
    assert network.allowed_hosts("127.0.0.1") == ["localhost", "127.0.0.1", "[::1]"]
    assert network.lan_address("192.168.1.20") == "192.168.1.20"
    assert network.lan_address("0.0.0.0") in network.allowed_hosts("0.0.0.0")
