--liquibase formatted sql

--changeset kintsugi:job-ends-1
--comment: What attempts cost, added up on their job as they end: the price is the one the attempt began with.
ALTER TABLE lease ADD COLUMN pool text NOT NULL DEFAULT '', ADD COLUMN usd_per_hour double precision;
ALTER TABLE attempt ADD COLUMN pool text NOT NULL DEFAULT '', ADD COLUMN usd_per_hour double precision;
ALTER TABLE job ADD COLUMN gpu_seconds double precision NOT NULL DEFAULT 0, ADD COLUMN cost_usd double precision;
--rollback ALTER TABLE lease DROP COLUMN pool, DROP COLUMN usd_per_hour; ALTER TABLE attempt DROP COLUMN pool, DROP COLUMN usd_per_hour; ALTER TABLE job DROP COLUMN gpu_seconds, DROP COLUMN cost_usd;

--changeset kintsugi:job-ends-2
--comment: One row per ended job, written with its end and outliving the job: nothing in it is the customer's. What objectives and costs are counted from.
CREATE TABLE job_end (
  job_id uuid PRIMARY KEY,
  service text NOT NULL,
  tenant text NOT NULL,
  revision text NOT NULL,
  pool text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('answered', 'failed', 'cancelled')),
  degraded boolean NOT NULL,
  ladder_step text,
  pixels double precision NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  gpu_seconds double precision NOT NULL,
  delivered_seconds double precision NOT NULL,
  cost_usd double precision,
  delivered_usd double precision,
  counted boolean NOT NULL DEFAULT false
);
CREATE INDEX job_end_new ON job_end (ended_at) WHERE NOT counted;
CREATE INDEX job_end_of_service ON job_end (service, ended_at);
CREATE INDEX job_end_by_time ON job_end (ended_at);
COMMENT ON COLUMN job_end.revision IS 'of the last attempt; empty when the job ended while it waited';
COMMENT ON COLUMN job_end.pixels IS 'asked for: width times height times frames';
COMMENT ON COLUMN job_end.delivered_seconds IS 'of the attempt whose video was delivered; the rest of gpu_seconds is wasted';
--rollback DROP TABLE job_end;
