"""Lives of ordinary people, by what they are about; ``tests.stack.test_lives_of_partners`` plays them side by side."""
