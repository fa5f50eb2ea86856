package dev.kintsugi.controlplane.knowledge;

/**
 * How far an index has read the log of changes.
 *
 * @param transaction that wrote the last change it has
 * @param id of that change within the transaction; 0 for all before the transaction
 */
record Position(long transaction, long id) {

  static final Position NONE = new Position(0, 0);
}
