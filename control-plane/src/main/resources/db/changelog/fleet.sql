--liquibase formatted sql

--changeset kintsugi:fleet-1
--comment: Desired state as operators pushed it. Writers take turns on fleet_change, whose number tells the other replicas that there is something to read.
CREATE TABLE fleet_change (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  number bigint NOT NULL
);
INSERT INTO fleet_change (number) VALUES (0);

CREATE TABLE fleet_service (
  namespace text NOT NULL,
  name text NOT NULL,
  uid text NOT NULL,
  generation bigint NOT NULL,
  sequence bigint NOT NULL,
  state jsonb NOT NULL,
  stored_at timestamptz NOT NULL,
  PRIMARY KEY (namespace, name)
);

-- A late push of a service that was deleted or replaced must not bring it back.
CREATE TABLE fleet_retired (
  uid text PRIMARY KEY,
  retired_at timestamptz NOT NULL
);

-- What nodes of a service last reported, so that jobs are accepted while all of them restart.
CREATE TABLE fleet_model (
  service text PRIMARY KEY,
  limits jsonb NOT NULL,
  step_seconds jsonb NOT NULL
);
--rollback DROP TABLE fleet_model, fleet_retired, fleet_service, fleet_change;
