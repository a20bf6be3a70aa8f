"""Facts for the renderers: what the domain knows of a card, as a viewer may see it."""
