package dev.kintsugi.node.engine;

import ai.djl.Device;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.kintsugi.node.engine.ReplayableModel.EncodedText;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Prompt to embeddings. Padding is left out: the pipeline stands for it by zero rows. */
final class TextEncoding implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final TorchModule encoder;
  private final int width;
  private final int maxTokens;
  private boolean closed;

  private TextEncoding(
      HuggingFaceTokenizer tokenizer, TorchModule encoder, int width, int maxTokens) {
    this.tokenizer = tokenizer;
    this.encoder = encoder;
    this.width = width;
    this.maxTokens = maxTokens;
  }

  static TextEncoding load(ModelDirectory directory, Device device) throws ModelLoadException {
    Path file = directory.tokenizer();
    HuggingFaceTokenizer tokenizer;
    try {
      tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optAddSpecialTokens(true)
              .optPadding(false)
              .optTruncation(true)
              .optMaxLength(directory.text().maxTokens())
              .build();
    } catch (IOException | RuntimeException e) {
      throw new ModelLoadException(
          FailureClass.MODEL_LOAD_FAILED, file + " cannot be loaded: " + Torch.reason(e), e);
    }
    try {
      return new TextEncoding(
          tokenizer,
          TorchModule.load(directory.textEncoder(), device),
          directory.text().width(),
          directory.text().maxTokens());
    } catch (ModelLoadException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** Other threads than the engine's may count, so nothing is released under their hands. */
  synchronized int tokens(String prompt) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    return tokenizer.encode(PromptText.clean(prompt)).getIds().length;
  }

  EncodedText encode(NDManager parent, String prompt) {
    long[] ids = tokenizer.encode(PromptText.clean(prompt)).getIds();
    try (NDManager manager = parent.newSubManager()) {
      NDArray rows = encoder.forward(manager.create(ids, new Shape(1, ids.length)));
      if (!rows.getShape().equals(new Shape(1, ids.length, width))) {
        throw new IllegalStateException(
            encoder.file()
                + " answers with shape "
                + rows.getShape()
                + ", the manifest says width "
                + width);
      }
      return new EncodedText(ids, width, rows.toFloatArray());
    }
  }

  /**
   * Texts as the transformers take them: rows behind the last token are zero in every text and thus
   * all equal, so a few rows stand for them and carry the logarithm of how many each stands for.
   */
  TextBatch batch(List<EncodedText> texts) {
    int longest = texts.stream().mapToInt(t -> t.ids().length).max().orElseThrow();
    int length = Math.min(longest + 1, maxTokens);
    float[] rows = new float[texts.size() * length * width];
    float[] logCounts = new float[texts.size() * length];
    for (int i = 0; i < texts.size(); i++) {
      EncodedText text = texts.get(i);
      int used = text.ids().length;
      System.arraycopy(text.embeddings(), 0, rows, i * length * width, used * width);
      for (int row = used; row < length; row++) {
        logCounts[i * length + row] =
            (float) Math.log((maxTokens - used) / (double) (length - used));
      }
    }
    return new TextBatch(texts.size(), length, width, rows, logCounts);
  }

  /**
   * Texts of one forward pass.
   *
   * @param texts how many
   * @param length rows of each
   * @param width values of a row
   * @param rows text, row, value
   * @param logCounts text, row
   */
  record TextBatch(int texts, int length, int width, float[] rows, float[] logCounts) {

    NDArray rows(NDManager manager) {
      return manager.create(rows, new Shape(texts, length, width));
    }

    NDArray logCounts(NDManager manager) {
      return manager.create(logCounts, new Shape(texts, length));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    encoder.close();
    tokenizer.close();
  }
}
