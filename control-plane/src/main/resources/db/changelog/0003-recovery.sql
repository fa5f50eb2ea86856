--liquibase formatted sql

--changeset kintsugi:recovery-1
--comment: How a job is tried next, what each attempt was, and which nodes leave a waiting job to others for a while.
ALTER TABLE job ADD COLUMN plan jsonb;
ALTER TABLE waiting ADD COLUMN avoid text[], ADD COLUMN avoid_until timestamptz;
ALTER TABLE lease ADD COLUMN plan jsonb;
ALTER TABLE attempt ADD COLUMN plan jsonb, ADD COLUMN expert text, ADD COLUMN step integer, ADD COLUMN attribution text;
--rollback ALTER TABLE job DROP COLUMN plan; ALTER TABLE waiting DROP COLUMN avoid, DROP COLUMN avoid_until; ALTER TABLE lease DROP COLUMN plan; ALTER TABLE attempt DROP COLUMN plan, DROP COLUMN expert, DROP COLUMN step, DROP COLUMN attribution;

--changeset kintsugi:recovery-2
--comment: The newest checkpoint of each job that has not ended.
CREATE TABLE checkpoint (
  job_id uuid PRIMARY KEY,
  step integer NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  digest text NOT NULL,
  run jsonb,
  stored_at timestamptz NOT NULL
);
CREATE INDEX checkpoint_file ON checkpoint (sha256);
COMMENT ON COLUMN checkpoint.digest IS 'of the weights it was made with';
COMMENT ON COLUMN checkpoint.run IS 'plan of the attempt that made it; null means as asked';
--rollback DROP TABLE checkpoint;

--changeset kintsugi:recovery-3
--comment: Clips made as asked, to be found by the prompt's template within the same tenant. Prompts themselves are not kept here, only digests.
CREATE TABLE reusable_result (
  job_id uuid PRIMARY KEY,
  tenant text NOT NULL,
  service text NOT NULL,
  template text NOT NULL,
  wording text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX reusable_result_template ON reusable_result (tenant, service, template, expires_at);
CREATE INDEX reusable_result_expiry ON reusable_result (expires_at);
--rollback DROP TABLE reusable_result;

--changeset kintsugi:recovery-4
--comment: The revisions a waiting job failed on, so that a canary leaves it to the stable version.
ALTER TABLE waiting ADD COLUMN failed_on text[];
--rollback ALTER TABLE waiting DROP COLUMN failed_on;
