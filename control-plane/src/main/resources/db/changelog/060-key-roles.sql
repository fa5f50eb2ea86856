--liquibase formatted sql

--changeset kintsugi:key-roles-1
--comment: What a key is for. The operators' own tenant has a name that no customer's can have.
ALTER TABLE api_key
  ADD COLUMN role text NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'operator'));
--rollback ALTER TABLE api_key DROP COLUMN role;
