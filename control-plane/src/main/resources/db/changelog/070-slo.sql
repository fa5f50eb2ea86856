--liquibase formatted sql

--changeset kintsugi:slo-1
--comment: Objectives, and their events counted by the step of time they ended in. Everything below slo_objective can be counted again from job_end.
CREATE TABLE slo_objective (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  namespace  text NOT NULL,
  name       text NOT NULL,
  uid        text NOT NULL,
  generation bigint NOT NULL,
  service    text NOT NULL,
  body       jsonb NOT NULL,
  stored_at  timestamptz NOT NULL,
  looked_at  timestamptz,
  UNIQUE (namespace, name)
);
CREATE TABLE slo_retired (
  uid        text PRIMARY KEY,
  retired_at timestamptz NOT NULL
);
CREATE TABLE slo_total (
  objective   bigint NOT NULL REFERENCES slo_objective (id) ON DELETE CASCADE,
  grain       smallint NOT NULL,
  start       timestamptz NOT NULL,
  events      bigint NOT NULL,
  bad         double precision NOT NULL,
  value_sum   double precision NOT NULL,
  value_count bigint NOT NULL,
  PRIMARY KEY (objective, grain, start)
) WITH (fillfactor = 70);
CREATE TABLE slo_slice (
  objective   bigint NOT NULL REFERENCES slo_objective (id) ON DELETE CASCADE,
  dimension   text NOT NULL,
  part        text NOT NULL,
  start       timestamptz NOT NULL,
  events      bigint NOT NULL,
  bad         double precision NOT NULL,
  value_sum   double precision NOT NULL,
  value_count bigint NOT NULL,
  PRIMARY KEY (objective, dimension, part, start)
) WITH (fillfactor = 70);
CREATE TABLE slo_bucket (
  objective bigint NOT NULL REFERENCES slo_objective (id) ON DELETE CASCADE,
  start     timestamptz NOT NULL,
  bucket    integer NOT NULL,
  events    bigint NOT NULL,
  PRIMARY KEY (objective, start, bucket)
) WITH (fillfactor = 70);
CREATE TABLE slo_history (
  namespace   text NOT NULL,
  name        text NOT NULL,
  hour        timestamptz NOT NULL,
  state       text NOT NULL,
  events      bigint NOT NULL,
  bad         double precision NOT NULL,
  current     double precision,
  budget_left double precision,
  burn        double precision,
  PRIMARY KEY (namespace, name, hour)
) WITH (fillfactor = 70);
CREATE INDEX slo_history_by_hour ON slo_history (hour);
COMMENT ON COLUMN slo_objective.id IS 'a new one with each change, so that counts of two meanings never mix';
COMMENT ON COLUMN slo_objective.looked_at IS 'when an indicator that is not of jobs was last sampled, by any replica';
COMMENT ON COLUMN slo_total.grain IS '0 minute, 1 hour';
COMMENT ON COLUMN slo_bucket.bucket IS 'logarithmic, of the value';
--rollback DROP TABLE slo_history, slo_bucket, slo_slice, slo_total, slo_retired, slo_objective;

--changeset kintsugi:cost-1
--comment: What ended jobs took, by hour.
CREATE TABLE cost_hour (
  service           text NOT NULL,
  start             timestamptz NOT NULL,
  tenant            text NOT NULL,
  revision          text NOT NULL,
  pool              text NOT NULL,
  jobs              bigint NOT NULL,
  videos            bigint NOT NULL,
  priced            bigint NOT NULL,
  gpu_seconds       double precision NOT NULL,
  delivered_seconds double precision NOT NULL,
  cost_usd          double precision NOT NULL,
  delivered_usd     double precision NOT NULL,
  PRIMARY KEY (service, start, tenant, revision, pool)
) WITH (fillfactor = 70);
CREATE INDEX cost_hour_by_time ON cost_hour (start);
COMMENT ON COLUMN cost_hour.priced IS 'jobs with an attempt at a known price';
--rollback DROP TABLE cost_hour;
