--liquibase formatted sql

--changeset kintsugi:rollouts-1
--comment: What was decided of each rollout and with which numbers: a row for each change. One rollback for each try of a rollout, for good.
CREATE TABLE rollout_decision (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service    text NOT NULL,
  rollout    text NOT NULL,
  started_at text NOT NULL,
  at         timestamptz NOT NULL,
  stable     text NOT NULL,
  canary     text NOT NULL,
  step       integer NOT NULL,
  steps      integer NOT NULL,
  promoted   boolean NOT NULL,
  weight     integer NOT NULL,
  verdict    text NOT NULL,
  reason     text NOT NULL,
  evidence   jsonb NOT NULL
);
CREATE UNIQUE INDEX rollout_decision_rollback ON rollout_decision (service, rollout, started_at)
  WHERE verdict = 'ROLLBACK';
CREATE INDEX rollout_decision_of ON rollout_decision (service, rollout, id);
COMMENT ON COLUMN rollout_decision.started_at IS 'as pushed: with another one the rollout is tried anew';
COMMENT ON COLUMN rollout_decision.weight IS 'of the canary, in percent';
COMMENT ON COLUMN rollout_decision.evidence IS 'as the operator is told it';
--rollback DROP TABLE rollout_decision;

--changeset kintsugi:rollouts-append-only splitStatements:false
CREATE FUNCTION rollout_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END
$$;
CREATE TRIGGER rollout_decision_append_only BEFORE UPDATE OR DELETE ON rollout_decision
  FOR EACH ROW EXECUTE FUNCTION rollout_decision_guard();
CREATE TRIGGER rollout_decision_no_truncate BEFORE TRUNCATE ON rollout_decision
  FOR EACH STATEMENT EXECUTE FUNCTION rollout_decision_guard();
--rollback DROP FUNCTION rollout_decision_guard() CASCADE;
