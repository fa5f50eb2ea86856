--liquibase formatted sql

--changeset kintsugi:cases-1
--comment: The failure ledger. A case is written once; what is learned of it later is another row.
CREATE TABLE failure_case (
  id            uuid PRIMARY KEY,
  family        text NOT NULL,
  kind          text NOT NULL,
  job_id        text NOT NULL,
  attempt_id    text,
  tenant        text NOT NULL,
  service       text NOT NULL,
  model         text NOT NULL,
  failure_class text NOT NULL,
  attribution   text NOT NULL,
  rung          text NOT NULL,
  stage         text,
  message       text NOT NULL,
  node_id       text NOT NULL,
  revision      text NOT NULL,
  version       text NOT NULL,
  digest        text NOT NULL,
  trace_id      text NOT NULL,
  context       jsonb,
  details       jsonb NOT NULL,
  features      jsonb NOT NULL,
  attempts      jsonb NOT NULL,
  occurred_at   timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX failure_case_once ON failure_case (job_id, kind, coalesce(attempt_id, ''));
CREATE INDEX failure_case_of_attempt ON failure_case (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX failure_case_of_family ON failure_case (family, id);
CREATE INDEX failure_case_by_class ON failure_case (failure_class, id);
CREATE INDEX failure_case_by_time ON failure_case (occurred_at);

CREATE TABLE failure_family (
  id         text PRIMARY KEY,
  signature  jsonb NOT NULL,
  status     text NOT NULL CHECK (status IN ('open', 'explained', 'fixed', 'regressed')),
  status_at  timestamptz NOT NULL,
  note       text,
  cases      bigint NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen  timestamptz NOT NULL
);
CREATE INDEX failure_family_seen ON failure_family (last_seen);

CREATE TABLE failure_family_event (
  family      text NOT NULL,
  at          timestamptz NOT NULL,
  from_status text NOT NULL,
  to_status   text NOT NULL,
  actor       text NOT NULL,
  note        text
);
CREATE INDEX failure_family_event_of ON failure_family_event (family, at);

-- What the customer asked for. Apart from the case, because the customer may take it back.
CREATE TABLE failure_input (
  job_id     text PRIMARY KEY,
  prompt     text NOT NULL,
  parameters jsonb NOT NULL
);
COMMENT ON COLUMN failure_case.rung IS 'step of the recovery ladder the attempt was on';
COMMENT ON COLUMN failure_case.details IS 'what the attempt ran with, where it differs from the input';
--rollback DROP TABLE failure_input, failure_family_event, failure_family, failure_case;

--changeset kintsugi:cases-append-only splitStatements:false
--comment: Rows stay as they were written; only the search by age may remove them, and says so.
CREATE FUNCTION failure_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('kintsugi.ledger_retention', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END
$$;
CREATE TRIGGER failure_case_append_only BEFORE UPDATE OR DELETE ON failure_case
  FOR EACH ROW EXECUTE FUNCTION failure_ledger_guard();
CREATE TRIGGER failure_case_no_truncate BEFORE TRUNCATE ON failure_case
  FOR EACH STATEMENT EXECUTE FUNCTION failure_ledger_guard();
CREATE TRIGGER failure_family_event_append_only BEFORE UPDATE OR DELETE ON failure_family_event
  FOR EACH ROW EXECUTE FUNCTION failure_ledger_guard();
CREATE TRIGGER failure_family_event_no_truncate BEFORE TRUNCATE ON failure_family_event
  FOR EACH STATEMENT EXECUTE FUNCTION failure_ledger_guard();
--rollback DROP FUNCTION failure_ledger_guard() CASCADE;

--changeset kintsugi:cases-attempts
--comment: Failed attempts by their end, so that a case which died with its process is written again.
CREATE INDEX attempt_failed ON attempt (ended_at) WHERE outcome <> 'COMPLETED';
--rollback DROP INDEX attempt_failed;
