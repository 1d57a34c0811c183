"""A client of MCP with nothing but the standard library: lists, calls and reads over stdio or HTTP, and prints what it got."""
import json
import os
import subprocess
import sys
import urllib.request

VERSION = "2025-11-25"
HELLO = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "python", "version": "0"}}
ASKED = [
    ("tools/list", {}),
    ("tools/call", {"name": "session_list", "arguments": {}}),
    ("resources/read", {"uri": "rdv://sessions"}),
    ("prompts/get", {"name": "fix_bug", "arguments": {"bug": "größer"}}),
]


class Stdio:
    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, message):
        self.child.stdin.write(json.dumps(message).encode() + b"\n")
        self.child.stdin.flush()
        while "id" in message:
            answer = json.loads(self.child.stdout.readline())
            if answer.get("id") == message["id"]:
                return answer
        return None

    def close(self):
        self.child.stdin.close()
        return self.child.wait(10)


class Http:
    def __init__(self, url, token):
        self.url, self.session = url, None
        self.headers = {"Authorization": "Bearer " + token, "MCP-Protocol-Version": VERSION}

    def ask(self, method, message=None):
        headers = {**self.headers, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if self.session:
            headers["Mcp-Session-Id"] = self.session
        data = None if message is None else json.dumps(message).encode()
        return urllib.request.urlopen(urllib.request.Request(self.url, data, headers, method=method), timeout=20)

    def send(self, message):
        with self.ask("POST", message) as response:
            self.session = response.headers.get("Mcp-Session-Id") or self.session
            for line in response:
                if line.startswith(b"data: {"):
                    answer = json.loads(line[6:])
                    if answer.get("id") == message.get("id"):
                        return answer
        return None

    def close(self):
        with self.ask("DELETE") as response:
            return 0 if response.status == 200 else 1


over = Http(sys.argv[2], os.environ["TOKEN"]) if sys.argv[1] == "http" else Stdio(sys.argv[2:])
results = [over.send({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HELLO})["result"]]
over.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
for number, (method, params) in enumerate(ASKED, 1):
    results.append(over.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})["result"])
print(json.dumps({"results": results, "end": over.close()}))
