--liquibase formatted sql

--changeset kintsugi:feedback-1
--comment: What customers think of their videos, one row a job; read by service and time for the comparison of versions.
CREATE TABLE feedback (
  job_id   text PRIMARY KEY,
  tenant   text NOT NULL,
  service  text NOT NULL,
  rating   smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  comment  text,
  rated_at timestamptz NOT NULL
);
CREATE INDEX feedback_of_service ON feedback (service, rated_at);
--rollback DROP TABLE feedback;
