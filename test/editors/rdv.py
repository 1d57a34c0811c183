#!/usr/bin/env python3
"""Talks to rdv with the standard library only: over `rdv rpc --stdio`, or over the daemon's socket.

    python3 rdv.py                      # starts `rdv rpc --stdio`, which logs in by itself
    python3 rdv.py ~/.remote-dev        # opens the socket in this data folder, and logs in with its token
"""

import json
import queue
import socket
import subprocess
import sys
import threading
from pathlib import Path


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["code"]
        self.name = error.get("data", {}).get("code")


class Client:
    """One connection. Calls may come from any thread; `notifications` is filled as they arrive."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._answers, self._sent = {}, 0
        self._lock = threading.Lock()
        self.notifications = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def begin(self, method, params=None):
        """Sends a request. Returns its id, for `finish` and `cancel`."""
        with self._lock:
            self._sent += 1
            request = self._sent
            self._answers[request] = queue.Queue(1)
            self._write({"id": request, "method": method, "params": params})
        return request

    def finish(self, request, timeout=30):
        """Waits for the answer. Raises RpcError when it is one, ConnectionError when there is none."""
        answer = self._answers[request].get(timeout=timeout)
        del self._answers[request]
        if answer is None:
            raise ConnectionError("rdv is gone")
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def call(self, method, **params):
        return self.finish(self.begin(method, params))

    def cancel(self, request):
        with self._lock:
            self._write({"method": "$/cancelRequest", "params": {"id": request}})

    def _write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
        # The length counts bytes, not characters.
        self._writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._writer.flush()

    def _read(self):
        length = None
        while line := self._reader.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return None if length is None else json.loads(self._reader.read(length))

    def _listen(self):
        while message := self._read():
            if "method" not in message:
                self._answers[message["id"]].put(message)
            elif "id" not in message:
                self.notifications.put(message)
        for answer in list(self._answers.values()):
            answer.put(None)


def start():
    """By a pipe: rdv starts the daemon if it must, and adds the token."""
    process = subprocess.Popen(["rdv", "rpc", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    client = Client(process.stdout, process.stdin)
    client.call("initialize", clientInfo={"name": "rdv.py"})
    return client


def connect(home):
    """By the socket: the token stands in a file that only its user can read."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(home / "run/api.sock"))
    stream = connection.makefile("rwb")
    client = Client(stream, stream)
    client.call("initialize", clientInfo={"name": "rdv.py"}, token=(home / "cli-token").read_text().strip())
    return client


def main():
    rdv = connect(Path(sys.argv[1]).expanduser()) if len(sys.argv) > 1 else start()

    rdv.call("event/subscribe", names=["session/changed"])
    session = rdv.call("session/create", name="from Python", command=["cat"])
    rdv.call("session/rename", id=session["id"], name="日本語 é 🚀")
    print("renamed:", rdv.call("session/get", id=session["id"])["name"])

    while (told := rdv.notifications.get(timeout=10))["params"]["session"]["name"] != "日本語 é 🚀":
        pass
    print("told:", told["method"], told["params"]["session"]["name"])

    try:
        rdv.call("session/get", id="00000000-0000-4000-8000-000000000000")
    except RpcError as error:
        print("error:", error.code, error.name)

    waiting = rdv.begin("session/wait", {"id": session["id"], "until": "exit", "timeoutMs": 60_000})
    rdv.cancel(waiting)
    try:
        rdv.finish(waiting)
    except RpcError as error:
        print("cancelled:", error.code, error.name)

    rdv.call("session/close", id=session["id"])


if __name__ == "__main__":
    main()
