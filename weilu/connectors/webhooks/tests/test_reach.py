"""An address that somebody typed is fetched only where it is public, whatever it is dressed as."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from weilu.connectors.webhooks import reach, sending

PRIVATE = (
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::",
    "2001:db8::1", "100::1", "nonsense",
)  # fmt: skip
PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://crm.lan/", "crm.lan"), ("https://crm.lan:443/", "crm.lan"), ("https://crm.lan:80/", "crm.lan:80"),
        ("http://crm.lan/", "crm.lan"), ("http://crm.lan:80/", "crm.lan"), ("http://crm.lan:443/", "crm.lan:443"),
        ("http://[fd12::1]:81/", "[fd12::1]:81"),
    ],
)  # fmt: skip
def test_the_host_header_names_the_port_where_it_is_not_the_usual_one(url: str, name: str) -> None:
    assert reach.target(url, ["crm.lan", "fd12::1"]).name == name


def test_a_name_may_have_253_signs() -> None:
    longest = "a." * 125 + "org"
    assert reach.target(f"https://{longest}/", []).host == longest
    with pytest.raises(reach.BadAddress):
        reach.target(f"https://a{longest}/", [])


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_told_apart(address: str) -> None:
    assert not reach.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_let_through(address: str) -> None:
    assert reach.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https:///x", "example.com", "https://user:pw@example.com/",
        "https://example.com/#part", "https://exa mple.com/", "https://example.com/\r\nX: y", "https://example.com:99999/",
        "https://localhost/", "https://LOCALHOST./", "https://printer.local/", "https://metadata.google.internal/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest",
        "https://例子.中国/", "https://example.com/" + "x" * 500, "https://[fe80::1%25eth0]/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_private_is_refused_when_it_is_typed(url: str) -> None:
    with pytest.raises(reach.BadAddress):
        reach.target(url, ())


@pytest.mark.parametrize(
    "url", ["https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/"]
)
def test_other_spellings_of_loopback_do_not_pass_the_look_up(url: str) -> None:
    goal = reach.target(url, ())
    with pytest.raises((reach.Refused, OSError)):
        reach.addresses(goal, reach.look_up)


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    goal = reach.target("https://example.com/", ())
    assert reach.addresses(goal, lambda *_: ["1.1.1.1", "1.0.0.1"]) == ["1.1.1.1", "1.0.0.1"]
    with pytest.raises(reach.Refused):
        reach.addresses(goal, lambda *_: ["1.1.1.1", "10.0.0.1"])


def test_a_listed_host_may_be_private_and_plain(settings: Any) -> None:
    goal = reach.target("http://crm.lan:8080/hook?x=1", ("crm.lan:8080",))
    assert (goal.listed, goal.path, goal.name) == (True, "/hook?x=1", "crm.lan:8080")
    assert reach.addresses(goal, lambda *_: ["10.0.0.7"]) == ["10.0.0.7"]
    with pytest.raises(reach.BadAddress):
        reach.target("http://crm.lan:9090/", ("crm.lan:8080",))


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: judged is the address that is connected to, and the name is asked once."""
    asked: list[str] = []
    tried: list[Any] = []

    def look(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["1.1.1.1"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(reach, "look_up", look)
    monkeypatch.setattr(socket, "create_connection", connect)

    found = sending.post("https://rebind.example/", {}, b"{}")

    assert (asked, tried) == (["rebind.example"], [("1.1.1.1", 443)])
    assert found.error == sending.CONNECT


def test_a_name_that_leads_inside_is_not_even_knocked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "look_up", lambda *_: ["169.254.169.254"])
    monkeypatch.setattr(socket, "create_connection", lambda *_given, **_more: pytest.fail("it knocked"))
    assert sending.post("https://inside.example/", {}, b"{}").error == sending.REFUSED


def test_a_redirect_is_not_followed(receiver: Any) -> None:
    receiver.answers = [(302, {"Location": "http://127.0.0.1:1/"}, b"")]
    found = sending.post(receiver.url, {}, b"{}")
    assert (found.status, len(receiver.got)) == (302, 1)


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Any) -> None:
    receiver.answers = [(200, {}, "围".encode() * 200_000)]
    found = sending.post(receiver.url, {}, b"{}")
    assert found.status == 200
    assert found.answer.startswith("围围")
    assert len(found.answer) <= sending.KEPT_BYTES


@pytest.mark.parametrize(
    "drips", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nab"]
)
def test_an_answer_that_drips_ends_in_time(
    drips: bytes, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.4)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.WEBHOOK_HOSTS = [f"127.0.0.1:{port}"]

        def drip() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(drips)
                while not stop.wait(0.05):
                    try:
                        line.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        found = sending.post(f"http://127.0.0.1:{port}/", {}, b"{}")
        stop.set()
        thread.join()
    assert found.milliseconds < 3_000
    assert (found.status, found.error) in ((None, sending.TIME), (200, ""))
