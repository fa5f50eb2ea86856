--liquibase formatted sql

--changeset kintsugi:knowledge-log
--comment: What changed in the ledger, for search indexes beside the database. A row's transaction orders it: sequence numbers are given before the commit and become visible in another order.
CREATE TABLE knowledge_change (
  changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
  id      bigint GENERATED ALWAYS AS IDENTITY,
  kind    text NOT NULL CHECK (kind IN ('case', 'family')),
  subject text NOT NULL,
  at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (changed, id)
);
CREATE INDEX knowledge_change_by_time ON knowledge_change (at);
CREATE TABLE knowledge_forgotten (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  until    xid8 NOT NULL
);
INSERT INTO knowledge_forgotten (until) VALUES ('0');
COMMENT ON TABLE knowledge_forgotten IS 'an index that is no further than this begins anew: changes after it were removed by age';
--rollback DROP TABLE knowledge_forgotten, knowledge_change;

--changeset kintsugi:knowledge-vectors
--comment: What a prompt means, as numbers that are comparable within one model. Goes with the prompt.
CREATE TABLE prompt_vector (
  job_id   text PRIMARY KEY REFERENCES failure_input (job_id) ON DELETE CASCADE,
  model    text NOT NULL DEFAULT '',
  vector   bytea
);
CREATE INDEX prompt_vector_due ON prompt_vector (job_id) WHERE model = '';
INSERT INTO prompt_vector (job_id) SELECT job_id FROM failure_input;
COMMENT ON COLUMN prompt_vector.model IS 'empty until one has read the prompt';
COMMENT ON COLUMN prompt_vector.vector IS 'four bytes a number, little end first; null where there is none for this prompt';
--rollback DROP TABLE prompt_vector;

--changeset kintsugi:knowledge-stopped
--comment: Prompts that screening stopped, one row for each that differs, however often it comes. The words are in failure_input.
CREATE TABLE stopped_prompt (
  id       text PRIMARY KEY,
  tenant   text NOT NULL,
  service  text NOT NULL,
  rule     text NOT NULL,
  times    bigint NOT NULL,
  first_at timestamptz NOT NULL,
  last_at  timestamptz NOT NULL
);
CREATE INDEX stopped_prompt_of_tenant ON stopped_prompt (tenant, first_at);
COMMENT ON COLUMN stopped_prompt.id IS 'job_id of its case: a digest of tenant, service, rule and prompt';
--rollback DROP TABLE stopped_prompt;

--changeset kintsugi:knowledge-families
--comment: Families that people put together or took apart. The case and its first family stay as written.
ALTER TABLE failure_family ADD COLUMN merged_into text REFERENCES failure_family (id), ADD COLUMN root text;
UPDATE failure_family SET root = id;
ALTER TABLE failure_family ALTER COLUMN root SET NOT NULL;
CREATE INDEX failure_family_of_root ON failure_family (root);
CREATE TABLE failure_case_place (
  case_id uuid PRIMARY KEY,
  family  text NOT NULL REFERENCES failure_family (id)
);
CREATE INDEX failure_case_place_of_family ON failure_case_place (family);
CREATE TABLE failure_family_link (
  family   text NOT NULL REFERENCES failure_family (id),
  kind     text NOT NULL CHECK (kind IN ('job', 'rollout', 'runbook')),
  ref      text NOT NULL,
  added_by text NOT NULL,
  added_at timestamptz NOT NULL,
  PRIMARY KEY (family, kind, ref)
);
ALTER TABLE failure_family_event ADD COLUMN action text NOT NULL DEFAULT 'status', ADD COLUMN subject text;
CREATE VIEW failure_case_now AS
  SELECT c.*, coalesce(p.family, c.family) AS member, f.root AS root, coalesce(s.times, 1) AS times
  FROM failure_case c
    LEFT JOIN failure_case_place p ON p.case_id = c.id
    LEFT JOIN stopped_prompt s ON s.id = c.job_id
    JOIN failure_family f ON f.id = coalesce(p.family, c.family);
