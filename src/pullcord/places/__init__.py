"""Where help is, by country, and which buttons each platform has: data, and loaders that hide what nobody has verified."""
