/** What the control plane's tests share. Production code never depends on it. */
package dev.kintsugi.controlplane.testkit;
