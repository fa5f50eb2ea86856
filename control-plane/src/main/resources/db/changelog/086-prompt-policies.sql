--liquibase formatted sql

--changeset kintsugi:prompt-policies-1
--comment: Policies for prompts as operators pushed them last; they hold while operators are away.
CREATE TABLE prompt_policy (
  namespace  text NOT NULL,
  name       text NOT NULL,
  uid        text NOT NULL,
  generation bigint NOT NULL,
  body       jsonb NOT NULL,
  stored_at  timestamptz NOT NULL,
  PRIMARY KEY (namespace, name)
);
CREATE TABLE prompt_policy_retired (
  uid        text PRIMARY KEY,
  retired_at timestamptz NOT NULL
);
--rollback DROP TABLE prompt_policy_retired; DROP TABLE prompt_policy;

--changeset kintsugi:prompt-policies-2
--comment: Prompts counted in memory and written together, each batch once even where the outcome of a commit was not known.
CREATE TABLE count_batch (
  writer     uuid PRIMARY KEY,
  sequence   bigint NOT NULL,
  written_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE prompt_count (
  service text NOT NULL,
  day     date NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('verdict', 'reason')),
  name    text NOT NULL,
  prompts bigint NOT NULL,
  PRIMARY KEY (service, day, kind, name)
) WITH (fillfactor = 70);
COMMENT ON COLUMN count_batch.sequence IS 'of the last batch that is in, of this writer';
--rollback DROP TABLE prompt_count; DROP TABLE count_batch;

--changeset kintsugi:prompt-policies-3
--comment: What learned rules did with prompts, and how the others ended, by the step of time.
CREATE TABLE prompt_outcome (
  service text NOT NULL,
  grain   smallint NOT NULL,
  start   timestamptz NOT NULL,
  rule_id bigint NOT NULL,
  stage   text NOT NULL,
  stopped bigint NOT NULL,
  failed  bigint NOT NULL,
  good    bigint NOT NULL,
  PRIMARY KEY (service, grain, start, rule_id, stage)
) WITH (fillfactor = 70);
CREATE INDEX prompt_outcome_by_time ON prompt_outcome (grain, start);
COMMENT ON COLUMN prompt_outcome.grain IS '0 minute, 1 hour';
COMMENT ON COLUMN prompt_outcome.rule_id IS 'that decided of the prompt; 0 where none acted on it';
COMMENT ON COLUMN prompt_outcome.stage IS 'of the rule at that time; candidate where none acted';
--rollback DROP TABLE prompt_outcome;

--changeset kintsugi:prompt-policies-4
--comment: Rules that a policy has, and the entry of it they were last set by.
ALTER TABLE prompt_rule ADD COLUMN policy text, ADD COLUMN policy_entry text;
--rollback ALTER TABLE prompt_rule DROP COLUMN policy_entry, DROP COLUMN policy;
