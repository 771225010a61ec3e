-- Where a run was started, so that it is gone on with there; empty: not known.
ALTER TABLE runs ADD COLUMN directory TEXT NOT NULL DEFAULT '';

-- How often each different output of a repeated test came: "97 2 1".
CREATE TABLE repetitions (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  test_id BIGINT NOT NULL,
  outputs TEXT NOT NULL,
  PRIMARY KEY (run_id, test_id)
);

-- Of the whole output, of which head and tail are kept; NULL: all of it is.
ALTER TABLE failed_attempts ADD COLUMN stdout_bytes BIGINT;
ALTER TABLE failed_attempts ADD COLUMN stderr_bytes BIGINT;
