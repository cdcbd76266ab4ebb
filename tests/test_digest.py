from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from muse_hook.digest import LARGE, digest, digest_or_empty, hasher, hex_sha256

COUNT = """
import sys
from muse_hook.digest import LARGE, hex_sha256
small = hex_sha256(b"x")
before = "hashlib" in sys.modules
for _ in range(17):
    hex_sha256(bytes(LARGE // 16))
print(before, "hashlib" in sys.modules, small == hex_sha256(b"x"))
"""


@pytest.mark.parametrize("data", [b"", b"abc", bytes(LARGE + 1)])
def test_digests_are_sha256(data: bytes) -> None:
    made = hasher(len(data))
    made.update(data)
    assert made.hexdigest() == hex_sha256(data) == hashlib.sha256(data).hexdigest()


def test_digest_of_texts_has_nul_between_them_and_takes_lone_surrogates() -> None:
    assert digest(["a", "\udcff"]) == hashlib.sha256(b"a\0\xed\xb3\xbf").hexdigest()
    assert digest_or_empty([]) == ""
    assert digest_or_empty([""]) == digest([""])


def test_openssl_is_started_once_much_has_been_hashed() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", COUNT], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True", "True"]
