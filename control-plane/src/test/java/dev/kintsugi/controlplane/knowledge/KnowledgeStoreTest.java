package dev.kintsugi.controlplane.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.knowledge.KnowledgeStore.Change;
import dev.kintsugi.controlplane.knowledge.KnowledgeStore.Horizon;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnowledgeStoreTest {

  /** Transactions 8 to 12 of two changes each: as text, 10 comes before 8. */
  @Test
  void pagesThroughChangesInTheOrderOfTheirTransactions() {
    try (TestDatabase database = TestDatabase.create()) {
      database.execute(
          """
          INSERT INTO knowledge_change (changed, kind, subject)
          SELECT t::text::xid8, 'family', t || '/' || n
          FROM generate_series(12, 8, -1) t, generate_series(1, 2) n""");
      KnowledgeStore store = new KnowledgeStore(database.transactions());
      Horizon horizon = new Horizon(12, 0, "any");
      List<String> read = new ArrayList<>();
      Position at = Position.NONE;
      List<Change> page;
      while (!(page = store.changes(at, horizon, 3)).isEmpty()) {
        page.forEach(change -> read.add(change.subject()));
        at = page.getLast().at();
      }
      assertThat(read).containsExactly("8/1", "8/2", "9/1", "9/2", "10/1", "10/2", "11/1", "11/2");
    }
  }
}
