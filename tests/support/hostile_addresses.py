"""Made-up addresses that lead into private networks, in all the ways in which one can be written."""

from __future__ import annotations

from ipaddress import IPv4Address
from random import Random

PRIVATE = (
    "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.9.8.7", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255", "168.63.129.16",
)  # fmt: skip
INSIDE = "http://169.254.169.254/latest/meta-data/"
NAMES = ("localhost", "LocalHost", "LOCALHOST", "localhost.", "ⓛocalhost")
OTHER_IPV6 = ("[::]", "[::1]", "[0:0::0:1]", "[fe80::1]", "[fe80::1%25lo]", "[fd00::1]", "[fec0::1]", "[ff02::1]")
FULLWIDTH = [chr(0xFF10 + digit) for digit in range(10)]
CIRCLED = [chr(0x24EA), *(chr(0x2460 + digit) for digit in range(9))]
DOTS = (".", ".", "\u3002", "\uff0e", "\uff61")
USERS = ("me@", "me:secret@", "8.8.8.8@", "8.8.8.8:80@", "blog.example%2F@", "@")
ENDS = ("", "/", "/x", "/x?y=//8.8.8.8/", "?x", "#x", "/\\8.8.8.8", "/@8.8.8.8/", "\t/x", "/%0d%0aHost:%20x")

LOCATIONS = (
    INSIDE, "//127.0.0.1/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ftp://127.0.0.1/", "//",
    "", "http://[", "http://", "http://127.0.0.1:99999/", "http://a..example/", "\\\\127.0.0.1\\", "http:127.0.0.1/",
    "http://%31%32%37.0.0.1/", "http://user:secret@127.0.0.1/", "http://localhost/", "gopher://127.0.0.1:70/1",
    "/%00", "/" + "x" * 1_800, "/" + "x" * 60_000, "http://" + "x" * 300 + ".example/", "http://xn--\u00ff/",
    "?" + "a=" * 5_000, "\u00ff\u0080",
)  # fmt: skip
"""Addresses that are odd, or lead inside, as pages name them and redirect to them."""


def hostile_url(random: Random, port: int) -> str:
    """An address that leads inside if anybody follows it.

    Args:
        random: what is chosen with.
        port: of a server that listens.
    """
    scheme = random.choice(("http", "https", "HTTP", "hTTps"))
    user = random.choice(USERS) if random.random() < 0.15 else ""
    ports = (f":{port}", f":{port}", f":{port:05}", ":", "", ":22", ":0", ":65536", ":-1")
    return f"{scheme}://{user}{_host(random)}{random.choice(ports)}{random.choice(ENDS)}"


def _host(random: Random) -> str:
    kind = random.randrange(10)
    if kind == 0:
        return random.choice(NAMES)
    if kind == 1:
        return random.choice(OTHER_IPV6)
    address = IPv4Address(random.choice(PRIVATE))
    if kind in (2, 3):
        return _inside_ipv6(random, address)
    host = _numbers(random, address)
    if kind in (4, 5):
        host = "".join(random.choice((FULLWIDTH, CIRCLED))[int(each)] if each.isdecimal() else each for each in host)
    if kind == 6:
        host = "".join(random.choice(DOTS) if each == "." else each for each in host)
    return f"{host}." if kind == 7 else host


def _numbers(random: Random, address: IPv4Address) -> str:
    """One to four numbers, the last one of which has the remaining bytes; each in decimals, octals or hexadecimals."""
    count = random.randint(1, 4)
    packed = address.packed
    numbers = [*packed[: count - 1], int.from_bytes(packed[count - 1 :], "big")]
    forms = ("{}", "{}", "0{:o}", "000{:o}", "0x{:x}", "0X{:X}", "0x00{:x}")
    return ".".join(random.choice(forms).format(number) for number in numbers)


def _inside_ipv6(random: Random, address: IPv4Address) -> str:
    number = int(address)
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    return random.choice([
        f"[::ffff:{address}]", f"[::FFFF:{high}:{low}]", f"[0:0:0:0:0:ffff:{high}:{low}]", f"[::{address}]",
        f"[64:ff9b::{address}]", f"[64:ff9b:1::{address}]", f"[2002:{high}:{low}::1]", f"[::ffff:0:{address}]",
    ])  # fmt: skip
