--liquibase formatted sql

--changeset kintsugi:turns
--comment: Work that one replica does at a time; the row of one that died is taken over when its time is up.
CREATE TABLE turn (
  name   text PRIMARY KEY,
  holder uuid NOT NULL,
  until  timestamptz NOT NULL
);
COMMENT ON COLUMN turn.holder IS 'random, of this one turn';
--rollback DROP TABLE turn;
