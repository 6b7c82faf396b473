"""Ground that every other package stands on."""
