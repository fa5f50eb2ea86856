package dev.kintsugi.controlplane.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.controlplane.embedding.TestEmbeddings;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of replicas that come and go, on real PostgreSQL. */
class MeaningsTest {

  private static final float[] POINT = {0.6f, 0.8f};

  private TestDatabase database;

  @BeforeEach
  void start() {
    database = TestDatabase.create();
    database.execute(
        "INSERT INTO failure_input SELECT n, 'a cat ' || n, '{}' FROM generate_series(1, 3) n");
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private Meanings replica(PromptEmbeddings embeddings) {
    return new Meanings(database.transactions(), embeddings);
  }

  private long vectors(String which) {
    return database.number("SELECT count(*) FROM prompt_vector WHERE " + which);
  }

  @Test
  void aReplicaThatEndsWhileItUnderstandsSaysOfNoPromptThatItMeansNothing() {
    AtomicReference<PromptEmbeddings> ending = new AtomicReference<>();
    ending.set(
        TestEmbeddings.of(
            text -> {
              TestEmbeddings.close(ending.get());
              return POINT;
            }));
    assertThat(replica(ending.get()).embed()).isZero();
    assertThat(vectors("model = ''")).isEqualTo(3);
    assertThat(replica(TestEmbeddings.of(text -> POINT)).embed()).isEqualTo(3);
    assertThat(vectors("vector IS NOT NULL")).isEqualTo(3);
  }

  @Test
  void whatAReplicaOfAnotherVersionKeptIsMadeAnewOnceItIsGone() {
    Meanings meanings = replica(TestEmbeddings.of(text -> POINT));
    assertThat(meanings.embed()).isEqualTo(3);
    database.execute("UPDATE prompt_vector SET model = 'another' WHERE job_id = '2'");
    meanings.lookForOtherModels();
    assertThat(meanings.embed()).isEqualTo(1);
    assertThat(vectors("model = 'another'")).isZero();
    assertThat(meanings.embed()).isZero();
  }
}
