"""The Helm collector: reads a chart with limits, and renders it in a process that can be killed."""
