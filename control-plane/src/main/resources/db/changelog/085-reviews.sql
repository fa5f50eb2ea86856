--liquibase formatted sql

--changeset kintsugi:reviews-1
--comment: What screening said of a job, and jobs that wait for a person instead of a node: they have a row here and none in waiting.
ALTER TABLE job ADD COLUMN screening jsonb, ADD COLUMN decide_by timestamptz, ADD COLUMN queued_at timestamptz;
CREATE TABLE held (
  job_id uuid PRIMARY KEY,
  service text NOT NULL,
  weight double precision NOT NULL,
  decide_by timestamptz NOT NULL
);
CREATE INDEX held_due ON held (decide_by);
COMMENT ON COLUMN job.decide_by IS 'null for a job that was never held';
COMMENT ON COLUMN job.queued_at IS 'when a held job was released; the service is accountable for it from then on';
COMMENT ON COLUMN held.weight IS 'of the tenant, for the place in the queue that it gets when it is released';
--rollback DROP TABLE held; ALTER TABLE job DROP COLUMN screening, DROP COLUMN decide_by, DROP COLUMN queued_at;

--changeset kintsugi:reviews-2
--comment: Every review, and how it was decided: rows that are inserted and never changed. Nothing in them is the customer's. A review without a decision is pending while its job is held, and withdrawn when it is not.
CREATE TABLE review (
  job_id uuid PRIMARY KEY,
  service text NOT NULL,
  tenant text NOT NULL,
  held_at timestamptz NOT NULL,
  decide_by timestamptz NOT NULL,
  quota_day date
);
CREATE INDEX review_by_time ON review (held_at, job_id);
CREATE TABLE review_decision (
  job_id uuid PRIMARY KEY,
  decision text NOT NULL CHECK (decision IN ('approved', 'rejected', 'expired')),
  at timestamptz NOT NULL,
  actor text NOT NULL,
  note text NOT NULL,
  exception_id bigint
);
COMMENT ON COLUMN review.quota_day IS 'day whose quota the job took from; null where it took none';
COMMENT ON COLUMN review_decision.actor IS 'id of an operator key, or deadline';
--rollback DROP TABLE review_decision; DROP TABLE review;

--changeset kintsugi:reviews-3
--comment: Prompts that are not held again, by a digest of how they read.
CREATE TABLE prompt_exception (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service text NOT NULL,
  fingerprint text NOT NULL,
  job_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  note text NOT NULL,
  revoked_at timestamptz,
  revoked_by text
);
CREATE UNIQUE INDEX prompt_exception_in_force ON prompt_exception (service, fingerprint) WHERE revoked_at IS NULL;
--rollback DROP TABLE prompt_exception;
