"""What tests are made of: repositories, logs, deltas, histories, forks, installs, pages."""
