--liquibase formatted sql

--changeset kintsugi:family-notes
--comment: A family that is split off begins with a note. It was logged only when it changed, so that an index had it after a rebuild and not before.
CREATE TRIGGER failure_family_begun AFTER INSERT ON failure_family
  FOR EACH ROW WHEN (NEW.note IS NOT NULL) EXECUTE FUNCTION knowledge_note_changed();
INSERT INTO knowledge_change (kind, subject) SELECT 'family', id FROM failure_family WHERE note IS NOT NULL;
--rollback DROP TRIGGER failure_family_begun ON failure_family;
