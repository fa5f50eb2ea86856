package dev.kintsugi.controlplane.knowledge;

import dev.kintsugi.controlplane.knowledge.KnowledgeStore.Change;
import dev.kintsugi.controlplane.knowledge.KnowledgeStore.Horizon;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** From the ledger into the index. Copying the same again changes nothing. */
final class Copying {

  private static final int PAGE = 500;
  private static final int SHOWN_EVERY = 20;
  private static final UUID FIRST = new UUID(0, 0);

  private Copying() {}

  /**
   * Copies everything.
   *
   * @param copied is told now and then how many cases were copied
   */
  static void all(
      KnowledgeStore store, KnowledgeIndex index, BooleanSupplier stopping, LongConsumer copied)
      throws IOException {
    for (Entry.Note note : store.notes()) {
      index.put(note);
    }
    UUID last = FIRST;
    long count = 0;
    List<Entry> page;
    do {
      page = store.entriesAfter(last, PAGE);
      for (Entry entry : page) {
        index.put(entry);
        last = entry.id();
      }
      count += page.size();
      copied.accept(count);
      if (count % (PAGE * (long) SHOWN_EVERY) == 0) {
        index.show();
      }
      if (stopping.getAsBoolean()) {
        throw new IOException("stopped while the index was built");
      }
    } while (page.size() == PAGE);
  }

  /**
   * Copies what changed of transactions before the horizon.
   *
   * @return the last change that was copied
   */
  static Position changes(
      KnowledgeStore store,
      KnowledgeIndex index,
      Position after,
      Horizon horizon,
      BooleanSupplier stopping)
      throws IOException {
    Position at = after;
    List<Change> page;
    do {
      page = store.changes(at, horizon, PAGE);
      copy(store, index, page);
      if (!page.isEmpty()) {
        at = page.getLast().at();
      }
    } while (page.size() == PAGE && !stopping.getAsBoolean());
    return at;
  }

  /** What the ledger says now is newer than the change or it, so a later change is no loss. */
  private static void copy(KnowledgeStore store, KnowledgeIndex index, List<Change> page)
      throws IOException {
    Set<UUID> cases = new HashSet<>();
    Set<String> families = new HashSet<>();
    for (Change change : page) {
      if (change.family()) {
        families.add(change.subject());
      } else {
        cases.add(UUID.fromString(change.subject()));
      }
    }
    if (!cases.isEmpty()) {
      for (Entry entry : store.entries(List.copyOf(cases))) {
        index.put(entry);
        cases.remove(entry.id());
      }
      for (UUID gone : cases) {
        index.remove(gone);
      }
    }
    if (!families.isEmpty()) {
      for (Entry.Note note : store.notes(List.copyOf(families))) {
        index.put(note);
      }
    }
  }
}
