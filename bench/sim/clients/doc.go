// Package clients holds tests only: they run the vendors' official client libraries, unchanged, against the simulator. What
// it accepts, a program written for the vendor accepts. It is a module of its own, so that the clients and all they need
// stay out of llmgate's requirements.
package clients
