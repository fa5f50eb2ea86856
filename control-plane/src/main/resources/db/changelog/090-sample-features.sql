--liquibase formatted sql

--changeset kintsugi:sample-features
--comment: Before a rule is taken the jobs of it that went well are counted, of millions.
CREATE INDEX prompt_sample_good_features ON prompt_sample USING gin (features) WHERE NOT failed;
--rollback DROP INDEX prompt_sample_good_features;
