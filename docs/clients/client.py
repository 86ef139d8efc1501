"""Sets, reads and changes keys with nothing but Python: python3 docs/clients/client.py"""
import json
import os
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

KV = os.environ.get("KV", "http://localhost:8080")
TENANT = {"KV-Namespace": "examples", "KV-App-Name": "python"}


def call(method, key, body=None, **headers):
    """One call; returns status, headers and the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    # Escape a key in a path: it may hold any character.
    request = Request(f"{KV}/kv/{quote(key, safe='')}", data, {**TENANT, **kind, **headers}, method=method)
    try:
        with urlopen(request) as answer:
            return answer.status, answer.headers, json.load(answer)
    except HTTPError as error:
        return error.code, error.headers, json.load(error)


# A key that expires in an hour.
call("PUT", "user:42", {"value": "Ada", "ttl": 3600})

# Read it with its version.
status, headers, entry = call("GET", "user:42")
print(f"{entry['key']} is {entry['value']}")

# Change it, unless it was changed meanwhile. The answer to a lost race is 412.
status, _, _ = call("PUT", "user:42", {"value": "Ada Lovelace"}, **{"If-Match": headers["ETag"]})
print("someone else was faster" if status == 412 else "changed")

status, _, _ = call("GET", "a/b c")
print(f"a key that is not there: {status}")
