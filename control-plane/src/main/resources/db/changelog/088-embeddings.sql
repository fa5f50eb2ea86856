--liquibase formatted sql

--changeset kintsugi:embeddings-1
--comment: What prompts that went well have in common, by meaning: moments of their points, one row a service, language and model. No prompt and no point can be read from it, so it outlives them.
CREATE TABLE prompt_familiarity (
  service     text NOT NULL,
  language    text NOT NULL,
  model       text NOT NULL,
  seen        bigint NOT NULL,
  weight      double precision NOT NULL,
  mean        bytea NOT NULL,
  scatter     bytea NOT NULL,
  known       bytea NOT NULL,
  known_count integer NOT NULL,
  changed_at  timestamptz NOT NULL,
  PRIMARY KEY (service, language, model)
);
CREATE INDEX prompt_familiarity_by_time ON prompt_familiarity (changed_at);
COMMENT ON COLUMN prompt_familiarity.seen IS 'different prompts, ever';
COMMENT ON COLUMN prompt_familiarity.weight IS 'prompts that the moments stand for: older ones fade';
COMMENT ON COLUMN prompt_familiarity.mean IS 'floats, little end first, as all of these';
COMMENT ON COLUMN prompt_familiarity.scatter IS 'lower triangle, column by column';
COMMENT ON COLUMN prompt_familiarity.known IS 'a Bloom filter of the prompts that were counted';
--rollback DROP TABLE prompt_familiarity;

--changeset kintsugi:embeddings-2
--comment: What prompts are judged by now, and what takes over once it has enough prompts held out.
CREATE TABLE prompt_fit (
  service   text NOT NULL,
  language  text NOT NULL,
  model     text NOT NULL,
  standing  text NOT NULL CHECK (standing IN ('current', 'next')),
  seen      bigint NOT NULL,
  centre    bytea NOT NULL,
  factor    bytea NOT NULL,
  distances bytea NOT NULL,
  PRIMARY KEY (service, language, model, standing),
  FOREIGN KEY (service, language, model) REFERENCES prompt_familiarity ON DELETE CASCADE
);
COMMENT ON COLUMN prompt_fit.seen IS 'prompts that had been seen when it was fitted';
COMMENT ON COLUMN prompt_fit.factor IS 'Cholesky factor of the shrunk covariance: lower triangle, column by column';
COMMENT ON COLUMN prompt_fit.distances IS 'of prompts that went well after it was fitted, the newest last';
--rollback DROP TABLE prompt_fit;

--changeset kintsugi:embeddings-3
--comment: Jobs whose prompts were taken in, for as long as they are looked for.
CREATE TABLE prompt_familiarity_taken (
  job_id   uuid PRIMARY KEY,
  taken_at timestamptz NOT NULL
);
CREATE INDEX prompt_familiarity_taken_by_time ON prompt_familiarity_taken (taken_at);
--rollback DROP TABLE prompt_familiarity_taken;
