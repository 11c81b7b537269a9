// Behaviours, one module each, attached by data-* attributes.
