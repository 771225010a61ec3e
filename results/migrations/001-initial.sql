-- The store of runs. One statement ends at each semicolon at the end of a line. The SQL is what SQLite and PostgreSQL
-- have in common; times are microseconds since 1970 UTC, durations microseconds.

CREATE TABLE runs (
  id BIGINT PRIMARY KEY,
  name VARCHAR(64) NOT NULL UNIQUE,
  version VARCHAR(64) NOT NULL,
  command TEXT NOT NULL,
  host TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  finished_us BIGINT,
  exit_code INTEGER,
  planned BIGINT NOT NULL
);

CREATE TABLE tests (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  suite TEXT NOT NULL,
  configuration TEXT NOT NULL,
  UNIQUE (name, configuration)
);

-- Content is stored once: `digest` is its SHA-256. `encoding` is `text` for valid UTF-8 without NUL, else `hex`.
CREATE TABLE blobs (
  id BIGINT PRIMARY KEY,
  digest CHAR(64) NOT NULL UNIQUE,
  bytes BIGINT NOT NULL,
  encoding VARCHAR(8) NOT NULL,
  content TEXT NOT NULL
);

CREATE TABLE results (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  test_id BIGINT NOT NULL REFERENCES tests (id),
  target TEXT NOT NULL,
  verdict VARCHAR(16) NOT NULL,
  flaky INTEGER NOT NULL,
  leaky INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail_blob BIGINT REFERENCES blobs (id),
  status INTEGER,
  signal VARCHAR(16) NOT NULL,
  stdout_blob BIGINT REFERENCES blobs (id),
  stdout_bytes BIGINT NOT NULL,
  stdout_truncated INTEGER NOT NULL,
  stderr_blob BIGINT REFERENCES blobs (id),
  stderr_bytes BIGINT NOT NULL,
  stderr_truncated INTEGER NOT NULL,
  full_stdout_blob BIGINT REFERENCES blobs (id),
  wall_us BIGINT NOT NULL,
  user_us BIGINT NOT NULL,
  system_us BIGINT NOT NULL,
  max_rss_kib BIGINT NOT NULL,
  command_blob BIGINT REFERENCES blobs (id),
  kept_directory TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  PRIMARY KEY (run_id, test_id)
);

CREATE INDEX results_by_test ON results (test_id, run_id);

-- Attempts that failed before the one that `results` tells of.
CREATE TABLE failed_attempts (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  test_id BIGINT NOT NULL REFERENCES tests (id),
  number INTEGER NOT NULL,
  verdict VARCHAR(16) NOT NULL,
  reason TEXT NOT NULL,
  stdout_blob BIGINT REFERENCES blobs (id),
  stderr_blob BIGINT REFERENCES blobs (id),
  PRIMARY KEY (run_id, test_id, number)
);
