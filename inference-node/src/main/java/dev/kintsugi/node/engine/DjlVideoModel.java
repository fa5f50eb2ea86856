package dev.kintsugi.node.engine;

import ai.djl.ndarray.NDManager;
import dev.kintsugi.node.engine.Denoiser.Prompts;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelManifest;
import dev.kintsugi.protocol.node.FailureClass;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/** Text encoder, experts and decoder of one model, run one generation at a time. */
final class DjlVideoModel implements ReplayableModel {
  private static final double NANOS = 1e9;

  private final ReentrantLock turn = new ReentrantLock(true);
  private final ModelDirectory directory;
  private final LoadedModules modules;
  private final Denoiser denoiser;
  private final FrameDecoder decoder;

  DjlVideoModel(ModelDirectory directory, LoadedModules modules, boolean guidanceTogether) {
    this.directory = directory;
    this.modules = modules;
    this.denoiser =
        new Denoiser(
            directory.manifest(), modules.experts(), modules.text()::batch, guidanceTogether);
    this.decoder = new FrameDecoder(modules.decoder(), directory.vae());
  }

  LoadedModules modules() {
    return modules;
  }

  @Override
  public ModelManifest manifest() {
    return directory.manifest();
  }

  @Override
  public Path selfTest() {
    return directory.selfTest();
  }

  @Override
  public String digest() {
    return directory.digest();
  }

  @Override
  public Clip generate(GenerationRequest request, RunOptions options, GenerationListener listener)
      throws GenerationException {
    if (request.seed() < 0 || request.seed() > Integer.MAX_VALUE) {
      throw new GenerationException(
          FailureClass.INTERNAL,
          "seed must be 0.." + Integer.MAX_VALUE + ", not " + request.seed());
    }
    LatentShape shape = shape(request);
    return guarded(
        () ->
            run(
                request,
                options,
                shape,
                Torch.noise((int) request.seed(), shape.batch(1)),
                listener));
  }

  @Override
  public Clip replay(GenerationRequest request, float[] noise, GenerationListener listener)
      throws GenerationException {
    LatentShape shape = shape(request);
    if (noise.length != shape.size()) {
      throw new GenerationException(
          FailureClass.INTERNAL,
          "the noise has " + noise.length + " values, the request needs " + shape.size());
    }
    return guarded(() -> run(request, RunOptions.USUAL, shape, noise.clone(), listener));
  }

  @Override
  public EncodedText encode(String prompt) throws GenerationException {
    return guarded(
        () -> {
          try (NDManager manager = modules.newManager()) {
            return modules.text().encode(manager, prompt);
          }
        });
  }

  @Override
  public int tokens(String prompt) {
    return modules.text().tokens(prompt);
  }

  private LatentShape shape(GenerationRequest request) throws GenerationException {
    try {
      return LatentShape.of(request, directory.vae(), manifest().experts().getFirst());
    } catch (IllegalArgumentException e) {
      throw new GenerationException(FailureClass.INTERNAL, String.valueOf(e.getMessage()), e);
    }
  }

  private Clip run(
      GenerationRequest request,
      RunOptions options,
      LatentShape shape,
      float[] latents,
      GenerationListener listener)
      throws GenerationException {
    try (NDManager manager = modules.newManager()) {
      long start = System.nanoTime();
      Cancellation.check(listener);
      EncodedText prompt = modules.text().encode(manager, request.prompt());
      listener.promptEncoded(prompt.pooled());
      Prompts prompts =
          new Prompts(prompt, modules.text().encode(manager, request.negativePrompt()));
      listener.textEncoded();
      long encoded = System.nanoTime();
      denoiser.run(manager, request, options, shape, latents, prompts, listener);
      long denoised = System.nanoTime();
      int frames = decoder.run(manager, shape, latents, listener);
      long decoded = System.nanoTime();
      return new Clip(
          request.width(),
          request.height(),
          frames,
          new StageDurations(
              (encoded - start) / NANOS,
              (denoised - encoded) / NANOS,
              (decoded - denoised) / NANOS));
    }
  }

  private interface Work<T> {
    T run() throws GenerationException;
  }

  /** One at a time, and every failure of the tensor library as a failure of the generation. */
  private <T> T guarded(Work<T> work) throws GenerationException {
    turn.lock();
    try {
      return work.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      throw new GenerationException(Torch.classify(e), Torch.reason(e), e);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      modules.close();
    } finally {
      turn.unlock();
    }
  }
}
