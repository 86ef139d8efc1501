"""Receives Kv's webhooks and checks their signatures: python3 receiver.py whsec_... [port]"""
import base64, hashlib, hmac, json, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 9000
seen = set()  # In production, keep them where they outlive the process.


def refusal(headers, body):
    """Why a call is refused; None for a genuine one."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not signatures:
        return "it is not signed: the webhook has no secret"
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return "its timestamp is not within 5 minutes: it may be a recorded call, or a clock is wrong"
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    # While a secret is being rotated there are two signatures.
    if any(hmac.compare_digest(expected, given) for given in signatures.split(" ")):
        return None
    return "its signature does not match: the webhook has another secret, or the body was changed"


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = 204
        if why := refusal(self.headers, body):
            status = 401
            print("refused:", why, flush=True)
        elif self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            print("received", json.loads(body)["event"], flush=True)
        self.send_response(status)
        self.send_header("Connection", "close")  # As HTTP/1.0 has it; not every client takes it for granted.
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
