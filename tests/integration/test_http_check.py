"""The http check against real servers on loopback [B2 P5 X3]."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.address import AddressRefused, AllowedHosts
from agent.checks.body import BODY_MAX, read_body
from agent.checks.certificate import not_after
from agent.checks.http import HttpTool
from agent.checks.registry import CheckImpossible, Measurement, check_problems, run_check
from agent.task.graph import TaskRunner
from agent.task.values import TaskInput
from missions.blueprint import Check, CronTrigger, Expectation, Finding, Op, Scalar, Task
from missions.execution import CheckResult
from missions.ids import CheckId, ExecutionId, MissionId, TaskId
from tests.support.taskrun import finished

Page = Callable[[BaseHTTPRequestHandler], None]
NOW = datetime.now(UTC)


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Site:
    """A server on loopback; `pages` by path, `asked` what was requested."""

    port: int
    scheme: str = "http"
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "watched.example") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


Serve = Callable[..., Site]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start sites; all are shut down at the end."""
    servers: list[ThreadingHTTPServer] = []

    def start(tls: ssl.SSLContext | None = None) -> Site:
        site = Site(0)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(f"{self.command} {self.path} {self.headers['Host']}")
                site.pages[self.path](self)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass

        server = Server(("127.0.0.1", 0), Handler)
        site.port = server.server_address[1]
        if tls is not None:
            site.scheme = "https"
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def page(
    body: bytes = b"all is well", status: int = 200, delay: float = 0.0, **headers: str
) -> Page:
    """A page with that answer."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(delay)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    return answer


def raw(*pieces: bytes, pause: float = 0.0, repeat: int = 1) -> Page:
    """A page that writes bytes as they are."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        for _ in range(repeat):
            for piece in pieces:
                request.wfile.write(piece)
                request.wfile.flush()
                time.sleep(pause)

    return answer


def to_loopback(host: str, port: int) -> list[str]:
    """A resolver that knows every name."""
    return ["127.0.0.1"]


def tool(*sites: Site, **options: object) -> HttpTool:
    """The tool, allowed to reach these sites and no other port of this machine."""
    allowed = AllowedHosts.parse(",".join(f"127.0.0.1:{site.port}" for site in sites))
    return HttpTool(FixedClock(), allowed, **{"resolver": to_loopback, **options})  # type: ignore[arg-type]


def expect(name: str, op: Op, value: Scalar, severity: Finding = Finding.CRITICAL) -> Expectation:
    return Expectation(field=name, op=op, value=value, severity=severity)


OK = expect("status", Op.EQ, 200)


def check(url: str, *expectations: Expectation, **arguments: Scalar) -> Check:
    return Check(
        id=CheckId("C1"),
        tool="http",
        arguments={"url": url, **arguments},
        expect=expectations or (OK,),
    )


def judge(http: HttpTool, asked: Check) -> CheckResult:
    """The check's result; no test waits for the second try."""
    return run_check(asked, {"http": http}, FixedClock(), lambda seconds: None)


def test_a_page_that_answers_as_expected_is_all_good(serve: Serve) -> None:
    """[B2]"""
    site = serve()
    site.pages["/health"] = page(b"status: green", Content_Type="Text/Plain; charset=utf-8")
    result = judge(
        tool(site),
        check(
            site.url("/health"),
            OK,
            expect("latency_ms", Op.LT, 5000),
            expect("body", Op.CONTAINS, "green"),
            expect("body", Op.MATCHES, r"^status: \w+$"),
            expect("content_type", Op.EQ, "text/plain"),
        ),
    )
    assert result.finding is Finding.ALL_GOOD
    assert result.tried == 1
    assert [m.holds for m in result.measured] == [True] * 5
    assert result.title == f"GET watched.example:{site.port}/health"
    assert site.asked == [f"GET /health watched.example:{site.port}"]


def test_a_failing_check_is_tried_once_more_after_five_seconds(serve: Serve) -> None:
    """[B2] The second answer counts."""
    site = serve()
    answers = iter((page(status=503), page()))
    site.pages["/"] = lambda request: next(answers)(request)
    pauses: list[float] = []
    result = run_check(check(site.url()), {"http": tool(site)}, FixedClock(), pauses.append)
    assert pauses == [5.0]
    assert (result.finding, result.tried) == (Finding.ALL_GOOD, 2)


