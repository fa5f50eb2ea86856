package dev.kintsugi.controlplane.errors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;
import java.io.IOException;

/** Has the server's mapper refuse fields that a {@link Strict} body does not have. */
@Singleton
final class StrictBodies implements BeanCreatedEventListener<ObjectMapper> {

  @Override
  public ObjectMapper onCreated(BeanCreatedEvent<ObjectMapper> event) {
    return event.getBean().addHandler(new Refusal());
  }

  private static final class Refusal extends DeserializationProblemHandler {

    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        JsonDeserializer<?> deserializer,
        Object beanOrClass,
        String name)
        throws IOException {
      Class<?> body = beanOrClass instanceof Class<?> type ? type : beanOrClass.getClass();
      if (body.isAnnotationPresent(Strict.class)) {
        throw UnrecognizedPropertyException.from(
            parser, beanOrClass, name, deserializer.getKnownPropertyNames());
      }
      return false;
    }
  }
}
