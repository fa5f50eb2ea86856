package dev.kintsugi.operators.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;

/**
 * What a cache keeps of objects that are only read: who owns which field, and what a pod is made
 * of, are most of their size. Not for objects that are compared with what they should be.
 */
public final class LeanStore<T extends HasMetadata> extends BasicItemStore<T> {

  public LeanStore() {
    super(Cache::metaNamespaceKeyFunc);
  }

  @Override
  public T put(String key, T object) {
    object.getMetadata().setManagedFields(null);
    if (object instanceof Pod pod) {
      pod.setSpec(null);
    }
    return super.put(key, object);
  }
}
