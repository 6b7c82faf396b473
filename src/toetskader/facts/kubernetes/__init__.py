"""Pure derivations on Kubernetes objects: places, workloads, selectors, policies, routes, images."""
