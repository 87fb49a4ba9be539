"""What experiments on paired seeds share: intervals, readings, kept results, tasks, the program."""