def test_a_check_tells_how_much_of_each_try_was_answered(serve: Serve) -> None:
    """[X4] Bytes as they came: packed ones packed, and none of a HEAD."""
    site = serve()
    packed = gzip.compress(b"x" * 50_000)
    answers = iter((page(b"busy", status=503), page(packed, Content_Encoding="gzip")))
    site.pages["/"] = lambda request: next(answers)(request)
    sizes: list[int | None] = []
    asked, tools = check(site.url()), {"http": tool(site)}
    run_check(asked, tools, FixedClock(), lambda seconds: None, sizes.append)
    site.pages["/head"] = page(b"")
    head = check(site.url("/head"), method="HEAD")
    run_check(head, tools, FixedClock(), lambda seconds: None, sizes.append)
    assert sizes == [4, len(packed), 0]


def test_a_wrong_status_is_a_finding_and_says_what_was_measured(serve: Serve) -> None:
    """[X3]"""
    site = serve()
    site.pages["/"] = page(status=503)
    result = judge(tool(site), check(site.url()))
    assert (result.finding, result.tried) == (Finding.CRITICAL, 2)
    assert (result.measured[0].expected, result.measured[0].actual) == ("200", 503)
    assert result.note == ""


def test_a_slow_page_is_measured_to_its_end(serve: Serve) -> None:
    """[B2] A limit on the time does not cut the request short; the worst severity counts."""
    site = serve()
    site.pages["/"] = page(delay=0.2)
    slow = expect("latency_ms", Op.LT, 50, Finding.ATTENTION)
    result = judge(tool(site), check(site.url(), OK, slow))
    assert result.finding is Finding.ATTENTION
    assert result.measured[0].holds
    assert isinstance(result.measured[1].actual, float)
    assert result.measured[1].actual >= 200
    assert result.measured[1].expected == "under 50 ms"


def test_text_that_is_missing_is_a_finding_and_pages_are_quoted_briefly(serve: Serve) -> None:
    """[P4] At most 200 characters of a page, without control characters."""
    site = serve()
    site.pages["/"] = page(b"\x1b[31mboo\x00\r\n<!channel>" + b"x" * 5000)
    result = judge(tool(site), check(site.url(), expect("body", Op.CONTAINS, "fine")))
    quoted = result.measured[0].actual
    assert result.finding is Finding.CRITICAL
    assert isinstance(quoted, str)
    assert len(quoted) <= 200
    assert quoted.isprintable()


def test_head_asks_for_no_body(serve: Serve) -> None:
    site = serve()
    site.pages["/"] = page()
    assert judge(tool(site), check(site.url(), method="HEAD")).finding is Finding.ALL_GOOD
    assert site.asked[0].startswith("HEAD / ")


def test_redirects_are_followed_and_the_last_answer_counts(serve: Serve) -> None:
    site, other = serve(), serve()
    site.pages["/"] = page(status=302, Location="/next")
    site.pages["/next"] = page(status=301, Location=other.url("/there", host="other.example"))
    other.pages["/there"] = page(b"arrived")
    arrived = check(site.url(), OK, expect("body", Op.CONTAINS, "arrived"))
    assert judge(tool(site, other), arrived).finding is Finding.ALL_GOOD
    assert other.asked == [f"GET /there other.example:{other.port}"]


def test_a_check_that_expects_a_redirect_sees_it(serve: Serve) -> None:
    site = serve()
    site.pages["/"] = page(status=301, Location="/next")
    result = judge(tool(site), check(site.url(), expect("status", Op.EQ, 301)))
    assert result.finding is Finding.ALL_GOOD


def test_a_redirect_to_a_private_address_is_refused(serve: Serve) -> None:
    """[P5 S7] Every redirect is checked again; what cannot mend itself is no finding."""
    site, secret = serve(), serve()
    site.pages["/"] = page(status=302, Location=secret.url("/", host="127.0.0.1"))
    secret.pages["/"] = page()
    with pytest.raises(CheckImpossible, match="HOUSTON_ALLOW_HOSTS"):
        judge(tool(site), check(site.url()))
    assert secret.asked == []


@pytest.mark.parametrize(
    "location",
    ["ftp://a.example/", "http://user:word@a.example/", "http://a.example:0/"],
)
def test_a_redirect_that_leads_nowhere_usable_is_a_finding(serve: Serve, location: str) -> None:
    """[P5 X3] http and https only, no credentials in addresses."""
    site = serve()
    site.pages["/"] = page(status=302, Location=location)
    result = judge(tool(site), check(site.url()))
    assert result.finding is Finding.CRITICAL
    assert result.note.startswith("It redirects to an address that ")


