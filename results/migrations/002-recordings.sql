-- The recordings that players made, where they are kept.

CREATE TABLE recordings (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  test_id BIGINT NOT NULL REFERENCES tests (id),
  path TEXT NOT NULL,
  PRIMARY KEY (run_id, test_id)
);
