--liquibase formatted sql

--changeset kintsugi:webhooks-1
CREATE TABLE webhook_delivery (
  id            text PRIMARY KEY,
  job_id        text NOT NULL,
  tenant        text NOT NULL,
  url           text NOT NULL,
  payload       text NOT NULL,
  tries         integer NOT NULL DEFAULT 0,
  next_at       timestamptz NOT NULL,
  claimed_until timestamptz,
  outcome       text,
  last_error    text,
  created_at    timestamptz NOT NULL,
  ended_at      timestamptz
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE outcome IS NULL;
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE outcome IS NOT NULL;
--rollback DROP TABLE webhook_delivery;
