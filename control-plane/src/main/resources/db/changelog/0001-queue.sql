--liquibase formatted sql

--changeset kintsugi:queue-job
--comment: One row per job. Its indexes hold nothing that a claim or an end changes, so those updates stay on the page (HOT).
CREATE TABLE job (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  service text NOT NULL,
  model text NOT NULL,
  priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 2),
  status text NOT NULL CHECK (status IN ('queued', 'in_progress', 'completed', 'failed')),
  progress smallint NOT NULL DEFAULT 0,
  parameters jsonb NOT NULL,
  end_user text,
  webhook_url text,
  idempotency_key text,
  request_hash text NOT NULL,
  cost double precision NOT NULL,
  tag double precision NOT NULL,
  created_at timestamptz NOT NULL,
  overdue_at timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz,
  deadline timestamptz NOT NULL,
  error_code text,
  error_message text,
  result jsonb,
  attempts integer NOT NULL DEFAULT 0,
  fence bigint NOT NULL DEFAULT 0,
  sequence bigint NOT NULL DEFAULT 1,
  trace_id text NOT NULL,
  deleted_at timestamptz
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX job_of_tenant ON job (tenant, id);
CREATE UNIQUE INDEX job_idempotency ON job (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
COMMENT ON COLUMN job.priority IS '0 realtime, 1 standard, 2 batch';
COMMENT ON COLUMN job.tag IS 'start tag of fair queueing, kept when the job is tried again';
COMMENT ON COLUMN job.fence IS 'number of the newest claim or adoption';
COMMENT ON COLUMN job.sequence IS 'number of the newest event';
--rollback DROP TABLE job;

--changeset kintsugi:queue-waiting
--comment: What waits, and nothing else: narrow rows, inserted and deleted, never updated. Vacuum comes early because dead rows gather at the head of the order.
CREATE TABLE waiting (
  job_id uuid PRIMARY KEY,
  service text NOT NULL,
  priority smallint NOT NULL,
  tag double precision NOT NULL,
  cost double precision NOT NULL,
  overdue_at timestamptz,
  available_at timestamptz NOT NULL,
  deadline timestamptz NOT NULL
) WITH (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.5, autovacuum_analyze_scale_factor = 0.5,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off
);
CREATE INDEX waiting_order ON waiting (service, priority, tag, job_id);
CREATE INDEX waiting_overdue ON waiting (service, overdue_at) WHERE overdue_at IS NOT NULL;
--rollback DROP TABLE waiting;

--changeset kintsugi:queue-lease
--comment: One row per live attempt. The end of the lease is not indexed, so a heartbeat stays on the page; the reaper reads the whole small table.
CREATE TABLE lease (
  attempt_id uuid PRIMARY KEY,
  job_id uuid NOT NULL UNIQUE,
  service text NOT NULL,
  cost double precision NOT NULL,
  number integer NOT NULL,
  node_id text NOT NULL,
  revision text NOT NULL,
  replica text NOT NULL,
  fence bigint NOT NULL,
  started_at timestamptz NOT NULL,
  lease_ms bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  phase text,
  expert text,
  step integer,
  steps integer,
  percent smallint,
  moved boolean NOT NULL DEFAULT false
) WITH (
  fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off
);
CREATE INDEX lease_of_node ON lease (node_id);
COMMENT ON COLUMN lease.moved IS 'the newest heartbeat reported other progress than the one before';
--rollback DROP TABLE lease;

--changeset kintsugi:queue-attempt
--comment: One row per ended attempt, written once.
CREATE TABLE attempt (
  id uuid PRIMARY KEY,
  job_id uuid NOT NULL,
  number integer NOT NULL,
  node_id text NOT NULL,
  revision text NOT NULL,
  replica text NOT NULL,
  fence bigint NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  outcome text NOT NULL,
  message text
);
CREATE INDEX attempt_of_job ON attempt (job_id);
--rollback DROP TABLE attempt;

--changeset kintsugi:queue-event
--comment: Progress log of each job, sequence 1, 2, 3 and so on.
CREATE TABLE job_event (
  job_id uuid NOT NULL,
  sequence bigint NOT NULL,
  at timestamptz NOT NULL,
  status text NOT NULL,
  phase text,
  expert text,
  step integer,
  steps integer,
  percent smallint,
  attempt integer NOT NULL DEFAULT 0,
  detail text,
  PRIMARY KEY (job_id, sequence)
);
--rollback DROP TABLE job_event;

--changeset kintsugi:queue-node
--comment: Locked by a claim, so that two replicas never fill one slot twice; counts the jobs a node was given.
CREATE TABLE node (
  node_id text PRIMARY KEY,
  ticket bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
--rollback DROP TABLE node;

--changeset kintsugi:queue-fair-share
--comment: Finish tag of each flow, and the largest start tag served per service and priority.
CREATE TABLE fair_share (
  service text NOT NULL,
  priority smallint NOT NULL,
  tenant text NOT NULL,
  finish double precision NOT NULL,
  span double precision NOT NULL,
  PRIMARY KEY (service, priority, tenant)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE TABLE fair_clock (
  service text NOT NULL,
  priority smallint NOT NULL,
  virtual_time double precision NOT NULL,
  PRIMARY KEY (service, priority)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
--rollback DROP TABLE fair_clock;
--rollback DROP TABLE fair_share;

--changeset kintsugi:queue-ends
--comment: Files that jobs keep, and ended jobs whose webhook was not handed over yet.
CREATE TABLE artifact_use (
  sha256 text NOT NULL,
  job_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (sha256, job_id)
);
CREATE INDEX artifact_use_of_job ON artifact_use (job_id);
CREATE TABLE announcement (
  job_id uuid PRIMARY KEY,
  ended_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
--rollback DROP TABLE announcement;
--rollback DROP TABLE artifact_use;
