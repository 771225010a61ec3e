-- What ended a run before all its tests had a result.
ALTER TABLE runs ADD COLUMN cut_by TEXT NOT NULL DEFAULT '';
