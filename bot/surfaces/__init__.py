"""Where people meet the bot; surfaces do not import each other."""
