package dev.kintsugi.operators.testkit;

import static dev.kintsugi.operators.testkit.Eventually.eventually;

import dev.kintsugi.operators.externalmetrics.Certificates;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.Interceptor.RequestTags;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * A real etcd, kube-apiserver and kube-controller-manager on loopback, one for the JVM. No kubelet
 * and no scheduler: {@link FakeKubelet} says how the pods are.
 */
public final class ApiServer {

  public static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
  private static final Path CRDS = REPOSITORY.resolve("deploy/helm/kintsugi/crds");
  private static final String TOKEN = "test-admin";

  /** An API server that has to wait for its turn is no failure. */
  private static final int REQUEST_MILLIS = 60_000;

  private static final AtomicInteger NAMESPACES = new AtomicInteger();
  private static final Object LOCK = new Object();
  private static ApiServer running;

  private final Path directory;
  private final Programs programs;
  private final KubernetesClient client;
  private final String url;

  private ApiServer() throws IOException, InterruptedException {
    directory = Files.createTempDirectory("kintsugi-apiserver");
    programs = new Programs(tools(), directory);
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    int etcd = programs.reservedPort();
    int etcdPeer = programs.reservedPort();
    int port = programs.reservedPort();
    url = "https://127.0.0.1:" + port;
    writeCredentials();
    writeFrontProxy();
    programs.start(
        "etcd",
        "--data-dir=" + directory.resolve("etcd"),
        "--listen-client-urls=http://127.0.0.1:" + etcd,
        "--advertise-client-urls=http://127.0.0.1:" + etcd,
        "--listen-peer-urls=http://127.0.0.1:" + etcdPeer,
        "--initial-advertise-peer-urls=http://127.0.0.1:" + etcdPeer,
        "--initial-cluster=default=http://127.0.0.1:" + etcdPeer,
        "--socket-reuse-port",
        "--unsafe-no-fsync",
        "--log-level=error");
    programs.start(
        "kube-apiserver",
        "--etcd-servers=http://127.0.0.1:" + etcd,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + port,
        "--permit-port-sharing",
        "--cert-dir=" + directory.resolve("certs"),
        "--token-auth-file=" + directory.resolve("tokens.csv"),
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=" + directory.resolve("sa.key"),
        "--service-account-signing-key-file=" + directory.resolve("sa.key"),
        "--disable-admission-plugins=ServiceAccount",
        "--proxy-client-cert-file=" + directory.resolve("front-proxy.crt"),
        "--proxy-client-key-file=" + directory.resolve("front-proxy.key"),
        "--requestheader-client-ca-file=" + directory.resolve("front-proxy-ca.crt"),
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--endpoint-reconciler-type=none",
        "--v=0");
    client = client();
    eventually()
        .failFast(programs::requireAlive)
        .until(
            () ->
                "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null);
    // Before the controllers, which otherwise know of these kinds only half a minute later.
    installDefinitions();
    programs.start(
        "kube-controller-manager",
        "--kubeconfig=" + kubeconfig(),
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--controllers=deployment-controller,replicaset-controller,garbage-collector-controller,"
            + "namespace-controller",
        "--v=0");
    // kubectl knows kinds by a list that the API server completes after it serves them.
    eventually().until(() -> kubectl("get", "dsvc,mro,kslo,pp").code() == 0);
  }

  /** Starts it on the first call. */
  public static ApiServer get() {
    synchronized (LOCK) {
      if (running == null) {
        try {
          running = new ApiServer();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(e);
        }
      }
      return running;
    }
  }

  public KubernetesClient admin() {
    return client;
  }

  /** A client that must be closed by its user. */
  public KubernetesClient client() {
    return client(TOKEN);
  }

  /** A client with any bearer token. */
  public KubernetesClient client(String token) {
    return client(token, request -> {});
  }

  /** A client that must be closed by its user, each of whose requests is shown to a test. */
  public KubernetesClient client(Consumer<URI> requests) {
    return client(TOKEN, requests);
  }

  private KubernetesClient client(String token, Consumer<URI> requests) {
    return new KubernetesClientBuilder()
        .withHttpClientBuilderConsumer(
            http ->
                http.addOrReplaceInterceptor(
                    "requests",
                    new Interceptor() {
                      @Override
                      public void before(
                          BasicBuilder builder, HttpRequest request, RequestTags tags) {
                        requests.accept(request.uri());
                      }
                    }))
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(url)
                .withOauthToken(token)
                .withTrustCerts(true)
                .withDisableHostnameVerification(true)
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout(REQUEST_MILLIS)
                .withConnectionTimeout(REQUEST_MILLIS)
                .build())
        .build();
  }

  /** A bearer token of a service account. */
  public String token(String namespace, String account) {
    return client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(account)
        .tokenRequest(new TokenRequest())
        .getStatus()
        .getToken();
  }

  public Path kubeconfig() {
    return directory.resolve("kubeconfig");
  }

  /** A namespace of its own for each caller. */
  public String newNamespace() {
    String name = "test-" + NAMESPACES.incrementAndGet();
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return name;
  }

