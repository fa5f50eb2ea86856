--liquibase formatted sql

--changeset kintsugi:prompt-topics-1
--comment: What the prompt of a sample means, for topics that failures have in common. A customer's words can be guessed from it, so it goes with the sample.
ALTER TABLE prompt_sample
  ADD COLUMN model text,
  ADD COLUMN direction bytea,
  ADD CONSTRAINT prompt_sample_meaning CHECK ((model IS NULL) = (direction IS NULL));
COMMENT ON COLUMN prompt_sample.model IS 'that made the direction; null where the prompt could not be embedded';
COMMENT ON COLUMN prompt_sample.direction IS 'one signed byte a coordinate, in parts of the largest';
--rollback ALTER TABLE prompt_sample DROP COLUMN direction, DROP COLUMN model;

--changeset kintsugi:prompt-topics-2
--comment: Topics that rules use. A centre is the mean of ten prompts or more, and words are those that five or more of them have.
CREATE TABLE prompt_topic (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service      text NOT NULL,
  model        text NOT NULL,
  centre       bytea NOT NULL,
  least_cosine double precision NOT NULL,
  words        text[] NOT NULL,
  prompts      integer NOT NULL,
  created_at   timestamptz NOT NULL
);
CREATE INDEX prompt_topic_of_service ON prompt_topic (service);
COMMENT ON COLUMN prompt_topic.centre IS 'as prompt_sample.direction';
COMMENT ON COLUMN prompt_topic.words IS 'that its name has; a rule has topic:, these with a dash between, ~ and the id among its features';
COMMENT ON COLUMN prompt_topic.prompts IS 'different ones that were about it when it was found';
--rollback DROP TABLE prompt_topic;
