//go:build tools

// Package tools names the program that the bench builds, so that go.sum covers it.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
