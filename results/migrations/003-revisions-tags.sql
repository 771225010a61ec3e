-- What was tested: the commits of the source trees, by configuration.

CREATE TABLE run_revisions (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  configuration TEXT NOT NULL,
  revision TEXT NOT NULL,
  PRIMARY KEY (run_id, configuration)
);

-- Of the test when it ran, a line each.
ALTER TABLE results ADD COLUMN tags TEXT NOT NULL DEFAULT '';
