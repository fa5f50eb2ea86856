/** PostgreSQL: embedded or external, its pool, its migrations. */
@NullMarked
package dev.kintsugi.controlplane.database;

import org.jspecify.annotations.NullMarked;
