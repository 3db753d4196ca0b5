"""The privacy model, attacked: small sites, every kind of question, and a solver that says what the answers leave open."""
