// Package chains holds tests only: they run langchaingo's chains and agents, unchanged, over llmgate. It is a module of its
// own, so that what those need, template engines and interpreters, stays out of llmgate's requirements.
package chains