  /**
   * Runs the real kubectl. Where it fails its complaints follow in the text; where it does not they
   * are left out, because they tell of waiting and of other APIs.
   */
  public Answer kubectl(String... arguments) throws IOException, InterruptedException {
    var own =
        Stream.of("--kubeconfig=" + kubeconfig(), "--cache-dir=" + directory.resolve("kubectl"));
    var ended =
        programs.run(
            "kubectl", Stream.concat(own, Arrays.stream(arguments)).toArray(String[]::new));
    boolean good = ended.code() == 0;
    return new Answer(ended.code(), good ? ended.printed() : ended.printed() + ended.complaints());
  }

  /**
   * What the API server says to a new object of a manifest; it keeps nothing. As strict as kubectl,
   * which says the same, only more slowly.
   */
  public Answer tried(String namespace, String yaml) {
    var manifest = Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    try {
      client
          .genericKubernetesResources(manifest.getApiVersion(), manifest.getKind())
          .inNamespace(namespace)
          .resource(manifest)
          .dryRun(true)
          .fieldValidation(FieldValidateable.Validation.STRICT)
          .create();
      return new Answer(0, "");
    } catch (KubernetesClientException refused) {
      return new Answer(refused.getCode(), String.valueOf(refused.getStatus().getMessage()));
    }
  }

  /** Renders the chart with the real helm and applies it. */
  public void installChart(String targetNamespace) throws IOException, InterruptedException {
    Path rendered = directory.resolve("chart.yaml");
    var helm =
        programs.run(
            "helm",
            "template",
            "kintsugi",
            REPOSITORY.resolve("deploy/helm/kintsugi").toString(),
            "--namespace",
            targetNamespace,
            "--set",
            "bootstrapApiKey=sk-kintsugi-0123456789abcdef");
    if (helm.code() != 0) {
      throw new IllegalStateException("helm could not render the chart: " + helm.complaints());
    }
    Files.writeString(rendered, helm.printed());
    Answer answer = kubectl("apply", "--server-side", "-f", rendered.toString());
    if (answer.code() != 0) {
      throw new IllegalStateException(answer.text());
    }
    // Rights count once the API server has seen them, and an operator that has none does not start.
    String account = targetNamespace + ":kintsugi-operator";
    eventually().until(() -> can(account, "list", "pods", ""));
    eventually().until(() -> can(account, "create", "leases.coordination.k8s.io", targetNamespace));
  }

  /**
   * Whether RBAC lets a service account do something.
   *
   * @param account {@code namespace:name}
   * @param resource such as {@code pods} or {@code leases.coordination.k8s.io}
   * @param namespace empty for every one
   */
  public boolean can(String account, String verb, String resource, String namespace) {
    int dot = resource.indexOf('.');
    var review =
        new SubjectAccessReviewBuilder()
            .withNewSpec()
            .withUser("system:serviceaccount:" + account)
            .withGroups("system:serviceaccounts", "system:authenticated")
            .withNewResourceAttributes()
            .withVerb(verb)
            .withResource(dot < 0 ? resource : resource.substring(0, dot))
            .withGroup(dot < 0 ? "" : resource.substring(dot + 1))
            .withNamespace(namespace)
            .endResourceAttributes()
            .endSpec()
            .build();
    return client.resource(review).create().getStatus().getAllowed();
  }

  /** What a command answered. */
  public record Answer(int code, String text) {}

  private static Path tools() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(REPOSITORY.resolve("deploy/local/tools.sh").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes()).strip();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("deploy/local/tools.sh failed; see its words above");
    }
    return Path.of(printed);
  }

  private void writeCredentials() throws IOException {
    Files.writeString(directory.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      Files.writeString(
          directory.resolve("sa.key"),
          "-----BEGIN PRIVATE KEY-----\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
              + "\n-----END PRIVATE KEY-----\n");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    Files.writeString(
        kubeconfig(),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: test, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
        users: [{name: admin, user: {token: %s}}]
        contexts: [{name: test, context: {cluster: test, user: admin}}]
        current-context: test
        """
            .formatted(url, TOKEN));
  }

  /** What the API server shows those it passes requests on to. */
  private void writeFrontProxy() throws IOException {
    Instant now = Instant.now();
    Duration life = Duration.ofDays(1);
    var authority = Certificates.authority("front-proxy-ca", life, now);
    var client =
        Certificates.issue(
            authority, "front-proxy", Set.of(), KeyPurposeId.id_kp_clientAuth, life, now);
    Files.writeString(
        directory.resolve("front-proxy-ca.crt"), Certificates.pem(authority.certificate()));
    Files.writeString(directory.resolve("front-proxy.crt"), Certificates.pem(client.certificate()));
    Files.writeString(directory.resolve("front-proxy.key"), Certificates.pem(client.key()));
  }

  private void installDefinitions() throws IOException {
    try (Stream<Path> files = Files.list(CRDS)) {
      for (Path file : files.toList()) {
        try (var in = Files.newInputStream(file)) {
          CustomResourceDefinition crd =
              client.apiextensions().v1().customResourceDefinitions().load(in).item();
          client.resource(crd).serverSideApply();
          eventually().until(() -> established(client.resource(crd).get()));
        }
      }
    }
  }

  private static boolean established(CustomResourceDefinition crd) {
    return crd.getStatus() != null
        && crd.getStatus().getConditions() != null
        && crd.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  private void stop() {
    programs.stop();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
