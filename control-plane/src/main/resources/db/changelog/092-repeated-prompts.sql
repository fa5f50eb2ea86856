--liquibase formatted sql

--changeset kintsugi:repeated-prompts
--comment: A prompt that is sent many times is one witness. No word can be read from the digest, and it goes with the sample.
ALTER TABLE prompt_sample
  ADD COLUMN digest uuid,
  ADD COLUMN previous_at timestamptz;
CREATE INDEX prompt_sample_same ON prompt_sample (service, digest, ended_at) WHERE digest IS NOT NULL;
COMMENT ON COLUMN prompt_sample.digest IS 'equal for what one tenant asked for again; null where the job says nothing of its prompt';
COMMENT ON COLUMN prompt_sample.previous_at IS 'end of the last sample of the service with this digest that was taken before; null for the first';
--rollback DROP INDEX prompt_sample_same; ALTER TABLE prompt_sample DROP COLUMN previous_at, DROP COLUMN digest;