CREATE VIEW failure_family_now AS
  SELECT f.id, f.signature, f.status, f.status_at, f.note, f.merged_into, f.root,
    coalesce(m.cases, f.cases) AS cases, coalesce(m.first_seen, f.first_seen) AS first_seen,
    coalesce(m.last_seen, f.last_seen) AS last_seen,
    (SELECT jsonb_agg(jsonb_build_object('kind', l.kind, 'ref', l.ref, 'added_by', l.added_by, 'added_at', l.added_at)
        ORDER BY l.kind, l.ref)
      FROM failure_family_link l JOIN failure_family lf ON lf.id = l.family
      WHERE lf.root = f.id OR lf.id = f.id) AS links
  FROM failure_family f
    LEFT JOIN (
      SELECT root, sum(cases)::bigint AS cases, min(first_seen) AS first_seen, max(last_seen) AS last_seen
      FROM failure_family GROUP BY root
    ) m ON m.root = f.id;
COMMENT ON COLUMN failure_family.root IS 'the family it counts to: itself, or what it was merged into, whatever the depth';
COMMENT ON COLUMN failure_family.cases IS 'its own, those of families merged into it not included';
COMMENT ON TABLE failure_case_place IS 'the family a case was moved to; without a row it is in the one it was written with';
COMMENT ON COLUMN failure_family_event.subject IS 'the other family, or the link, that the action is about';
--rollback DROP VIEW failure_family_now, failure_case_now; DROP TABLE failure_family_link, failure_case_place; ALTER TABLE failure_family_event DROP COLUMN action, DROP COLUMN subject; ALTER TABLE failure_family DROP COLUMN root, DROP COLUMN merged_into;

--changeset kintsugi:knowledge-triggers splitStatements:false
--comment: By trigger, so that nothing that writes can forget it.
CREATE FUNCTION knowledge_cases_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'failure_case' THEN
    INSERT INTO knowledge_change (kind, subject) SELECT 'case', id::text FROM touched;
    IF TG_OP = 'DELETE' THEN
      DELETE FROM failure_case_place WHERE case_id IN (SELECT id FROM touched);
      DELETE FROM stopped_prompt WHERE id IN (SELECT job_id FROM touched);
    END IF;
  ELSIF TG_TABLE_NAME = 'failure_case_place' THEN
    INSERT INTO knowledge_change (kind, subject) SELECT 'case', case_id::text FROM touched;
  ELSE
    IF TG_TABLE_NAME = 'failure_input' AND TG_OP = 'INSERT' THEN
      INSERT INTO prompt_vector (job_id) SELECT job_id FROM touched ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO knowledge_change (kind, subject)
      SELECT 'case', c.id::text FROM touched t JOIN failure_case c ON c.job_id = t.job_id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER failure_case_added AFTER INSERT ON failure_case
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER failure_case_removed AFTER DELETE ON failure_case
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER failure_input_added AFTER INSERT ON failure_input
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER failure_input_changed AFTER UPDATE ON failure_input
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER failure_input_removed AFTER DELETE ON failure_input
  REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER prompt_vector_changed AFTER UPDATE ON prompt_vector
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER failure_case_placed AFTER INSERT ON failure_case_place
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE TRIGGER failure_case_moved AFTER UPDATE ON failure_case_place
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION knowledge_cases_changed();
CREATE FUNCTION knowledge_note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO knowledge_change (kind, subject) VALUES ('family', NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER failure_family_noted AFTER UPDATE OF note ON failure_family
  FOR EACH ROW WHEN (OLD.note IS DISTINCT FROM NEW.note) EXECUTE FUNCTION knowledge_note_changed();
--rollback DROP FUNCTION knowledge_cases_changed() CASCADE; DROP FUNCTION knowledge_note_changed() CASCADE;

--changeset kintsugi:knowledge-erasures
--comment: Who had a tenant's data removed. For good, and nothing in it is the tenant's customers'.
CREATE TABLE tenant_erasure (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant  text NOT NULL,
  actor   text NOT NULL,
  at      timestamptz NOT NULL,
  removed jsonb NOT NULL,
  note    text
);
CREATE INDEX failure_case_of_tenant ON failure_case (tenant);
CREATE TRIGGER tenant_erasure_append_only BEFORE UPDATE OR DELETE ON tenant_erasure
  FOR EACH ROW EXECUTE FUNCTION failure_ledger_guard();
--rollback DROP TABLE tenant_erasure; DROP INDEX failure_case_of_tenant;
