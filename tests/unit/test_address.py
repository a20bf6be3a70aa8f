"""Which addresses may be reached [P5]."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.address import SETTING, AddressRefused, AllowedHosts, is_public
from agent.checks.network import literal_address
from agent.checks.url import BadUrl, parse_url
from agent.checks.words import plain

NOBODY = AllowedHosts()

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "2001:2::1",
    "2001:10::1",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
]
CARRIERS = {
    "mapped": "::ffff:{0}",
    "NAT64": "64:ff9b::{0}",
    "6to4": "2002:{1}::1",
    "Teredo server": "2001:0:{1}:0:0:{3}",
    "Teredo client": "2001:0:{4}:0:0:{2}",
}


def carried(kind: str, ipv4: str) -> str:
    """The IPv6 address of that kind that carries an IPv4 address."""
    octets = [int(part) for part in ipv4.split(".")]

    def words(values: list[int]) -> str:
        return f"{values[0] << 8 | values[1]:x}:{values[2] << 8 | values[3]:x}"

    hidden = words([octet ^ 0xFF for octet in octets])
    open_, open_hidden = words([8, 8, 8, 8]), words([8 ^ 0xFF] * 4)
    return CARRIERS[kind].format(ipv4, words(octets), hidden, open_hidden, open_)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_global_are_refused(address: str) -> None:
    """[P5] The refusal names the address and the setting."""
    with pytest.raises(AddressRefused) as refused:
        NOBODY.check("watched.example", 443, address)
    assert SETTING in refused.value.sentence
    assert address in refused.value.sentence


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1", "172.32.0.1"])
def test_public_addresses_are_reached(address: str) -> None:
    """[P5]"""
    assert str(NOBODY.check("watched.example", 443, address)) == address


@pytest.mark.parametrize("kind", CARRIERS)
def test_an_ipv6_address_is_as_good_as_the_ipv4_address_it_carries(kind: str) -> None:
    """[P5] IPv4-mapped, NAT64, 6to4 and Teredo are unwrapped."""
    with pytest.raises(AddressRefused):
        NOBODY.check("watched.example", 443, carried(kind, "10.0.0.1"))
    NOBODY.check("watched.example", 443, carried(kind, "8.8.8.8"))


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"],
)
def test_no_setting_opens_the_addresses_where_clouds_hand_out_credentials(address: str) -> None:
    """[P5] Not by address, not by name, not inside IPv6."""
    allowed = AllowedHosts.parse(f"{address}, intern.example")
    for host in (address, "intern.example"):
        with pytest.raises(AddressRefused, match="credentials"):
            allowed.check(host, 80, address)
    if "." in address:
        with pytest.raises(AddressRefused, match="credentials"):
            allowed.check("intern.example", 80, carried("mapped", address))


def test_the_administrator_allows_a_host_with_or_without_a_port() -> None:
    """[P5]"""
    allowed = AllowedHosts.parse("127.0.0.1:8080, Status.Corp.example., [::1]:8443, 10.0.0.5, ")
    allowed.check("127.0.0.1", 8080, "127.0.0.1")
    allowed.check("any.example", 8080, "127.0.0.1")
    allowed.check("[::ffff:127.0.0.1]", 8080, "::ffff:127.0.0.1")
    allowed.check("status.corp.example", 443, "10.9.9.9")
    allowed.check("STATUS.corp.example.", 8000, "10.9.9.9")
    allowed.check("::1", 8443, "::1")
    allowed.check("10.0.0.5", 9000, "10.0.0.5")
    for host, port, address in (
        ("127.0.0.1", 8081, "127.0.0.1"),
        ("::1", 80, "::1"),
        ("other.corp.example", 443, "10.9.9.9"),
        ("sub.status.corp.example", 443, "10.9.9.9"),
        ("10.0.0.6", 9000, "10.0.0.6"),
    ):
        with pytest.raises(AddressRefused):
            allowed.check(host, port, address)


@pytest.mark.parametrize(
    "text", ["http://a.example", "a.example:", "a.example:0", "a:99999", "*.corp", "a b", "a:http"]
)
def test_an_entry_that_is_no_host_is_refused_with_the_name_of_the_setting(text: str) -> None:
    with pytest.raises(ValueError, match=SETTING):
        AllowedHosts.parse(text)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1", "0"]
)
def test_other_ways_to_spell_an_ipv4_address_are_seen_through(host: str) -> None:
    """[P5] Integers, octal, hex and short forms mean what the resolver makes of them."""
    literal = literal_address(host, 80)
    assert literal is not None
    with pytest.raises(AddressRefused):
        NOBODY.check(host, 80, literal)


def test_a_name_is_no_literal_address() -> None:
    assert literal_address("localhost.example", 80) is None


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "shop.localhost"])
def test_localhost_always_means_this_machine(host: str) -> None:
    """[P5] RFC 6761: no resolver is asked."""
    assert literal_address(host, 80) == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "//a.example/",
        "a.example",
        "http://",
        "http:///x",
        "http://user@a.example/",
        "http://user:word@a.example/",
        "http://127.0.0.1\\@a.example/",
        "http://a.example/\r\nX: y",
        "http://a.example/ b",
        "http://a.example:0/",
        "http://a.example:99999/",
        "http://a..example/",
        "http://[::1/",
        "http://a.example%00/",
        "http://" + "a" * 2000 + "/",
    ],
)
def test_addresses_that_could_be_read_in_two_ways_are_refused(url: str) -> None:
    """[P5] Credentials in addresses too."""
    with pytest.raises(BadUrl):
        parse_url(url)


def test_an_address_is_made_ascii() -> None:
    url = parse_url("https://Bücher.example/grün?q=ä b".replace(" b", "b"))
    assert str(url) == "https://xn--bcher-kva.example/gr%C3%BCn?q=%C3%A4b"


def test_full_stops_of_other_alphabets_are_full_stops() -> None:
    """[P5]"""
    assert parse_url("http://127。0。0。1。/").host == "127.0.0.1"


def test_a_redirect_is_read_against_the_page_it_came_from() -> None:
    page = parse_url("https://a.example:8443/x/y?z")
    assert str(page.joined("../w")) == "https://a.example:8443/w"
    assert str(page.joined("//b.example/")) == "https://b.example/"
    with pytest.raises(BadUrl):
        page.joined("javascript:alert(1)")
    with pytest.raises(BadUrl):
        page.joined("http://user:word@b.example/")


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_public_exactly_if_the_plain_one_is(address) -> None:  # type: ignore[no-untyped-def]
    """[P5]"""
    from ipaddress import ip_address

    assert is_public(ip_address(f"::ffff:{address}")) is is_public(address)


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address) -> None:  # type: ignore[no-untyped-def]
    """[P5] Our table is at least as strict as the standard library's."""
    if address.version == 4 and (address.is_private or address.is_multicast):
        assert not is_public(address)
    if address.is_loopback or address.is_link_local or address.is_unspecified:
        assert not is_public(address)


ODD = st.text(st.sampled_from("aé.:/@[]%?#\\\n\0 ß。١0x7f-_~"), max_size=40)


@given(ODD)
def test_an_address_is_either_refused_or_plain_ascii_and_stable(text: str) -> None:
    """[P5] What was read once is read the same way again."""
    try:
        url = parse_url(f"http://{text}")
    except BadUrl:
        return
    assert str(url).isascii()
    assert str(url).isprintable()
    assert parse_url(str(url)) == url


@given(st.text(max_size=500), st.integers(1, 300))
def test_foreign_text_is_cut_to_one_printable_line(text: str, limit: int) -> None:
    """[P4]"""
    line = plain(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
