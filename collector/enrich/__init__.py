"""What is looked up about an event: device, bot, place, source and channel, page, language. Pure: no time, no network."""
