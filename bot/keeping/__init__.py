"""What servers remember beside pictures and jobs: posts, preferences, recipes, and what administrators did."""
