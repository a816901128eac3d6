"""What every door calls: command line, desk and API alike. No service prints or asks."""
