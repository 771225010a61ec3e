-- The $TEST_DIR of an attempt that failed, if it was kept.
ALTER TABLE failed_attempts ADD COLUMN kept_directory TEXT NOT NULL DEFAULT '';
