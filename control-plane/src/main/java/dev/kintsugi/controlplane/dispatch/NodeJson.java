package dev.kintsugi.controlplane.dispatch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what nodes write. PostgreSQL takes every character but NUL, and a failure whose message
 * cannot be stored could never be ended: so NUL does not come in.
 */
final class NodeJson {

  private NodeJson() {}

  static ObjectMapper from(ObjectMapper json) {
    return json.copy()
        .registerModule(new SimpleModule().addDeserializer(String.class, new WithoutNul()));
  }

  private static final class WithoutNul extends StdScalarDeserializer<String> {
    private static final long serialVersionUID = 1L;

    WithoutNul() {
      super(String.class);
    }

    @Override
    public @Nullable String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = StringDeserializer.instance.deserialize(parser, context);
      return text == null ? null : text.replace("\0", "");
    }
  }
}
