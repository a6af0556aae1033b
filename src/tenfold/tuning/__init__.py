"""Searching for a recipe's best parameters: who goes on, what is kept, what mattered; judged by validation digits."""
