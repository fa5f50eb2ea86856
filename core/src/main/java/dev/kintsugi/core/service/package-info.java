/**
 * What a DiffusionService needs next: which revision serves, which pods run, drain or go, what is
 * wrong with a spec, and how its state is to be reported.
 */
@NullMarked
package dev.kintsugi.core.service;

import org.jspecify.annotations.NullMarked;
