"""The search for a recipe's best hyperparameters: who goes on, what is kept, what mattered; judged on validation."""
