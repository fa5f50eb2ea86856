/** The only package that calls the Kubernetes client. */
@NullMarked
package dev.kintsugi.operators.kube;

import org.jspecify.annotations.NullMarked;
