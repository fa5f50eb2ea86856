package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Group commit for callers: calls that arrive while a transaction is under way share the next one.
 *
 * <p>One transaction is under way at a time: more of them, each smaller, cost more processor time
 * per call than they save in waiting (measured with {@code bench/queue}).
 *
 * <p>A call alone runs at once on its own thread; nobody ever waits for company. Each caller
 * returns only after the transaction that holds its work has committed. When a shared transaction
 * fails, each call is tried alone, so that one bad call cannot fail its neighbours.
 */
final class Combiner<I, O> {

  private record Call<I, O>(I input, CompletableFuture<O> answer) {}

  private final Queue<Call<I, O>> calls = new ConcurrentLinkedQueue<>();
  private final Semaphore lead = new Semaphore(1);
  private final int largest;
  private final Function<List<I>, List<O>> work;

  /**
   * @param largest calls in one transaction
   * @param work answers each input, in order
   */
  Combiner(int largest, Function<List<I>, List<O>> work) {
    this.largest = largest;
    this.work = work;
  }

  O call(I input) {
    var call = new Call<I, O>(input, new CompletableFuture<>());
    calls.add(call);
    lead();
    try {
      return call.answer().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /**
   * Runs one batch if none is under way, then leaves what came meanwhile to a thread of its own.
   */
  private void lead() {
    if (!lead.tryAcquire()) {
      return;
    }
    try {
      run(next());
    } finally {
      lead.release();
    }
    // Whoever could not lead above had queued its call before, so it is seen here.
    if (!calls.isEmpty()) {
      Thread.ofVirtual().name("combiner").start(this::lead);
    }
  }

  private List<Call<I, O>> next() {
    List<Call<I, O>> batch = new ArrayList<>();
    for (Call<I, O> call = calls.poll(); call != null; call = calls.poll()) {
      batch.add(call);
      if (batch.size() == largest) {
        break;
      }
    }
    return batch;
  }

  private void run(List<Call<I, O>> batch) {
    if (batch.isEmpty()) {
      return;
    }
    try {
      List<O> answers = work.apply(batch.stream().map(Call::input).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).answer().complete(answers.get(i));
      }
    } catch (DatabaseUnavailableException e) {
      batch.forEach(call -> call.answer().completeExceptionally(e));
    } catch (RuntimeException | Error e) {
      if (batch.size() == 1) {
        batch.getFirst().answer().completeExceptionally(e);
      } else {
        batch.forEach(call -> run(List.of(call)));
      }
    }
  }
}
