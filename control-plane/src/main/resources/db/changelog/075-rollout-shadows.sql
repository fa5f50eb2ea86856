--liquibase formatted sql

--changeset kintsugi:rollout-shadows-1
--comment: Customers' videos that a canary makes once more. The rows hold numbers only; the prompt is in the replay's job, which goes as soon as the pair is compared.
CREATE TABLE rollout_shadow (
  id               uuid PRIMARY KEY,
  service          text NOT NULL,
  rollout          text NOT NULL,
  started_at       text NOT NULL,
  canary           text NOT NULL,
  video            text NOT NULL,
  sha256           text NOT NULL,
  picked_at        timestamptz NOT NULL,
  stable_seconds   double precision NOT NULL,
  stable_per_step  double precision,
  job_id           text UNIQUE,
  ending           text,
  note             text,
  canary_seconds   double precision,
  canary_per_step  double precision,
  psnr_db          double precision,
  least_psnr_db    double precision,
  ended_at         timestamptz,
  settled          boolean NOT NULL DEFAULT false,
  UNIQUE (service, rollout, started_at, video)
);
CREATE INDEX rollout_shadow_open ON rollout_shadow (id) WHERE NOT settled;
COMMENT ON COLUMN rollout_shadow.video IS 'id of the customer''s job that stable made';
COMMENT ON COLUMN rollout_shadow.sha256 IS 'of the file that stable made';
COMMENT ON COLUMN rollout_shadow.job_id IS 'of the replay; null until it is queued';
COMMENT ON COLUMN rollout_shadow.ending IS 'null while the canary has not made it';
COMMENT ON COLUMN rollout_shadow.settled IS 'it ended, and the job of the replay is deleted';
--rollback DROP TABLE rollout_shadow;
