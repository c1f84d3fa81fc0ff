"""A loopback server that speaks the OpenAI protocol, well or badly, as a script says."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Say:
    """A response: by default a chat completion that says `text`."""

    text: str = ""
    finish: str = "stop"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The whole body, instead of a completion."""
    promised: int = 0
    """Bytes announced beyond those that come: the connection ends early."""
    resets: bool = False
    """The connection is reset before any byte."""
    waits_for: threading.Event | None = None


Script = Callable[[dict[str, Any], int], Say]
"""(request body, how many times this very body has come before) -> response."""


def completion(text: str, finish: str) -> bytes:
    """Return the body of a chat completion; a token is a word here."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": finish,
    }
    usage = {"prompt_tokens": 10, "completion_tokens": len(text.split()), "total_tokens": 0}
    value = {"id": "x", "object": "chat.completion", "created": 0, "model": "scripted"}
    return json.dumps(value | {"choices": [choice], "usage": usage}).encode()


def error(message: str) -> bytes:
    """Return the body of a refusal."""
    return json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


class ScriptedServer(ThreadingHTTPServer):
    """Counts every request; `seen` holds the bodies, `answered` those that got a whole answer."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.seen: list[str] = []
        self.answered: list[str] = []
        self.headers: list[dict[str, str]] = []
        """Names in small letters."""
        self.lock = threading.Lock()

    @property
    def base_url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent when a client goes away: some tests want that."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def do_POST(self) -> None:
        """Answer as the script says."""
        size, server = int(self.headers["Content-Length"]), self.server
        sent = self.rfile.read(size)
        if len(sent) < size:  # the client was killed while it was sending
            self.close_connection = True
            return
        body = sent.decode()
        with server.lock:
            before = server.seen.count(body)
            server.seen.append(body)
            server.headers.append({name.lower(): said for name, said in self.headers.items()})
        say = server.script(json.loads(body), before)
        if say.waits_for is not None:
            say.waits_for.wait(20)
        if say.resets:
            linger = struct.pack("ii", 1, 0)  # close with RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
            return
        sent = say.raw if say.raw is not None else completion(say.text, say.finish)
        self.send_response(say.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent) + say.promised))
        for name, value in say.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)
        self.wfile.flush()
        self.close_connection = self.close_connection or say.promised > 0
        if say.status == 200:
            with server.lock:
                server.answered.append(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep stderr clean."""


@contextmanager
def serving(script: Script) -> Iterator[ScriptedServer]:
    """Serve a script on a free port of the loopback address."""
    server = ScriptedServer(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reworded(body: dict[str, Any], _: int) -> Say:
    """Answer the jobs paraphrase and persona as an honest, unimaginative model would."""
    message = body["messages"][-1]["content"].partition("Message: ")[2].partition("\n\nThese")[0]
    return Say(text=json.dumps({"request": f"Hello there! {message} Many thanks."}))