def test_a_redirect_loop_ends_after_five(serve: Serve) -> None:
    """[P5]"""
    site = serve()
    site.pages["/"] = page(status=302, Location="/")
    result = tool(site).run(check(site.url()))
    assert "redirected more than 5 times" in result.trouble
    assert len(site.asked) == 6


def test_a_private_address_is_refused_before_anything_is_sent(serve: Serve) -> None:
    """[P5]"""
    site = serve()
    site.pages["/"] = page()
    nobody = HttpTool(FixedClock(), AllowedHosts(), resolver=to_loopback)
    with pytest.raises(AddressRefused):
        nobody.run(check(site.url()))
    assert site.asked == []


def test_one_private_address_among_public_ones_is_refused(serve: Serve) -> None:
    """[P5] Every resolved address is checked, not only the first."""
    http = HttpTool(FixedClock(), AllowedHosts(), resolver=lambda h, p: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        http.run(check("http://watched.example/"))


def test_the_checked_address_is_the_one_connected_to(serve: Serve) -> None:
    """[P5] A name that changes its answer is asked once per connection, and checked each time."""
    site = serve()
    site.pages["/"] = page()
    answers = iter((["127.0.0.1"], ["127.0.0.2"]))
    http = tool(site, resolver=lambda host, port: next(answers))
    assert http.run(check(site.url())).values["status"] == 200
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
        http.run(check(site.url()))


def test_a_redirect_to_the_same_name_is_resolved_and_checked_again(serve: Serve) -> None:
    """[P5]"""
    site = serve()
    site.pages["/"] = page(status=302, Location="/next")
    answers = iter((["127.0.0.1"], ["10.0.0.1"]))
    with pytest.raises(AddressRefused):
        tool(site, resolver=lambda host, port: next(answers)).run(check(site.url()))


def test_the_next_address_is_tried_if_one_does_not_answer(serve: Serve) -> None:
    site = serve()
    site.pages["/"] = page()
    allowed = AllowedHosts.parse(f"127.0.0.1:{site.port}, 127.0.0.3:{site.port}")
    http = HttpTool(FixedClock(), allowed, resolver=lambda h, p: ["127.0.0.3", "127.0.0.1"])
    assert http.run(check(site.url())).values["status"] == 200


def test_proxies_of_the_machine_are_not_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """[P5]"""
    site = serve()
    site.pages["/"] = page()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert tool(site).run(check(site.url())).values["status"] == 200


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_a_target_that_refuses_is_a_finding() -> None:
    """[X3]"""
    site = Site(free_port())
    result = judge(tool(site), check(site.url()))
    assert result.finding is Finding.CRITICAL
    assert result.note == "It refused the connection."
    assert result.measured[0].actual is None


def test_a_name_that_is_not_known_is_a_finding() -> None:
    """[X3]"""

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    result = judge(tool(Site(80), resolver=unknown), check("http://gone.example/"))
    assert result.finding is Finding.CRITICAL
    assert "gone.example could not be found (DNS)" in result.note


def test_a_lookup_that_hangs_is_given_up() -> None:
    """[X3]"""
    release = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        release.wait(10)
        return ["127.0.0.1"]

    result = tool(Site(80), resolver=hanging, total_seconds=0.2).run(check("http://gone.example/"))
    release.set()
    assert "looked up in time" in result.trouble


def timed(http: HttpTool, url: str) -> tuple[Measurement, float]:
    started = time.monotonic()
    return http.run(check(url)), time.monotonic() - started


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "drip",
    [
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 100, pause=0.05),
        raw(HEAD, *[b"X-Drip: 1\r\n"] * 100, pause=0.05),
        raw(*[b"HTTP/1.1 102 Processing\r\n\r\n"] * 100, pause=0.05),
        page(delay=2.0),
    ],
    ids=["body", "headers", "provisional answers", "silence"],
)
def test_a_page_that_drips_is_cut_at_the_total_time(serve: Serve, drip: Page) -> None:
    """[P5 X3] Time is capped over the whole request, not between two bytes."""
    site = serve()
    site.pages["/"] = drip
    result, seconds = timed(tool(site, total_seconds=0.4), site.url())
    assert result.trouble == "It did not finish answering within 0.4 s."
    assert seconds < 1.5


