--liquibase formatted sql

--changeset kintsugi:webhooks-of-jobs
--comment: Who deletes a video takes its prompt out of what was sent about it, too.
CREATE INDEX webhook_delivery_of_job ON webhook_delivery (job_id);
--rollback DROP INDEX webhook_delivery_of_job;
