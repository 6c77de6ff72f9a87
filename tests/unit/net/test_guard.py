import pytest

from monitor.net.guard import Allow, is_numeric, refusal

NOTHING = Allow.parse([])

FORBIDDEN = {
    "0.0.0.0": "this network",
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud metadata",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "protocol assignments",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "224.0.0.251": "multicast",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::ffff:127.0.0.1": "IPv4-mapped",
    "::ffff:8.8.8.8": "IPv4-mapped",
    "::127.0.0.1": "IPv4-compatible",
    "64:ff9b::7f00:1": "NAT64",
    "64:ff9b:1::a00:1": "NAT64",
    "2001:0:4136:e378::1": "Teredo",
    "2002:7f00:1::": "6to4",
    "2001:db8::1": "documentation",
    "fd00:ec2::254": "unique-local",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "4000::1": "reserved",
}


@pytest.mark.parametrize(("address", "kind"), FORBIDDEN.items())
def test_special_addresses_are_refused_with_their_kind(address: str, kind: str) -> None:
    assert f"({kind})" in str(refusal(address, 80, NOTHING))


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_may_be_dialled(address: str) -> None:
    assert refusal(address, 80, NOTHING) is None


@pytest.mark.parametrize("text", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "", "no-address"])
def test_what_is_no_canonical_address_is_refused(text: str) -> None:
    assert refusal(text, 80, NOTHING)


@pytest.mark.parametrize(
    ("entry", "address", "port", "host", "allowed"),
    [
        ("127.0.0.1:8099", "127.0.0.1", 8099, None, True),
        ("127.0.0.1:8099", "127.0.0.1", 80, None, False),
        ("127.0.0.1:8099", "127.0.0.2", 8099, None, False),
        ("127.0.0.1:8099", "::ffff:127.0.0.1", 8099, None, False),
        ("127.0.0.1", "127.0.0.1", 1, None, True),
        ("10.1.0.0/16", "10.1.2.3", 443, None, True),
        ("10.1.0.0/16", "10.2.2.3", 443, None, False),
        ("10.1.0.0/16:8080", "10.1.2.3", 443, None, False),
        ("[::1]:8099", "::1", 8099, None, True),
        ("[::1]:8099", "::1", 8098, None, False),
        ("::1", "::1", 8098, None, True),
        ("fd00::/8", "fd12::1", 80, None, True),
        ("intranet.example", "10.0.0.7", 80, "intranet.example", True),
        ("Intranet.Example", "10.0.0.7", 80, "intranet.example.", True),
        ("intranet.example:8080", "10.0.0.7", 80, "intranet.example", False),
        ("intranet.example", "10.0.0.7", 80, "other.example", False),
        ("intranet.example", "10.0.0.7", 80, None, False),
    ],
)
def test_named_exceptions(entry: str, address: str, port: int, host: str | None, allowed: bool) -> None:
    assert (refusal(address, port, Allow.parse([entry]), host) is None) is allowed


@pytest.mark.parametrize("entry", ["", "127.1", "10.1.2.3/8", "host:0", "host:99999", "host:x", "0x7f.1", "a/b"])
def test_entries_that_mean_nothing_are_named(entry: str) -> None:
    with pytest.raises(ValueError, match=r"is not|port"):
        Allow.parse([entry])


@pytest.mark.parametrize(
    ("host", "numeric"),
    [("127.0.0.1", True), ("2130706433", True), ("0x7f.1", True), ("::1", True), ("a.example", False), ("x1", False)],
)
def test_numeric_hosts(host: str, numeric: bool) -> None:
    assert is_numeric(host) is numeric
