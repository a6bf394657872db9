"""The address of this machine in the local network, and the settings that follow from it."""

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def lan_address(host: str) -> str:
    """The address a phone on the same network uses for a server bound to `host`.

    For 0.0.0.0 it is the source address of this machine; reading the routing table sends no packet.
    """
    if host != "0.0.0.0":  # noqa: S104 - compared, not bound
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 of RFC 5737: routed like any other, belongs to nobody
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def allowed_hosts(host: str) -> list[str]:
    """Names and addresses under which the web process answers (Django's ALLOWED_HOSTS)."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if not is_loopback(host):
        name = socket.gethostname().lower()
        names += [lan_address(host), name, f"{name}.local"]
    return list(dict.fromkeys(names))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
