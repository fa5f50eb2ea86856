--liquibase formatted sql

--changeset kintsugi:tenants-1
CREATE TABLE tenant (
  name           text PRIMARY KEY,
  plan           text NOT NULL CHECK (plan IN ('free', 'standard')),
  weight         double precision NOT NULL CHECK (weight > 0),
  webhook_secret text NOT NULL,
  created_at     timestamptz NOT NULL
);
CREATE TABLE api_key (
  id         text PRIMARY KEY,
  tenant     text NOT NULL REFERENCES tenant (name),
  sha256     bytea NOT NULL UNIQUE,
  hint       text NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE TABLE daily_usage (
  tenant    text NOT NULL,
  day       date NOT NULL,
  submitted integer NOT NULL,
  PRIMARY KEY (tenant, day)
);
--rollback DROP TABLE daily_usage; DROP TABLE api_key; DROP TABLE tenant;
