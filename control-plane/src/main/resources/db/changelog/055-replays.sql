--liquibase formatted sql

--changeset kintsugi:replays-1
--comment: Replays of cases. The job is an ordinary one of the operators' own tenant; these rows say what it is for.
CREATE TABLE case_replay (
  id           uuid PRIMARY KEY,
  case_id      uuid NOT NULL,
  job_id       text NOT NULL UNIQUE,
  queue_key    text NOT NULL,
  run          jsonb NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL
);
CREATE INDEX case_replay_of_case ON case_replay (case_id, id);
CREATE TABLE case_replay_evidence (
  attempt_id    text PRIMARY KEY,
  job_id        text NOT NULL,
  failure_class text NOT NULL,
  node_id       text NOT NULL,
  message       text NOT NULL,
  context       jsonb,
  at            timestamptz NOT NULL
);
CREATE INDEX case_replay_evidence_of_job ON case_replay_evidence (job_id);
CREATE TABLE case_replay_verdict (
  replay_id uuid PRIMARY KEY,
  verdict   text NOT NULL CHECK (verdict IN ('reproduced', 'not_reproduced', 'inconclusive')),
  reason    text NOT NULL,
  replayed  jsonb NOT NULL,
  judged_at timestamptz NOT NULL
);
--rollback DROP TABLE case_replay_verdict, case_replay_evidence, case_replay;

--changeset kintsugi:replays-append-only splitStatements:false
CREATE TRIGGER case_replay_append_only BEFORE UPDATE OR DELETE ON case_replay
  FOR EACH ROW EXECUTE FUNCTION failure_ledger_guard();
CREATE TRIGGER case_replay_evidence_append_only BEFORE UPDATE OR DELETE ON case_replay_evidence
  FOR EACH ROW EXECUTE FUNCTION failure_ledger_guard();
CREATE TRIGGER case_replay_verdict_append_only BEFORE UPDATE OR DELETE ON case_replay_verdict
  FOR EACH ROW EXECUTE FUNCTION failure_ledger_guard();
--rollback SELECT 1;
