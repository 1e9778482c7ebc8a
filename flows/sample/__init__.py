"""The sample week of `seabridge demo`, 23-29 June 2025: data and how it is rendered. facts.toml names the sources."""
