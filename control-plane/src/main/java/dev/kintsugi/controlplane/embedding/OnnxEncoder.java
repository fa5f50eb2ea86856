package dev.kintsugi.controlplane.embedding;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A model of LangChain4j's jars with one thread for a text: the caller's. */
final class OnnxEncoder extends AbstractInProcessEmbeddingModel implements SentenceEncoder {

  private final OnnxBertBiEncoder encoder;
  private final OrtSession session;

  private OnnxEncoder(OnnxBertBiEncoder encoder, OrtSession session) {
    super(Runnable::run);
    this.encoder = encoder;
    this.session = session;
  }

  /**
   * Reads weights and tokenizer from the class path.
   *
   * @throws IllegalStateException when they, or the native code, cannot be used
   */
  static SentenceEncoder load(SentenceModel model) {
    NativeCode.use();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions();
        InputStream tokenizer = resource(model.tokenizer())) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      OrtSession session = environment.createSession(bytes(model.weights()), options);
      return new OnnxEncoder(
          new OnnxBertBiEncoder(environment, session, tokenizer, model.pooling()), session);
    } catch (OrtException e) {
      throw new IllegalStateException(model.id() + " cannot be loaded: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public float[] encode(String text) {
    return embed(text).content().vector();
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected OnnxBertBiEncoder model() {
    return encoder;
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return in.readAllBytes();
    }
  }

  private static InputStream resource(String name) {
    InputStream in = OnnxEncoder.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException(name + " is not on the class path");
    }
    return in;
  }
}
