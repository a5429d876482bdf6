"""Pure state and rules of each widget: standard library only, tested without a kernel."""
