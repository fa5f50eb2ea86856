--liquibase formatted sql

--changeset kintsugi:probes-1
--comment: One row per probed node: what its probes came to, and which one is under way. Taking the row is what lets one replica alone probe the node.
CREATE TABLE node_probe (
  node_id    text PRIMARY KEY,
  service    text NOT NULL,
  failures   integer NOT NULL DEFAULT 0,
  out_since  timestamptz,
  next_at    timestamptz NOT NULL,
  proven_at  timestamptz,
  attempt_id text,
  held_until timestamptz,
  ended_at   timestamptz,
  outcome    text CHECK (outcome IN ('passed', 'failed', 'yielded')),
  message    text
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON COLUMN node_probe.failures IS 'in a row';
COMMENT ON COLUMN node_probe.out_since IS 'out of dispatch since then';
COMMENT ON COLUMN node_probe.proven_at IS 'last customer''s job completed as asked';
COMMENT ON COLUMN node_probe.attempt_id IS 'probe under way; whoever began it may lose it after held_until';
COMMENT ON COLUMN node_probe.message IS 'why the last failed probe failed';
--rollback DROP TABLE node_probe;
