//go:build tools

// Package tools names the program that the bench builds, so that go.sum covers it.
package tools

import _ "github.com/argoproj/argo-rollouts/cmd/rollouts-controller"