def test_a_huge_page_is_read_to_its_first_mebibyte(serve: Serve) -> None:
    """[P5]"""
    site = serve()
    site.pages["/"] = page(b"a" * (1024 * 1024) + b"needle" + b"b" * 20_000_000)
    result = judge(tool(site), check(site.url(), OK, expect("body", Op.CONTAINS, "needle")))
    assert [m.holds for m in result.measured] == [True, False]
    assert result.note == "The page is long; I read only its first 1 MiB."


def test_a_packed_page_is_unpacked(serve: Serve) -> None:
    site = serve()
    site.pages["/"] = page(gzip.compress(b"all green"), Content_Encoding="gzip")
    found = judge(tool(site), check(site.url(), expect("body", Op.CONTAINS, "green")))
    assert found.finding is Finding.ALL_GOOD


def test_a_gzip_bomb_is_unpacked_to_one_mebibyte(serve: Serve) -> None:
    """[P5] 50 MB of nothing, packed into 50 KB."""
    site = serve()
    site.pages["/"] = page(gzip.compress(bytes(50_000_000), 9), Content_Encoding="gzip")
    result, seconds = timed(tool(site), site.url())
    assert len(str(result.values["body"])) == 1024 * 1024
    assert "first 1 MiB" in result.remark
    assert seconds < 5


def test_unpacking_takes_no_more_memory_than_the_cap() -> None:
    """[P5] However much is packed into one piece."""
    piece = gzip.compress(bytes(50_000_000), 9)
    tracemalloc.start()
    assert read_body([piece], "gzip", "").remark
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * BODY_MAX


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_page_that_cannot_be_unpacked_has_no_text(serve: Serve, encoding: str) -> None:
    site = serve()
    site.pages["/"] = page(b"not packed at all", Content_Encoding=encoding)
    result = judge(tool(site), check(site.url(), OK, expect("body", Op.CONTAINS, "all")))
    assert [m.actual for m in result.measured] == [200, None]
    assert "cannot unpack" in result.note


def test_a_charset_is_believed_if_it_is_one_for_pages(serve: Serve) -> None:
    site = serve()
    site.pages["/latin"] = page("grün".encode("latin-1"), Content_Type="text/html; charset=latin1")
    site.pages["/odd"] = page("grün".encode(), Content_Type="text/html; charset=punycode")
    for path in ("/latin", "/odd"):
        assert tool(site).run(check(site.url(path))).values["body"] == "grün"


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (raw(HEAD, *[b"X-Flood: " + b"y" * 1000 + b"\r\n"] * 500), "not proper HTTP"),
        (raw(HEAD, b"X: " + b"y" * 500_000), "not proper HTTP"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "without a proper answer"),
        (raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "not proper HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "not proper HTTP"),
        (raw(b""), "closed the connection without a proper answer"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"), "not proper HTTP"),
        (raw(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000, repeat=100), "far more than a page"),
    ],
    ids=[
        "header flood",
        "long header",
        "other protocol",
        "upgrade",
        "bad length",
        "nothing",
        "half a body",
        "endless head",
    ],
)
def test_answers_that_are_no_answers_are_findings(serve: Serve, answer: Page, note: str) -> None:
    """[P5 X3]"""
    site = serve()
    site.pages["/"] = answer
    assert note in tool(site).run(check(site.url())).trouble


@dataclass
class Authority:
    """A certificate authority of the test; `file` holds its certificate."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> str:
        return str(self.folder / "ca.pem")

    def context(self, name: str, until: datetime) -> ssl.SSLContext:
        """What a server needs to present a certificate for `name`, valid until then."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = signed(name, key, until, self.certificate.subject, self.key, ca=False)
        path = self.folder / f"{name}-{until:%s}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    until: datetime,
    issuer: x509.Name | None,
    by: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    alternative: x509.GeneralName = x509.DNSName(name)
    if name[0].isdigit():
        alternative = x509.IPAddress(ipaddress.ip_address(name))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = signed("Test CA", key, NOW + timedelta(days=300), None, key, ca=True)
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(folder, key, certificate)


TWO_WEEKS = expect("certificate_days", Op.GE, 14, Finding.ATTENTION)


def secure(serve: Serve, authority: Authority, name: str, until: timedelta) -> Site:
    site = serve(authority.context(name, NOW + until))
    site.pages["/"] = page()
    return site


