#!/usr/bin/env python3
"""A results file with many runs, for measuring pages: make_history.py FILE RUNS TESTS BAD. FILE is one that fatespec made."""
import hashlib
import random
import sqlite3
import sys

file, runs, tests, bad = sys.argv[1], *map(int, sys.argv[2:])
random.seed(1)
store = sqlite3.connect(file)
store.execute("PRAGMA synchronous=OFF")
for table in ("results", "failed_attempts", "recordings", "tests", "runs", "blobs"):
    store.execute(f"DELETE FROM {table}")
store.executemany("INSERT INTO tests VALUES (?,?,?,?)",
                  ((i, f"suite{i % 97}/test-{i // 97}-of-a-codec", f"suite{i % 97}", "default") for i in range(1, tests + 1)))


def blob(number, text):
    store.execute("INSERT OR IGNORE INTO blobs VALUES (?,?,?,?,?)",
                  (number, hashlib.sha256(text.encode()).hexdigest(), len(text), "text", text))
    return number


blob(1, "d41d8cd98f00b204e9800998ecf8427e\n")
blob(2, "ffmpeg -nostdin -v error -i sample -f framecrc -")
for i in range(bad):
    blob(10 + 2 * i, "".join(f"-0, {n}, {n}, 1, 38016, 0x{random.getrandbits(32):08x}\n" for n in range(300)))
    blob(11 + 2 * i, f"[h264 @ 0x55d0c{i:05x}] error while decoding MB {i} 7\n" * 100)
for run in range(1, runs + 1):
    last = run == runs
    store.execute("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?)",
                  (run, f"{run:012x}", "0.1.0", "fatespec run", "host", run * 10**9, run * 10**9 + 10**8, 1, tests))
    rows = []
    for i in range(1, tests + 1):
        wrong = last and i <= bad
        rows.append((run, i, "local", "fail" if wrong else "pass", 0, 0, 1,
                     f"stdout: video frame {i} (pts {i}) differs first, 3 of 250 frames" if wrong else "",
                     10 + 2 * (i - 1) if wrong else None, 0, "", 1, 32, 0, 11 + 2 * (i - 1) if wrong else None, 0, 0, None, 12000 + i,
                     10000 + (i * 7919) % 30000 + random.randrange(900), 500, 40000 + i % 1000, 2, "", run * 10**9 + i, ""))
    store.executemany("INSERT INTO results VALUES (%s)" % ",".join("?" * 26), rows)
store.commit()
