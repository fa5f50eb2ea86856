package dev.kintsugi.controlplane.knowledge;

import dev.kintsugi.controlplane.knowledge.Found.Hit;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** The vectors that are nearest to one, by comparing with all of them. */
final class Nearest {

  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** Sums that do not wait for each other. */
  private static final int LANES = 8;

  private static final Comparator<Hit> WORST_FIRST =
      Comparator.<Hit>comparingDouble(hit -> hit.score() == null ? 0 : hit.score())
          .thenComparing(hit -> hit.id().toString());

  private final float[] wanted;
  private final int most;
  private final PriorityQueue<Hit> best = new PriorityQueue<>(WORST_FIRST);

  private Nearest(float[] wanted, int most) {
    this.wanted = wanted;
    this.most = most;
  }

  /** Cases that pass the filter and have a vector of that model, best first. */
  static List<Hit> in(IndexSearcher searcher, Query filter, Meaning meaning, int most)
      throws IOException {
    Nearest nearest = new Nearest(meaning.vector(), most);
    Weight weight =
        searcher.createWeight(searcher.rewrite(filter), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Scorer passing = weight.scorer(leaf);
      BinaryDocValues vectors = leaf.reader().getBinaryDocValues(Documents.vector(meaning.model()));
      if (passing != null && vectors != null) {
        nearest.look(leaf, passing.iterator(), vectors);
      }
    }
    List<Hit> hits = new ArrayList<>(nearest.best);
    hits.sort(WORST_FIRST.reversed());
    return hits;
  }

  private void look(LeafReaderContext leaf, DocIdSetIterator passing, BinaryDocValues vectors)
      throws IOException {
    Bits live = leaf.reader().getLiveDocs();
    SortedDocValues ids = leaf.reader().getSortedDocValues(Documents.ID);
    for (int doc = passing.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = passing.nextDoc()) {
      if ((live == null || live.get(doc)) && vectors.advanceExact(doc)) {
        offer(cosine(vectors.binaryValue()), ids, doc);
      }
    }
  }

  private void offer(float score, SortedDocValues ids, int doc) throws IOException {
    Hit worst = best.peek();
    boolean full = best.size() >= most;
    if (full && worst != null && worst.score() != null && score < worst.score()) {
      return;
    }
    if (ids.advanceExact(doc)) {
      best.add(new Hit(UUID.fromString(ids.lookupOrd(ids.ordValue()).utf8ToString()), score));
    }
    if (best.size() > most) {
      best.poll();
    }
  }

  /** Of vectors of length 1; 0 for one of another model's size. */
  private float cosine(BytesRef stored) {
    if (stored.length != wanted.length * Float.BYTES) {
      return 0;
    }
    float[] sums = new float[LANES];
    int whole = wanted.length - wanted.length % LANES;
    for (int i = 0; i < whole; i += LANES) {
      int at = stored.offset + i * Float.BYTES;
      for (int lane = 0; lane < LANES; lane++) {
        sums[lane] += wanted[i + lane] * (float) FLOAT.get(stored.bytes, at + lane * Float.BYTES);
      }
    }
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum += sums[lane];
    }
    for (int i = whole; i < wanted.length; i++) {
      sum += wanted[i] * (float) FLOAT.get(stored.bytes, stored.offset + i * Float.BYTES);
    }
    return sum;
  }
}