def test_a_certificate_of_an_added_authority_is_verified_by_name(
    serve: Serve, authority: Authority
) -> None:
    """[P5] The name is verified although the connection goes to an address."""
    site = secure(serve, authority, "watched.example", timedelta(days=90, hours=1))
    result = judge(tool(site, ca_file=authority.file), check(site.url(), OK, TWO_WEEKS))
    assert result.finding is Finding.ALL_GOOD
    assert result.measured[1].actual == 90


def test_a_certificate_about_to_run_out_is_a_finding(serve: Serve, authority: Authority) -> None:
    site = secure(serve, authority, "watched.example", timedelta(days=5, hours=23))
    result = judge(tool(site, ca_file=authority.file), check(site.url(), OK, TWO_WEEKS))
    assert result.finding is Finding.ATTENTION
    assert result.measured[1].actual == 5


@pytest.mark.parametrize(
    ("name", "until", "trusted", "note", "days"),
    [
        ("watched.example", timedelta(days=-3, hours=1), True, "has run out", -3),
        ("other.example", timedelta(days=90, hours=1), True, "is for another name", 90),
        ("watched.example", timedelta(days=90, hours=1), False, "an authority I do not trust", 90),
    ],
    ids=["expired", "wrong host", "unknown authority"],
)
def test_a_certificate_that_does_not_verify_is_a_finding_and_still_measured(
    serve: Serve,
    authority: Authority,
    name: str,
    until: timedelta,
    trusted: bool,
    note: str,
    days: int,
) -> None:
    """[X3] A failure in TLS is critical; nothing is asked of such a server."""
    site = secure(serve, authority, name, until)
    http = tool(site, ca_file=authority.file if trusted else None)
    result = judge(http, check(site.url(), OK, TWO_WEEKS))
    assert result.finding is Finding.CRITICAL
    assert note in result.note
    assert [m.actual for m in result.measured] == [None, days]
    assert site.asked == []


def test_a_certificate_for_an_address_is_verified(serve: Serve, authority: Authority) -> None:
    site = secure(serve, authority, "127.0.0.1", timedelta(days=30))
    result = tool(site, ca_file=authority.file).run(check(site.url(host="127.0.0.1")))
    assert result.values["status"] == 200


def test_the_first_certificate_to_run_out_on_the_way_counts(
    serve: Serve, authority: Authority
) -> None:
    end = secure(serve, authority, "end.example", timedelta(days=80, hours=1))
    site = secure(serve, authority, "watched.example", timedelta(days=7, hours=1))
    site.pages["/"] = page(status=302, Location=end.url(host="end.example"))
    result = tool(site, end, ca_file=authority.file).run(check(site.url()))
    assert (result.values["status"], result.values["certificate_days"]) == (200, 7)


def test_a_server_without_tls_is_a_finding(serve: Serve) -> None:
    """[X3]"""
    site = serve()
    site.pages["/"] = page()
    result = tool(site).run(check(site.url().replace("http:", "https:")))
    assert result.trouble == "The secure connection (TLS) failed."


def test_a_certificate_that_is_none_is_refused() -> None:
    for der in (b"", b"\x30", b"\x30\x82\xff\xff\x00", b"\x30\x03\x02\x01\x00"):
        with pytest.raises(ValueError, match="not a certificate"):
            not_after(der)


def problems(*expectations: Expectation, **arguments: Scalar) -> tuple[str, ...]:
    asked = Check(id=CheckId("C1"), tool="http", arguments=arguments, expect=expectations or (OK,))
    http = HttpTool(FixedClock(), AllowedHosts.parse("127.0.0.1:8080"))
    return check_problems(asked, {"http": http})


URL = "https://watched.example/"


