"""From data to a saved network: recipes, training, evaluation, export. Nothing here is needed to recognise."""
