package dev.kintsugi.controlplane.knowledge;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;

/** Rows as documents. Prompts are indexed and not stored: what is shown comes from the ledger. */
final class Documents {

  static final String KEY = "key";
  static final String CASE = "case:";
  static final String FAMILY = "family:";
  static final Term IS_CASE = new Term("is", "case");

  static final String ID = "id";
  static final String MEMBER = "member";
  static final String OCCURRED = "occurred_at";
  static final String PROMPT = "prompt";
  static final String MESSAGE = "message";
  static final String NOTE = "note";
  static final String FEATURE = "feature";

  private Documents() {}

  static Document of(Entry entry) {
    Document document = document(CASE, entry.id().toString());
    document.add(new StringField(IS_CASE.field(), IS_CASE.text(), Field.Store.NO));
    entry.keys().forEach((name, value) -> keyword(document, name, value));
    keyword(document, MEMBER, entry.member());
    document.add(new LongPoint(OCCURRED, micros(entry.occurredAt())));
    document.add(new TextField(MESSAGE, Words.normal(entry.message()), Field.Store.NO));
    if (entry.prompt() != null) {
      document.add(new TextField(PROMPT, Words.normal(entry.prompt()), Field.Store.NO));
    }
    entry.features().forEach(feature -> keyword(document, FEATURE, feature));
    if (entry.meaning() != null) {
      document.add(
          new BinaryDocValuesField(
              vector(entry.meaning().model()), new BytesRef(entry.meaning().bytes())));
    }
    return document;
  }

  static Document of(Entry.Note note) {
    Document document = document(FAMILY, note.family());
    document.add(
        new TextField(NOTE, Words.normal(note.note() == null ? "" : note.note()), Field.Store.NO));
    return document;
  }

  /** A field for each model, so that vectors of two models are never compared. */
  static String vector(String model) {
    return "vector " + model;
  }

  static long micros(Instant at) {
    return TimeUnit.SECONDS.toMicros(at.getEpochSecond()) + at.getNano() / 1000;
  }

  static UUID id(Document stored) {
    return UUID.fromString(stored.get(ID));
  }

  private static Document document(String kind, String id) {
    Document document = new Document();
    keyword(document, KEY, kind + id);
    document.add(new StringField(ID, id, Field.Store.YES));
    document.add(new SortedDocValuesField(ID, new BytesRef(id)));
    return document;
  }

  private static void keyword(Document document, String name, String value) {
    document.add(new StringField(name, value, Field.Store.NO));
  }
}