def test_a_check_that_can_run_has_no_problems() -> None:
    """[B7]"""
    assert problems(OK, TWO_WEEKS, url=URL, method="GET") == ()
    assert problems(OK, url="http://127.0.0.1:8080/") == ()


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (problems(url=URL, verify=False), "“verify” is not an argument"),
        (problems(url=URL, method="POST"), "GET or HEAD"),
        (problems(), "“url” is missing"),
        (problems(url="gopher://x.example"), "http://"),
        (problems(url="https://me:word@x.example/"), "password"),
        (problems(url="http://127.0.0.1/"), "HOUSTON_ALLOW_HOSTS"),
        (problems(url="http://0x7f.1/"), "HOUSTON_ALLOW_HOSTS"),
        (problems(url="http://[::ffff:10.0.0.1]/"), "HOUSTON_ALLOW_HOSTS"),
        (problems(url="http://169.254.169.254/latest"), "credentials"),
        (problems(TWO_WEEKS, url="http://watched.example/"), "has no certificate"),
        (problems(expect("p95", Op.LT, 1), url=URL), "“p95” is not measured"),
        (problems(expect("status", Op.CONTAINS, 2), url=URL), "“status” cannot be compared"),
        (problems(expect("body", Op.EQ, "x"), url=URL), "“body” cannot be compared"),
        (problems(expect("status", Op.EQ, "200"), url=URL), "needs a number"),
        (problems(expect("status", Op.EQ, True), url=URL), "needs a number"),
        (problems(expect("status", Op.EQ, 9000), url=URL), "from 100 to 599"),
        (problems(expect("latency_ms", Op.LT, 60_000), url=URL), "from 1 to 30000"),
        (problems(expect("body", Op.CONTAINS, 5), url=URL), "needs a text"),
        (problems(expect("body", Op.MATCHES, "(?=x)"), url=URL), "not a regular expression"),
        (problems(expect("body", Op.MATCHES, "["), url=URL), "not a regular expression"),
        (problems(expect("body", Op.MATCHES, "x" * 501), url=URL), "longer than 500"),
        (problems(expect("body", Op.CONTAINS, "x"), url=URL, method="HEAD"), "HEAD has no text"),
        (problems(expect("status", Op.EQ, 200, Finding.ALL_GOOD), url=URL), "attention or critic"),
    ],
)
def test_a_check_that_cannot_run_is_found_before_anyone_confirms(
    found: tuple[str, ...], word: str
) -> None:
    """[B7 P5] One sentence per problem."""
    assert len(found) == 1
    assert word in found[0]


def test_a_tool_that_does_not_exist_is_found_and_refused() -> None:
    """[B7 S7]"""
    unknown = check(URL).model_copy(update={"tool": "promql"})
    assert check_problems(unknown, {}) != ()
    with pytest.raises(CheckImpossible, match="no tool “promql”"):
        run_check(unknown, {}, FixedClock(), lambda seconds: None)


def test_a_pattern_that_would_take_for_ever_elsewhere_is_quick(serve: Serve) -> None:
    """[P4]"""
    site = serve()
    site.pages["/"] = page(b"a" * 100_000)
    pattern = expect("body", Op.MATCHES, "(a+)+$b")
    started = time.monotonic()
    assert judge(tool(site), check(site.url(), pattern)).finding is Finding.CRITICAL
    assert time.monotonic() - started < 5


def test_a_model_may_look_at_the_hosts_it_is_given_and_at_no_other(serve: Serve) -> None:
    """[P4 X8]"""
    site = serve()
    site.pages["/"] = page(b"x" * 100_000)
    http = tool(site)
    seen = http.look({"url": site.url()}, {"watched.example"})
    assert "status: 200" in seen.text
    assert len(seen.text) < 3000
    assert seen.size == 100_000
    for arguments in ({"url": site.url(host="evil.example")}, {"url": "nonsense"}, {}):
        with pytest.raises(ValueError, match=r"hosts|address"):
            http.look(arguments, {"watched.example"})


def test_a_task_over_real_sites_is_measured_judged_and_reported(serve: Serve) -> None:
    """[X3 X7] From the plan's checks to the Report, without a model."""
    site = serve()
    site.pages["/health"] = page(b"status: green")
    site.pages["/shop"] = page(status=503)
    healthy = check(site.url("/health"), OK, expect("body", Op.CONTAINS, "green"))
    checks = (healthy, check(site.url("/shop")).model_copy(update={"id": CheckId("C2")}))
    trigger = CronTrigger(cron="0 9 * * *", zone="UTC")
    task = Task(id=TaskId("T1"), title="Shop", trigger=trigger, checks=checks, tools=("http",))
    runner = TaskRunner({"http": tool(site)}, None, FixedClock(), pause=lambda seconds: None)
    result = finished(
        runner,
        TaskInput(
            mission=MissionId("M-AAAAAA"),
            mission_name="Shop Watch",
            execution=ExecutionId("E-1"),
            task=task,
            carry={},
            zone="UTC",
            stopped=lambda: False,
        ),
    )
    assert result.finding is Finding.CRITICAL
    assert result.report.headline == "Critical: /shop answers 503"
    assert result.carry == {"C1": Finding.ALL_GOOD, "C2": Finding.CRITICAL}
    assert len(site.asked) == 3
