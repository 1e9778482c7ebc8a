-- What a run was asked for: only an equal request may go on with it.

ALTER TABLE runs ADD COLUMN request VARCHAR DEFAULT '';
