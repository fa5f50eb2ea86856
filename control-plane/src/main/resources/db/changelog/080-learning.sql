--liquibase formatted sql

--changeset kintsugi:learning-1
--comment: What mining reads: the features of jobs that ran, one row a job. Words of a customer are in it, so it goes with the job.
CREATE TABLE prompt_sample (
  job_id   uuid PRIMARY KEY,
  service  text NOT NULL,
  ended_at timestamptz NOT NULL,
  failed   boolean,
  features text[] NOT NULL,
  stratum  text NOT NULL
);
CREATE INDEX prompt_sample_of_service ON prompt_sample (service, ended_at) WHERE failed IS NOT NULL;
CREATE INDEX prompt_sample_by_time ON prompt_sample (ended_at);
COMMENT ON COLUMN prompt_sample.failed IS 'by its input; null where the job says nothing of it';
--rollback DROP TABLE prompt_sample;

--changeset kintsugi:learning-2
--comment: Rules for prompts, found by mining or written by people, and what was seen of them in their present stage.
CREATE TABLE prompt_rule (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service    text NOT NULL,
  features   text[] NOT NULL,
  origin     text NOT NULL CHECK (origin IN ('mined', 'manual')),
  found      jsonb,
  created_at timestamptz NOT NULL,
  stage      text NOT NULL,
  since      timestamptz NOT NULL,
  pinned     boolean NOT NULL,
  matched    bigint NOT NULL,
  failed     bigint NOT NULL,
  doubt      double precision NOT NULL,
  last_seen  timestamptz NOT NULL,
  stopped    bigint NOT NULL DEFAULT 0,
  UNIQUE (service, features)
);
CREATE TABLE prompt_rule_change (
  rule_id    bigint NOT NULL REFERENCES prompt_rule (id),
  at         timestamptz NOT NULL,
  actor      text NOT NULL,
  from_stage text,
  to_stage   text NOT NULL,
  pinned     boolean NOT NULL,
  reason     text NOT NULL
);
CREATE INDEX prompt_rule_change_of_rule ON prompt_rule_change (rule_id, at);
CREATE TABLE prompt_mining (
  service  text PRIMARY KEY,
  mined_at timestamptz NOT NULL
);
COMMENT ON COLUMN prompt_rule.features IS 'sorted';
COMMENT ON COLUMN prompt_rule.found IS 'the figures it was found by; null for one that a person wrote';
COMMENT ON COLUMN prompt_rule_change.actor IS 'name of an operator key, or learning';
--rollback DROP TABLE prompt_mining; DROP TABLE prompt_rule_change; DROP TABLE prompt_rule;

--changeset kintsugi:learning-3
--comment: Failures are few among many jobs, and mining begins with the newest of them.
CREATE INDEX prompt_sample_failures ON prompt_sample (service, ended_at) WHERE failed;
--rollback DROP INDEX prompt_sample_failures;
