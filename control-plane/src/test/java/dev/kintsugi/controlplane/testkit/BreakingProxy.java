package dev.kintsugi.controlplane.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP relay that breaks connections on demand: after so many bytes towards the server, counted
 * over all connections. Keeps the request lines it saw.
 */
public final class BreakingProxy implements AutoCloseable {

  private static final int BUFFER = 1 << 14;

  private final ServerSocket listening;
  private final int target;
  private final AtomicLong budget = new AtomicLong(Long.MAX_VALUE);
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile boolean stayDown;

  public BreakingProxy(int target) throws IOException {
    this.target = target;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** Breaks the connection that carries the byte after these, once. */
  public void breakAfter(long bytes) {
    stayDown = false;
    budget.set(bytes);
  }

  /** As {@link #breakAfter}, and refuses to carry anything from then on. */
  public void breakForGoodAfter(long bytes) {
    stayDown = true;
    budget.set(bytes);
  }

  /** Methods and paths, in the order of their arrival. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Thread.ofVirtual().start(() -> relay(client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void relay(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      Thread back = Thread.ofVirtual().start(() -> copy(server, client));
      forward(client, server);
      server.shutdownOutput();
      back.join();
    } catch (IOException | UncheckedIOException broken) {
      // Both ends see a broken connection, as they should.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forward(Socket client, Socket server) throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = server.getOutputStream();
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      note(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      if (budget.addAndGet(-n) < 0) {
        if (!stayDown) {
          budget.set(Long.MAX_VALUE);
        }
        client.setSoLinger(true, 0);
        return;
      }
      out.write(buffer, 0, n);
      out.flush();
    }
  }

  private void note(String text) {
    int end = text.indexOf(" HTTP/1.1\r\n");
    if (end > 0
        && text.lastIndexOf('\n', end) < 0
        && text.matches("(?s)(GET|PUT|POST|HEAD|DELETE) .*")) {
      requests.add(text.substring(0, end));
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
