package dev.kintsugi.controlplane.errors;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A request body that has these fields and no others: one that is misspelt is refused by its name.
 * What our own programs send each other is not strict, as one of them may be newer.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Strict {}
