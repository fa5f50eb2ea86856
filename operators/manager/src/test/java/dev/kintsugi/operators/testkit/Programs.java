package dev.kintsugi.operators.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of Kubernetes that run beside the tests, with ports that nobody else gets. */
final class Programs {

  /** A busy machine lets a program wait; only one that hangs is ended. */
  private static final int SECONDS = 180;

  private static final int LAST_WORDS = 5;

  private final Path tools;
  private final Path directory;
  private final List<Started> started = new ArrayList<>();
  private final List<Socket> reserved = new ArrayList<>();

  private record Started(String name, Process process) {}

  /** What a program that ended printed and complained of. */
  record Ended(int code, String printed, String complaints) {}

  /**
   * @param tools holds the programs
   * @param directory for what they print
   */
  Programs(Path tools, Path directory) {
    this.tools = tools;
    this.directory = directory;
  }

  /**
   * A port of loopback for a program that shares it (SO_REUSEPORT). It is held until {@link #stop}:
   * between being chosen and being bound seconds may pass, in which others look for ports too.
   */
  int reservedPort() throws IOException {
    Socket socket = new Socket();
    reserved.add(socket);
    socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket.getLocalPort();
  }

  /** Starts a program that runs until {@link #stop}. */
  void start(String name, String... arguments) throws IOException {
    Process process =
        new ProcessBuilder(command(name, arguments))
            .redirectErrorStream(true)
            .redirectOutput(log(name).toFile())
            .start();
    started.add(new Started(name, process));
  }

  /**
   * @throws IllegalStateException with the last words of a program that ended
   */
  void requireAlive() {
    for (Started one : started) {
      if (!one.process().isAlive()) {
        throw new IllegalStateException(one.name() + " ended: " + lastWords(one.name()));
      }
    }
  }

  /** Runs a program to its end. */
  Ended run(String name, String... arguments) throws IOException, InterruptedException {
    Path printed = Files.createTempFile(directory, name, ".out");
    Path complaints = Files.createTempFile(directory, name, ".err");
    List<String> command = command(name, arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(printed.toFile())
            .redirectError(complaints.toFile())
            .start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          "within %d s did not end: %s".formatted(SECONDS, String.join(" ", command)));
    }
    return new Ended(process.exitValue(), Files.readString(printed), Files.readString(complaints));
  }

  /** Ends all, the last first, and gives the ports back. */
  void stop() {
    started.reversed().forEach(one -> one.process().destroyForcibly());
    for (Started one : started) {
      one.process().onExit().join();
    }
    for (Socket socket : reserved) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private List<String> command(String name, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(tools.resolve(name).toString());
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private String lastWords(String name) {
    try {
      List<String> lines = Files.readAllLines(log(name));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
